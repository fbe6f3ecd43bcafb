//! The public identifier of an application.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::random::{Randomness, random_token};

/// The public identifier of an application (RFC 6749 section 2.2): 43 characters of URL-safe base64 if it was made here. One
/// that was brought from another server has [`ClientId::SHORTEST`] to [`ClientId::LONGEST`] characters that need no escape in
/// a URL.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ClientId(String);

/// Text that is not a client id, or not one that was made here.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("a client id has 43 characters (letters, digits, - and _); this has {0}")]
pub struct ClientIdError(usize);

impl ClientId {
    /// How many characters a client id has that was made here.
    pub const LENGTH: usize = 43;

    /// The fewest and the most characters that any can have.
    pub const SHORTEST: usize = 8;
    pub const LONGEST: usize = 128;

    /// What is accepted, for people who bring their own.
    pub const EXPECTED: &str = "8 to 128 letters, digits, and - . _ ~";

    /// Makes a new one.
    pub fn generate(randomness: &dyn Randomness) -> Self {
        Self(random_token(randomness))
    }

    /// The identifier.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What is probably wrong with an id that no application has: it is not as long as those that are made here.
    pub fn unusual(&self) -> Option<ClientIdError> {
        (self.0.len() != Self::LENGTH).then_some(ClientIdError(self.0.len()))
    }
}

impl FromStr for ClientId {
    type Err = ClientIdError;

    fn from_str(text: &str) -> Result<Self, ClientIdError> {
        let valid = (Self::SHORTEST..=Self::LONGEST).contains(&text.len())
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~'));
        if valid {
            Ok(Self(text.to_owned()))
        } else {
            Err(ClientIdError(text.chars().count()))
        }
    }
}

impl TryFrom<String> for ClientId {
    type Error = ClientIdError;

    fn try_from(text: String) -> Result<Self, ClientIdError> {
        text.parse()
    }
}

impl From<ClientId> for String {
    fn from(id: ClientId) -> Self {
        id.0
    }
}

impl fmt::Display for ClientId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_from_elsewhere_may_have_another_length() {
        for id in [
            "a".repeat(43),
            "my-app_1".into(),
            "3f2504e0-4f89-11d3-9a0c-0305e82c3301".into(),
            "123.apps.example~x".into(),
            "z".repeat(128),
        ] {
            assert_eq!(id.parse::<ClientId>().unwrap().as_str(), id);
        }
        for id in [
            "",
            "seven77",
            "with space",
            "with/slash",
            "with:colon",
            "with%20",
            "ünicode-id",
        ] {
            assert!(id.parse::<ClientId>().is_err(), "{id}");
        }
        assert!("a".repeat(129).parse::<ClientId>().is_err());
    }

    #[test]
    fn an_id_of_another_length_is_probably_cut_off() {
        let id = |length| "a".repeat(length).parse::<ClientId>().unwrap();
        assert_eq!(id(43).unusual(), None);
        assert_eq!(
            id(42).unusual().unwrap().to_string(),
            "a client id has 43 characters (letters, digits, - and _); this has 42"
        );
    }
}
