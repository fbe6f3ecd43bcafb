//! What may be granted, what a change of a grant writes, and how a member's grants are shown.

use std::cmp::Reverse;
use std::time::Duration;

use latchkey_domain::{Application, Role, ScopeSet, Timestamp};

use super::{ConnectedApp, Grant, GrantChange, GrantDecision, GrantState};

/// How exactly an application's last use is kept. Many members refresh tokens of one application; without this, each
/// refresh would write its row too.
pub const LAST_USED_GRAIN: Duration = Duration::from_secs(60);

/// Whether a member with this role may grant these scopes.
pub fn may_grant(role: Role, scopes: ScopeSet) -> bool {
    role.grantable_scopes().contains_all(scopes)
}

/// The new state of a grant; `None` if it stays as it is.
pub fn new_state(before: &Grant, decide: &GrantDecision) -> Option<GrantState> {
    match decide(before) {
        GrantChange::Set(state) if state != before.state => Some(state),
        _ => None,
    }
}

/// The use to store as the application's last one, if that is due.
pub fn use_to_store(application: &Application, used_at: Option<Timestamp>) -> Option<Timestamp> {
    used_at.filter(|used_at| {
        application
            .last_used_at
            .is_none_or(|last| *used_at >= last.plus(LAST_USED_GRAIN))
    })
}

/// One entry for each application, the last used first. `parts` are grants and consents, those of one application next to
/// each other.
pub fn connected_apps(parts: Vec<ConnectedApp>) -> Vec<ConnectedApp> {
    let mut apps: Vec<ConnectedApp> = Vec::new();
    for part in parts {
        match apps.last_mut() {
            Some(app) if app.application.client_id == part.application.client_id => {
                app.scopes = app.scopes.union(part.scopes);
                app.since = app.since.min(part.since);
                app.last_used_at = app.last_used_at.max(part.last_used_at);
            }
            _ => apps.push(part),
        }
    }
    apps.sort_by_key(|app| Reverse((app.last_used_at, app.since)));
    apps
}

#[cfg(test)]
mod tests {
    use latchkey_domain::{ApplicationName, ApplicationSpec, ClientId, ClientType, RedirectUris};

    use super::*;

    const fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1_000)
    }

    fn application(letter: &str, last_used_at: Option<Timestamp>) -> Application {
        Application {
            client_id: letter.repeat(ClientId::LENGTH).parse().unwrap(),
            spec: ApplicationSpec {
                name: ApplicationName::parse("Calendar").unwrap(),
                redirect_uris: RedirectUris::from_lines("https://calendar.example/callback", |_| Ok(()))
                    .unwrap(),
                scopes: ScopeSet::default(),
                client_type: ClientType::Public,
                skip_consent: false,
                profile: latchkey_domain::ApplicationProfile::default(),
                post_logout_redirect_uris: None,
                spaces_in_groups: false,
                id_token_algorithm: latchkey_domain::IdTokenAlgorithm::default(),
            },
            paused_at: None,
            created_at: at(0),
            created_by: None,
            logo: None,
            last_used_at,
            revision: 1,
        }
    }

    #[test]
    fn a_last_use_is_stored_once_a_minute() {
        let stored = |last: Option<i64>, used: Option<i64>| {
            use_to_store(&application("a", last.map(at)), used.map(at))
        };
        assert_eq!(stored(None, Some(5)), Some(at(5)));
        assert_eq!(stored(Some(5), Some(64)), None);
        assert_eq!(stored(Some(5), Some(65)), Some(at(65)));
        assert_eq!(stored(Some(5), Some(1)), None);
        assert_eq!(stored(None, None), None);
    }

    #[test]
    fn grants_of_one_application_are_shown_as_one() {
        let part = |letter: &str, since, last_used_at: Option<i64>| ConnectedApp {
            application: application(letter, None),
            scopes: ScopeSet::default(),
            since: at(since),
            last_used_at: last_used_at.map(at),
        };
        let apps = connected_apps(vec![
            part("a", 5, Some(7)),
            part("a", 3, None),
            part("b", 1, None),
            part("c", 2, Some(9)),
        ]);
        assert_eq!(
            apps,
            [part("c", 2, Some(9)), part("a", 3, Some(7)), part("b", 1, None)]
        );
    }
}
