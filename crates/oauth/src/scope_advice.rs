//! Tells an application's integrator about requested scopes that are not registered. It names only those: a host who
//! registers more than an application needs gives away too much, and a host scope keeps all other members from
//! connecting the application.

use latchkey_domain::ScopeSet;
use latchkey_domain::scope::ScopeError;
use latchkey_storage::ActivityReason;

/// Says why a request for unregistered scopes is refused, and what to do.
pub(crate) fn not_registered(excess: ScopeSet) -> String {
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

/// Why a text is not a list of scopes.
pub(crate) const fn reason(error: &ScopeError) -> ActivityReason {
    match error {
        ScopeError::Separator(_) => ActivityReason::ScopeSeparator,
        ScopeError::Unknown(_) | ScopeError::Character { .. } => ActivityReason::ScopeUnknown,
    }
}

#[cfg(test)]
mod tests {
    use latchkey_domain::Scope;

    use super::*;

    fn advice(scopes: &str) -> String {
        not_registered(scopes.parse().unwrap())
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
