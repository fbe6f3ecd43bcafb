//! What a host's action does to an application, and what the audit trail says about it.

use std::cmp::Reverse;

use latchkey_domain::{
    Application, ApplicationName, ApplicationProfile, ApplicationSpec, ClientSecret, Email, MemberId,
    RedirectUris, SecretId, SecretRecord, Timestamp,
};

use super::{
    ApplicationUpdate, ConnectedMember, KeptSecret, MOST_SECRETS, NewApplication, SecretAdded, SecretRetired,
};
use crate::AuditAction;
use crate::shared::{searchable, searched};

/// An entry of the audit trail: the action and its detail. The target is the client id.
pub type Entry = (AuditAction, String);

/// The effect of an edit.
#[derive(Debug, PartialEq, Eq)]
pub enum Edit {
    /// The application was edited since; it stays as it is.
    Stale,
    /// The edit changes nothing: no new revision, no entry.
    Unchanged,
    /// The application is changed.
    Changed {
        /// The outcome of the secrets.
        secrets: SecretChange,
        /// What the audit trail says.
        entry: Entry,
    },
}

/// The effect of an edit on the application's secrets.
#[derive(Debug, PartialEq, Eq)]
pub enum SecretChange {
    /// They stay as they are.
    Keep,
    /// The application becomes confidential and needs a secret.
    Create,
    /// A public application has none.
    Destroy,
}

/// Compares an edit with the application as it is.
pub fn edit(current: &Application, update: &ApplicationUpdate) -> Edit {
    if update
        .expected_revision
        .is_some_and(|expected| expected != current.revision)
    {
        return Edit::Stale;
    }
    let changes = differences(&current.spec, &update.spec);
    if changes.is_empty() {
        return Edit::Unchanged;
    }
    let secrets = match (&current.spec, &update.spec) {
        (_, after) if !after.client_type.is_confidential() => SecretChange::Destroy,
        (before, _) if !before.client_type.is_confidential() => SecretChange::Create,
        _ => SecretChange::Keep,
    };
    Edit::Changed {
        secrets,
        entry: (AuditAction::ApplicationUpdated, changes.join(", ")),
    }
}

/// What an edit changes, in the words of the form.
fn differences(before: &ApplicationSpec, after: &ApplicationSpec) -> Vec<&'static str> {
    // Taken apart, so that a new field cannot be missed here.
    let ApplicationSpec {
        name,
        redirect_uris,
        scopes,
        client_type,
        skip_consent,
        profile,
        post_logout_redirect_uris,
        spaces_in_groups,
        id_token_algorithm,
    } = before;
    let ApplicationProfile {
        description,
        website,
        privacy_policy,
    } = profile;
    [
        (*name != after.name, "name"),
        (*redirect_uris != after.redirect_uris, "redirect URIs"),
        (*scopes != after.scopes, "scopes"),
        (*client_type != after.client_type, "client type"),
        (*skip_consent != after.skip_consent, "consent screen"),
        (*description != after.profile.description, "description"),
        (*website != after.profile.website, "website"),
        (*privacy_policy != after.profile.privacy_policy, "privacy policy"),
        (
            *post_logout_redirect_uris != after.post_logout_redirect_uris,
            "addresses after sign-out",
        ),
        (*spaces_in_groups != after.spaces_in_groups, "spaces in groups"),
        (
            *id_token_algorithm != after.id_token_algorithm,
            "signature of ID tokens",
        ),
    ]
    .into_iter()
    .filter_map(|(differs, words)| differs.then_some(words))
    .collect()
}

/// The hosts of redirect URIs in the form in which they are searched, a line each.
pub fn hosts(redirect_uris: &RedirectUris) -> String {
    searchable(&redirect_uris.hosts())
}

/// Typed text in the form that is found in a name, a client id or [`hosts`]. Of a whole address only the host counts.
pub fn searched_for(typed: &str) -> String {
    let text = searched(typed);
    match text.split_once("://") {
        Some((_, rest)) => rest.split(['/', '?', '#']).next().unwrap_or(rest).to_owned(),
        None => text,
    }
}

/// One entry for each member, who connected last first. `parts` are grants and consents, those of one member next to each
/// other.
pub fn connected_members(parts: Vec<ConnectedMember>) -> Vec<ConnectedMember> {
    let mut members: Vec<ConnectedMember> = Vec::new();
    for part in parts {
        match members.last_mut() {
            Some(member) if member.member == part.member => {
                member.scopes = member.scopes.union(part.scopes);
                member.since = member.since.min(part.since);
                member.last_used_at = member.last_used_at.max(part.last_used_at);
            }
            _ => members.push(part),
        }
    }
    members.sort_by_key(|member| Reverse((member.since, member.member.0)));
    members
}

/// What the audit trail says of a new or removed logo.
pub fn logo(is_set: bool) -> Entry {
    let detail = if is_set { "logo" } else { "logo removed" };
    (AuditAction::ApplicationUpdated, detail.to_owned())
}

/// What the audit trail says when a host disconnects one member.
pub fn member_disconnected(application: &ApplicationName, member: &Email) -> Entry {
    (
        AuditAction::MemberDisconnected,
        format!("“{application}”, member {member}"),
    )
}

