//! The audit trail as text for people.

use latchkey_app::pages::AuditTarget;
use latchkey_storage::{AuditAction, AuditRecord};

/// The name of the actor.
pub(super) fn who(record: &AuditRecord) -> String {
    match (
        &record.member,
        record.entry.actor.member,
        &record.entry.actor.address,
    ) {
        (Some((name, _)), ..) => name.to_string(),
        (None, Some(id), _) => format!("Member {}, who was removed", id.0),
        (None, None, Some(_)) => "Somebody who was not signed in".to_owned(),
        (None, None, None) => "The operator, on the command line".to_owned(),
    }
}

/// What an entry is about.
pub(super) fn target(record: &AuditRecord) -> AuditTarget {
    let target = record.entry.target.clone();
    match &record.application {
        Some(name) => AuditTarget::Application {
            client_id: target,
            name: name.clone(),
        },
        None if is_about_application(record.entry.action) => AuditTarget::DeletedApplication {
            client_id: target,
            name: application_name(record).map(str::to_owned),
        },
        None => AuditTarget::Text(target),
    }
}

/// The name of the application that an entry is about: its present one, or the one that the entry quotes.
pub(super) fn application_name(record: &AuditRecord) -> Option<&str> {
    let quoted = || {
        let (name, _) = record.entry.detail.strip_prefix('“')?.rsplit_once('”')?;
        Some(name).filter(|_| is_about_application(record.entry.action))
    };
    record.application.as_deref().or_else(quoted)
}

/// Whether the target of an entry is the id of an application.
const fn is_about_application(action: AuditAction) -> bool {
    matches!(
        action,
        AuditAction::ApplicationCreated
            | AuditAction::ApplicationUpdated
            | AuditAction::ApplicationDeleted
            | AuditAction::ApplicationPaused
            | AuditAction::ApplicationResumed
            | AuditAction::ApplicationDisconnected
            | AuditAction::MemberDisconnected
            | AuditAction::SecretRevealed
            | AuditAction::SecretAdded
            | AuditAction::SecretRetired
    )
}

#[cfg(test)]
mod tests {
    use latchkey_domain::{Actor, Timestamp};
    use latchkey_storage::AuditEntry;

    use super::*;

    fn record(action: AuditAction, detail: &str, application: Option<&str>) -> AuditRecord {
        AuditRecord {
            id: 1,
            entry: AuditEntry {
                at: Timestamp::default(),
                actor: Actor::operator(),
                action,
                target: "id".into(),
                detail: detail.into(),
            },
            member: None,
            application: application.map(str::to_owned),
        }
    }

    #[test]
    fn a_deleted_application_has_the_name_that_its_entry_quotes() {
        for (detail, name) in [
            ("“My App”, connected members: 3", Some("My App")),
            ("“The “best” app”", Some("The “best” app")),
            ("scopes, name", None),
            ("", None),
        ] {
            let record = record(AuditAction::ApplicationDeleted, detail, None);
            assert_eq!(application_name(&record), name);
            let expected = AuditTarget::DeletedApplication {
                client_id: "id".into(),
                name: name.map(str::to_owned),
            };
            assert_eq!(target(&record), expected);
        }
    }

    #[test]
    fn an_application_that_is_there_has_its_present_name() {
        let record = record(AuditAction::ApplicationPaused, "“Old name”", Some("New name"));
        let expected = AuditTarget::Application {
            client_id: "id".into(),
            name: "New name".into(),
        };
        assert_eq!(target(&record), expected);
    }

    #[test]
    fn no_other_target_is_an_application() {
        let record = record(AuditAction::NetworkChanged, "“River Club”", None);
        assert_eq!(target(&record), AuditTarget::Text("id".into()));
        assert_eq!(application_name(&record), None);
    }
}
