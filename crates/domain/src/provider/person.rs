//! Who a provider says somebody is.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::{Email, MemberName};

/// What a provider knows an account by: it means that account at this provider and nothing anywhere else.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Subject(String);

/// What is wrong with a subject.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("the id of the account must have 1 to {} characters", Subject::MAX_LENGTH)]
pub struct SubjectError;

impl Subject {
    /// The most characters (OpenID Connect Core section 2).
    pub const MAX_LENGTH: usize = 255;

    /// Reads a subject. No character is changed: two that differ in one are two accounts.
    pub fn parse(text: &str) -> Result<Self, SubjectError> {
        let is_good =
            !text.trim().is_empty() && text.chars().count() <= Self::MAX_LENGTH && !text.contains('\0');
        is_good.then(|| Self(text.to_owned())).ok_or(SubjectError)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Subject {
    type Error = SubjectError;

    fn try_from(text: String) -> Result<Self, SubjectError> {
        Self::parse(&text)
    }
}

impl From<Subject> for String {
    fn from(subject: Subject) -> Self {
        subject.0
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What was read of an account at a provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    pub subject: Subject,
    pub email: Option<Email>,
    /// Whether the provider says that the email was verified.
    pub email_verified: bool,
    pub name: Option<MemberName>,
    /// The address of a picture, as the provider gives it.
    pub picture: Option<String>,
    /// A few words about the person.
    pub bio: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_subject_stays_as_it_is() {
        for text in ["1", " Ada", "ada|google-oauth2|1"] {
            assert_eq!(Subject::parse(text).unwrap().as_str(), text);
        }
        for text in ["", "  ", "a\0b", &"a".repeat(256)] {
            assert!(Subject::parse(text).is_err(), "{text:?}");
        }
    }
}
