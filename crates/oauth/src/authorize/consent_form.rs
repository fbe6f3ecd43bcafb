//! The person's answer on the consent page.

use latchkey_domain::{MemberId, ScopeSet};

/// The name of the two buttons.
pub const DECISION: &str = "decision";

/// The value of the button Allow.
pub const ALLOW: &str = "allow";

/// The value of the button Deny.
pub const DENY: &str = "deny";

/// The name of the checkboxes, whose values are scope ids.
pub const APPROVED: &str = "approved";

/// The hidden field with the member that the page was shown to.
pub(super) const MEMBER: &str = "member";

/// An answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// Grant the application these scopes: those still checked.
    Allow(ScopeSet),
    Deny,
}

impl Answer {
    /// Reads the form that `member` sent. `None` if it has no answer or was shown to someone else: the person
    /// switched accounts in another tab and has to be asked again.
    pub(super) fn read(form: &[(String, String)], member: MemberId) -> Option<Self> {
        let values = |wanted: &'static str| {
            form.iter()
                .filter(move |(name, _)| name == wanted)
                .map(|(_, value)| value.as_str())
        };
        if values(MEMBER).next() != Some(member.to_string().as_str()) {
            return None;
        }
        match values(DECISION).next() {
            // Ignores scopes that were not on the page.
            Some(ALLOW) => Some(Self::Allow(
                values(APPROVED).filter_map(|id| id.parse().ok()).collect(),
            )),
            Some(DENY) => Some(Self::Deny),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(form: &[(&str, &str)]) -> Option<Answer> {
        let form: Vec<_> = form
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        Answer::read(&form, MemberId(3))
    }

    #[test]
    fn allow_comes_with_what_stayed_ticked() {
        let form = [
            ("member", "3"),
            ("approved", "read:posts"),
            ("approved", "write:posts"),
            ("approved", "made:up"),
            ("decision", "allow"),
        ];
        assert_eq!(
            read(&form),
            Some(Answer::Allow("read:posts write:posts".parse().unwrap()))
        );
        assert_eq!(
            read(&[("member", "3"), ("decision", "allow")]),
            Some(Answer::Allow(ScopeSet::EMPTY))
        );
    }

    #[test]
    fn deny_is_deny_whatever_is_ticked() {
        let form = [("member", "3"), ("approved", "read:posts"), ("decision", "deny")];
        assert_eq!(read(&form), Some(Answer::Deny));
    }

    #[test]
    fn an_answer_of_somebody_else_and_none_at_all_do_not_count() {
        assert_eq!(
            read(&[("member", "4"), ("decision", "allow"), ("approved", "read:posts")]),
            None
        );
        assert_eq!(read(&[("decision", "allow"), ("approved", "read:posts")]), None);
        assert_eq!(read(&[("member", "3"), ("approved", "read:posts")]), None);
        assert_eq!(read(&[]), None);
    }
}
