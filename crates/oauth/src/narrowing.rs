//! What a request asks for is narrowed to what it may have, and its integrator reads what was left out (RFC 6749 section
//! 3.3). Only what was asked for is named: a host who registers more than an application needs gives away too much, and a
//! host scope keeps all other members from connecting the application.

use latchkey_domain::ScopeSet;
use latchkey_domain::scope::{RequestedScopes, ScopeError};
use latchkey_storage::ActivityReason;

/// What a request gets of the scopes that it names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Narrowed {
    pub(crate) scopes: ScopeSet,
    pub(crate) left_out: LeftOut,
}

/// What a request named and does not get.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct LeftOut {
    unknown: Vec<String>,
    /// Those that are scopes, but not registered.
    pub(crate) unregistered: ScopeSet,
}

/// Why nothing is left.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct NothingLeft {
    pub(crate) reason: ActivityReason,
    pub(crate) description: String,
    pub(crate) unregistered: ScopeSet,
}

/// Narrows a `scope` parameter to the registered scopes. Without one, a request asks for all of them (section 3.3 requires
/// a documented default): the host chose them for this application.
pub(crate) fn narrow(text: Option<&str>, registered: ScopeSet) -> Result<Narrowed, NothingLeft> {
    let requested = RequestedScopes::read(text.unwrap_or_default())?;
    if requested.is_empty() {
        return Ok(Narrowed {
            scopes: registered,
            left_out: LeftOut::default(),
        });
    }
    let scopes = requested.known.intersection(registered);
    let unregistered = requested.known.without(registered);
    match requested.unknown.first() {
        _ if !scopes.is_empty() => Ok(Narrowed {
            scopes,
            left_out: LeftOut {
                unknown: requested.unknown,
                unregistered,
            },
        }),
        Some(word) if unregistered.is_empty() => Err(ScopeError::Unknown(word.clone()).into()),
        _ => Err(NothingLeft {
            reason: ActivityReason::ScopeUnregistered,
            description: not_registered(unregistered),
            unregistered,
        }),
    }
}

impl From<ScopeError> for NothingLeft {
    fn from(error: ScopeError) -> Self {
        let reason = match error {
            ScopeError::Separator(_) => ActivityReason::ScopeSeparator,
            ScopeError::Unknown(_) | ScopeError::Character { .. } => ActivityReason::ScopeUnknown,
        };
        Self {
            reason,
            description: error.to_string(),
            unregistered: ScopeSet::EMPTY,
        }
    }
}

impl LeftOut {
    /// What was left out and why, as sentences that begin with a space; empty if nothing was.
    pub(crate) fn sentences(&self) -> String {
        let mut text = String::new();
        if !self.unknown.is_empty() {
            let words: Vec<_> = self.unknown.iter().map(|word| format!("`{word}`")).collect();
            let are = if words.len() == 1 {
                "which is not a scope"
            } else {
                "which are not scopes"
            };
            text = format!(" Left out: {}, {are} of this network.", words.join(", "));
        }
        if !self.unregistered.is_empty() {
            text = format!("{text} Left out: {}.", not_registered(self.unregistered));
        }
        text
    }
}

/// Says that scopes are not registered, and what to do.
fn not_registered(excess: ScopeSet) -> String {
    let host_only = excess.host_only();
    let member = excess.without(host_only);
    let mut sentences = Vec::new();
    if !member.is_empty() {
        sentences.push(format!(
            "`scope` has {member}, which is not registered for this application; a host can add it if the application \
             needs it"
        ));
    }
    if !host_only.is_empty() {
        sentences.push(format!(
            "`scope` has {host_only}, which is not registered for this application and which only hosts can grant; \
             leave it out, unless only hosts use the application"
        ));
    }
    sentences.join(". ")
}

#[cfg(test)]
mod tests {
    use latchkey_domain::Scope;

    use super::*;

    fn advice(scopes: &str) -> String {
        not_registered(scopes.parse().unwrap())
    }

    #[test]
    fn a_request_gets_what_it_may_have_and_its_integrator_reads_the_rest() {
        let registered = "read:posts write:posts".parse().unwrap();
        let narrowed = narrow(Some("address read:posts read:courses"), registered).unwrap();
        assert_eq!(narrowed.scopes.to_string(), "read:posts");
        assert_eq!(narrowed.left_out.unregistered.to_string(), "read:courses");
        assert_eq!(
            narrowed.left_out.sentences(),
            format!(
                " Left out: `address`, which is not a scope of this network. Left out: {}.",
                advice("read:courses")
            )
        );
        for nothing in [None, Some(""), Some("offline_access")] {
            let all = narrow(nothing, registered).unwrap();
            assert_eq!((all.scopes, all.left_out.sentences().as_str()), (registered, ""));
        }
    }

    #[test]
    fn nothing_left_says_what_helps_most() {
        let registered = "read:posts".parse().unwrap();
        let refused = |text| {
            let nothing = narrow(Some(text), registered).unwrap_err();
            (nothing.reason, nothing.unregistered.to_string())
        };
        assert_eq!(
            refused("read:mail"),
            (ActivityReason::ScopeUnknown, String::new())
        );
        assert_eq!(
            refused("read:mail read:courses"),
            (ActivityReason::ScopeUnregistered, "read:courses".into())
        );
        assert_eq!(
            refused("read:posts,read:courses"),
            (ActivityReason::ScopeSeparator, String::new())
        );
    }

    #[test]
    fn member_scopes_can_be_added() {
        assert_eq!(
            advice("read:courses read:search"),
            "`scope` has read:courses read:search, which is not registered for this application; a host can add it if \
             the application needs it"
        );
    }

    #[test]
    fn host_scopes_are_for_hosts() {
        assert_eq!(
            advice("host:read:network_posts"),
            "`scope` has host:read:network_posts, which is not registered for this application and which only hosts can \
             grant; leave it out, unless only hosts use the application"
        );
    }

    #[test]
    fn the_two_kinds_are_told_apart() {
        assert_eq!(
            advice("read:courses host:read:network_posts"),
            format!(
                "{}. {}",
                advice("read:courses"),
                advice("host:read:network_posts")
            )
        );
    }

    #[test]
    fn nothing_is_named_that_was_not_asked_for() {
        let words = advice("read:courses");
        for other in Scope::ALL.iter().filter(|scope| **scope != Scope::ReadCourses) {
            assert!(!words.contains(other.id()), "{words}");
        }
    }

    #[test]
    fn the_longest_advice_is_not_cut() {
        let words = not_registered(ScopeSet::ALL);
        assert_eq!(crate::description::plain(&words), words);
    }
}
