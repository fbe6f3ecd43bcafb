//! Where a provider's answer says who somebody is.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// A path into a JSON answer: names of members and numbers of list entries, with dots between, such as `user.emails.0.value`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct FieldPath(String);

/// What is wrong with a path. The message fits after the name of the field.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum FieldPathError {
    #[error("can have at most {} characters", FieldPath::MAX_LENGTH)]
    TooLong,
    #[error("must be names with dots between, such as user.email or emails.0.value")]
    Malformed,
}

impl FieldPath {
    /// The most characters.
    pub const MAX_LENGTH: usize = 200;

    /// Reads a path; the white space around it does not count.
    pub fn parse(text: &str) -> Result<Self, FieldPathError> {
        let text = text.trim();
        if text.chars().count() > Self::MAX_LENGTH {
            return Err(FieldPathError::TooLong);
        }
        let is_name = |name: &str| {
            !name.is_empty() && !name.chars().any(|char| char.is_whitespace() || char.is_control())
        };
        if text.split('.').all(is_name) {
            Ok(Self(text.to_owned()))
        } else {
            Err(FieldPathError::Malformed)
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Its names, from the outside in.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.split('.')
    }
}

impl TryFrom<String> for FieldPath {
    type Error = FieldPathError;

    fn try_from(text: String) -> Result<Self, FieldPathError> {
        Self::parse(&text)
    }
}

impl From<FieldPath> for String {
    fn from(path: FieldPath) -> Self {
        path.0
    }
}

impl fmt::Display for FieldPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Where each part is. Only the id has to be there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfileFields {
    /// What never changes for an account: text or a number.
    pub id: FieldPath,
    pub email: Option<FieldPath>,
    /// Whether the provider has verified the email: `true`, `"true"` or 1.
    pub email_verified: Option<FieldPath>,
    pub name: Option<FieldPath>,
    /// The two parts of a name, where there is no whole one.
    pub given_name: Option<FieldPath>,
    pub family_name: Option<FieldPath>,
    pub picture: Option<FieldPath>,
    pub bio: Option<FieldPath>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_names_with_dots_between() {
        let path = FieldPath::parse(" user.emails.0.value ").unwrap();
        assert_eq!(path.names().collect::<Vec<_>>(), ["user", "emails", "0", "value"]);
        for text in ["", ".", "a.", ".a", "a..b", "a b"] {
            assert_eq!(FieldPath::parse(text), Err(FieldPathError::Malformed), "{text}");
        }
        assert_eq!(FieldPath::parse(&"a".repeat(201)), Err(FieldPathError::TooLong));
    }
}
