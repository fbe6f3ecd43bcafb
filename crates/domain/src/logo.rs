//! The name of a logo.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The first 32 hexadecimal digits of the SHA-256 of a logo as it is served: the same picture has the same name, and a new
/// one has another, so that it can be cached forever.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct LogoId(String);

/// A text that names no logo.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is not the name of a logo: 32 hexadecimal digits were expected")]
pub struct LogoIdError;

impl LogoId {
    /// How many digits it has.
    pub const LENGTH: usize = 32;

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The path at which the server serves the picture.
    pub fn path(&self) -> String {
        format!("/logos/{}", self.0)
    }
}

impl FromStr for LogoId {
    type Err = LogoIdError;

    fn from_str(text: &str) -> Result<Self, LogoIdError> {
        let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
        if text.len() == Self::LENGTH && text.bytes().all(is_digit) {
            Ok(Self(text.to_owned()))
        } else {
            Err(LogoIdError)
        }
    }
}

impl TryFrom<String> for LogoId {
    type Error = LogoIdError;

    fn try_from(text: String) -> Result<Self, LogoIdError> {
        text.parse()
    }
}

impl From<LogoId> for String {
    fn from(id: LogoId) -> Self {
        id.0
    }
}

impl fmt::Display for LogoId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