/// A newly registered application.
pub fn registered(new: &NewApplication, by: Option<MemberId>, at: Timestamp) -> Application {
    Application {
        client_id: new.client_id.clone(),
        spec: new.spec.clone(),
        paused_at: None,
        created_at: at,
        created_by: by,
        logo: None,
        last_used_at: None,
        revision: 1,
    }
}

/// The secret of a new application. A public one has none, even if one was given.
pub fn secret_of(new: &NewApplication) -> Option<&ClientSecret> {
    new.secret
        .as_ref()
        .filter(|_| new.spec.client_type.is_confidential())
}

/// What the audit trail says of a new application.
pub fn created(spec: &ApplicationSpec) -> Entry {
    (AuditAction::ApplicationCreated, quoted(spec))
}

/// Pausing or resuming; `None` if the application is paused, or not, already.
pub fn pause(current: &Application, paused: bool) -> Option<Entry> {
    let action = if paused {
        AuditAction::ApplicationPaused
    } else {
        AuditAction::ApplicationResumed
    };
    (current.is_paused() != paused).then(|| (action, quoted(&current.spec)))
}

/// What the audit trail says of a deleted application.
pub fn deleted(spec: &ApplicationSpec, connected_members: u64) -> Entry {
    (AuditAction::ApplicationDeleted, stopped(spec, connected_members))
}

/// What the audit trail says when all members are disconnected.
pub fn disconnected(spec: &ApplicationSpec, connected_members: u64) -> Entry {
    (
        AuditAction::ApplicationDisconnected,
        stopped(spec, connected_members),
    )
}

/// Whether an application with `valid` secrets may have one more.
pub fn add_secret(application: &Application, valid: usize) -> Result<Entry, SecretAdded> {
    if !application.spec.client_type.is_confidential() {
        return Err(SecretAdded::Public);
    }
    if valid >= MOST_SECRETS {
        return Err(SecretAdded::TooMany);
    }
    Ok((AuditAction::SecretAdded, quoted(&application.spec)))
}

/// The secret to retire, of those that are valid.
pub fn retire_secret(valid: &[KeptSecret], id: SecretId) -> Result<(&ClientSecret, Entry), SecretRetired> {
    let found = valid
        .iter()
        .find(|kept| kept.record.id == id)
        .ok_or(SecretRetired::NotFound)?;
    if valid.len() == 1 {
        return Err(SecretRetired::OnlyOne);
    }
    let entry = (AuditAction::SecretRetired, age(&found.record));
    Ok((&found.secret, entry))
}

/// What the audit trail says of a secret that was revealed.
pub fn revealed() -> Entry {
    (AuditAction::SecretRevealed, String::new())
}

fn quoted(spec: &ApplicationSpec) -> String {
    format!("“{}”", spec.name)
}

fn stopped(spec: &ApplicationSpec, connected_members: u64) -> String {
    format!("“{}”, connected members: {connected_members}", spec.name)
}

/// When a secret was created and last used, in UTC.
fn age(secret: &SecretRecord) -> String {
    let day = |at: Timestamp| {
        let time = jiff::Timestamp::from_millisecond(at.as_millis()).unwrap_or_default();
        time.strftime("%Y-%m-%d %H:%M UTC").to_string()
    };
    let used = secret
        .last_used_at
        .map_or("never used".to_owned(), |at| format!("last used {}", day(at)));
    format!("made {}, {used}", day(secret.created_at))
}

#[cfg(test)]
mod tests {
    use latchkey_domain::{ClientId, ClientType, IdTokenAlgorithm, MemberName, ScopeSet};

    use super::*;

    fn spec(client_type: ClientType) -> ApplicationSpec {
        ApplicationSpec {
            name: ApplicationName::parse("Calendar").unwrap(),
            redirect_uris: RedirectUris::from_lines("https://calendar.example/callback", |_| Ok(())).unwrap(),
            scopes: ScopeSet::default(),
            client_type,
            skip_consent: false,
            profile: ApplicationProfile::default(),
            post_logout_redirect_uris: None,
            spaces_in_groups: false,
            id_token_algorithm: IdTokenAlgorithm::default(),
        }
    }

    fn secret() -> ClientSecret {
        ClientSecret::kept("s".repeat(ClientSecret::LENGTH))
    }

    fn new(client_type: ClientType) -> NewApplication {
        NewApplication {
            client_id: "a".repeat(ClientId::LENGTH).parse().unwrap(),
            spec: spec(client_type),
            secret: Some(secret()),
        }
    }

    fn application(client_type: ClientType) -> Application {
        registered(&new(client_type), None, Timestamp::from_millis(0))
    }

    fn update(spec: ApplicationSpec, expected_revision: Option<u32>) -> ApplicationUpdate {
        ApplicationUpdate {
            spec,
            expected_revision,
            secret_if_missing: secret(),
        }
    }

    fn kept(id: i64) -> KeptSecret {
        KeptSecret {
            record: SecretRecord {
                id: SecretId(id),
                created_at: Timestamp::from_millis(0),
                first_used_at: None,
                last_used_at: None,
            },
            secret: secret(),
        }
    }

