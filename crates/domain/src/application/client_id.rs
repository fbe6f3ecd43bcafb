//! The public identifier of an application.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::random::{Randomness, random_token};

/// 43 characters of URL-safe base64 (RFC 6749 section 2.2).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ClientId(String);

/// Text that cannot be a client id.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("a client id has 43 characters (letters, digits, - and _); this has {0}")]
pub struct ClientIdError(usize);

impl ClientId {
    /// How many characters a client id has.
    pub const LENGTH: usize = 43;

    /// Makes a new one.
    pub fn generate(randomness: &dyn Randomness) -> Self {
        Self(random_token(randomness))
    }

    /// The identifier.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for ClientId {
    type Err = ClientIdError;

    fn from_str(text: &str) -> Result<Self, ClientIdError> {
        let valid = text.len() == Self::LENGTH
            && text
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'));
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
