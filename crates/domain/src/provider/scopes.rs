//! The scopes that are asked for at a provider.

use std::fmt;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Scopes, separated by single spaces (RFC 6749 section 3.3); it may be empty.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ProviderScopes(String);

/// What is wrong with the scopes. The message fits after the name of the field.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ProviderScopesError {
    #[error("can have at most {} characters", ProviderScopes::MAX_LENGTH)]
    TooLong,
    #[error("cannot contain “{0}”; separate them with spaces")]
    Character(char),
}

impl ProviderScopes {
    /// The most characters.
    pub const MAX_LENGTH: usize = 500;

    /// Reads scopes with any white space between them.
    pub fn parse(text: &str) -> Result<Self, ProviderScopesError> {
        let scopes = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if scopes.chars().count() > Self::MAX_LENGTH {
            return Err(ProviderScopesError::TooLong);
        }
        let is_allowed = |char: &char| matches!(char, ' '..='~') && !matches!(char, '"' | '\\');
        match scopes.chars().find(|char| !is_allowed(char)) {
            Some(other) => Err(ProviderScopesError::Character(other)),
            None => Ok(Self(scopes)),
        }
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ProviderScopes {
    type Error = ProviderScopesError;

    fn try_from(text: String) -> Result<Self, ProviderScopesError> {
        Self::parse(&text)
    }
}

impl From<ProviderScopes> for String {
    fn from(scopes: ProviderScopes) -> Self {
        scopes.0
    }
}

impl fmt::Display for ProviderScopes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_separates_scopes() {
        let read = |text| ProviderScopes::parse(text).map(String::from);
        assert_eq!(
            read(" openid\n profile\temail "),
            Ok("openid profile email".into())
        );
        assert_eq!(read(""), Ok(String::new()));
        assert_eq!(read("a\"b"), Err(ProviderScopesError::Character('"')));
        assert_eq!(read("é"), Err(ProviderScopesError::Character('é')));
        assert_eq!(read(&"a".repeat(501)), Err(ProviderScopesError::TooLong));
    }
}
