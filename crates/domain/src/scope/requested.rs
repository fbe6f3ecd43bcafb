//! The scopes that a request names.

use super::set::is_space;
use super::{Scope, ScopeError, ScopeSet};

/// Asks for a refresh token in OpenID Connect. Every grant has one, so it is understood and changes nothing.
const OFFLINE_ACCESS: &str = "offline_access";

/// What a `scope` parameter names. A scope that does not exist here does not spoil the rest (RFC 6749 section 3.3).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RequestedScopes {
    /// Those that exist.
    pub known: ScopeSet,
    /// The words that name none, in order, each once.
    pub unknown: Vec<String>,
}

impl RequestedScopes {
    /// How many unknown words are kept to be named. A request may have thousands.
    const MAX_NAMED: usize = 5;

    /// Reads the words of a parameter, separated as in a [`ScopeSet`]. Fails where a word cannot be a scope of any server:
    /// of `read:posts, write:posts` nobody meant only the second.
    pub fn read(text: &str) -> Result<Self, ScopeError> {
        let mut requested = Self::default();
        let words = text.split(is_space).filter(|word| !word.is_empty());
        for word in words.filter(|word| *word != OFFLINE_ACCESS) {
            match word.parse::<Scope>() {
                Ok(scope) => requested.known = requested.known.union(ScopeSet::from_iter([scope])),
                Err(ScopeError::Unknown(word)) => {
                    if requested.unknown.len() < Self::MAX_NAMED && !requested.unknown.contains(&word) {
                        requested.unknown.push(word);
                    }
                }
                Err(malformed) => return Err(malformed),
            }
        }
        Ok(requested)
    }

    /// Whether it names nothing at all, as if the parameter were missing.
    pub fn is_empty(&self) -> bool {
        self.known.is_empty() && self.unknown.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> RequestedScopes {
        RequestedScopes::read(text).unwrap()
    }

    #[test]
    fn what_is_no_scope_does_not_spoil_the_rest() {
        let requested = read("read:posts read:mail address\nread:posts offline_access read:mail");
        assert_eq!(requested.known.to_string(), "read:posts");
        assert_eq!(requested.unknown, ["read:mail", "address"]);
    }

    #[test]
    fn nothing_is_named_by_white_space_and_offline_access() {
        for text in [
            "",
            " \u{a0}\n",
            "offline_access",
            " offline_access  offline_access",
        ] {
            assert!(read(text).is_empty(), "{text:?}");
        }
    }

    #[test]
    fn what_can_be_no_scope_is_an_error() {
        for text in ["read:posts, write:posts", "read:posts read:m\u{e4}il"] {
            assert!(RequestedScopes::read(text).is_err(), "{text:?}");
        }
    }

    #[test]
    fn few_of_many_unknown_words_are_kept() {
        let words: Vec<_> = (0..2_000).map(|number| format!("x{number}")).collect();
        let requested = read(&(words.join(" ") + " read:posts"));
        assert_eq!((requested.unknown.len(), requested.known.len()), (5, 1));
    }
}