    #[test]
    fn an_edit_of_another_revision_is_stale_even_if_it_changes_nothing() {
        let current = application(ClientType::Public);
        let same = current.spec.clone();
        assert_eq!(edit(&current, &update(same.clone(), Some(2))), Edit::Stale);
        assert_eq!(edit(&current, &update(same.clone(), Some(1))), Edit::Unchanged);
        assert_eq!(edit(&current, &update(same, None)), Edit::Unchanged);
    }

    #[test]
    fn an_edit_tells_its_fields_in_the_order_of_the_form() {
        let current = application(ClientType::Public);
        let after = ApplicationSpec {
            name: ApplicationName::parse("Diary").unwrap(),
            skip_consent: true,
            ..current.spec.clone()
        };
        let Edit::Changed { entry, .. } = edit(&current, &update(after, Some(1))) else {
            panic!("an edit that changes something");
        };
        assert_eq!(
            entry,
            (AuditAction::ApplicationUpdated, "name, consent screen".to_owned())
        );
    }

    #[test]
    fn secrets_come_and_go_with_the_client_type() {
        use ClientType::{Confidential, Public};

        for (before, after, expected) in [
            (Public, Confidential, SecretChange::Create),
            (Confidential, Confidential, SecretChange::Keep),
            (Confidential, Public, SecretChange::Destroy),
        ] {
            let other_name = ApplicationSpec {
                name: ApplicationName::parse("Diary").unwrap(),
                ..spec(after)
            };
            let Edit::Changed { secrets, .. } = edit(&application(before), &update(other_name, None)) else {
                panic!("an edit that changes something");
            };
            assert_eq!(secrets, expected);
        }
        assert!(secret_of(&new(Confidential)).is_some());
        assert!(secret_of(&new(Public)).is_none());
    }

    #[test]
    fn an_application_is_found_by_its_hosts_and_not_by_the_rest_of_an_address() {
        let hosts = hosts(&spec(ClientType::Public).redirect_uris);
        assert_eq!(hosts, "calendar.example");
        for (typed, text) in [
            (" HTTPS://Calendar.example/callback?x ", "calendar.example"),
            ("https://calendar.example", "calendar.example"),
            ("Calendar", "calendar"),
            ("https", "https"),
            ("", ""),
        ] {
            assert_eq!(searched_for(typed), text);
        }
    }

    #[test]
    fn what_a_member_granted_in_parts_is_one_connection() {
        let part = |id, since, last_used_at: Option<i64>, scopes: &str| ConnectedMember {
            member: MemberId(id),
            name: MemberName::parse("Ada").unwrap(),
            email: "ada@b.example".parse().unwrap(),
            scopes: scopes.parse().unwrap(),
            since: Timestamp::from_millis(since),
            last_used_at: last_used_at.map(Timestamp::from_millis),
        };
        let parts = vec![
            part(1, 5, None, "read:posts"),
            part(1, 3, Some(9), "write:posts"),
            part(2, 4, None, "read:posts"),
        ];
        assert_eq!(
            connected_members(parts),
            [
                part(2, 4, None, "read:posts"),
                part(1, 3, Some(9), "read:posts write:posts")
            ]
        );
    }

    #[test]
    fn pausing_twice_changes_nothing() {
        let running = application(ClientType::Public);
        assert_eq!(
            pause(&running, true),
            Some((AuditAction::ApplicationPaused, "“Calendar”".to_owned()))
        );
        assert_eq!(pause(&running, false), None);
        let paused = Application {
            paused_at: Some(Timestamp::from_millis(1)),
            ..running
        };
        assert_eq!(pause(&paused, true), None);
        assert!(pause(&paused, false).is_some());
    }

    #[test]
    fn only_a_confidential_application_has_secrets_and_at_most_two() {
        assert_eq!(
            add_secret(&application(ClientType::Public), 0),
            Err(SecretAdded::Public)
        );
        let confidential = application(ClientType::Confidential);
        assert!(add_secret(&confidential, 1).is_ok());
        assert_eq!(add_secret(&confidential, MOST_SECRETS), Err(SecretAdded::TooMany));
    }

    #[test]
    fn the_only_secret_stays() {
        let refused = |valid: &[KeptSecret], id| retire_secret(valid, SecretId(id)).err();
        assert_eq!(refused(&[kept(1)], 1), Some(SecretRetired::OnlyOne));
        assert_eq!(refused(&[kept(1)], 2), Some(SecretRetired::NotFound));
        assert_eq!(refused(&[kept(2), kept(1)], 1), None);
    }

    #[test]
    fn a_retired_secret_is_told_by_its_age() {
        let mut record = kept(1).record;
        assert_eq!(age(&record), "made 1970-01-01 00:00 UTC, never used");
        record.last_used_at = Some(Timestamp::from_millis(90_000_000));
        assert_eq!(
            age(&record),
            "made 1970-01-01 00:00 UTC, last used 1970-01-02 01:00 UTC"
        );
    }
}
