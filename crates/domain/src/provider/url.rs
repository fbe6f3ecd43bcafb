//! Addresses of a provider.

use std::fmt;

use fluent_uri::Uri;
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// An address of a provider: `https`, or `http` where the operator allowed the network that it is in. It has a host, no
/// credentials and no fragment.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ProviderUrl(String);

/// What is wrong with an address. The message fits after the name of the field.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ProviderUrlError {
    #[error("can have at most {} characters", ProviderUrl::MAX_LENGTH)]
    TooLong,
    #[error("must be a web address that starts with https://, such as https://login.example.com")]
    NotWeb,
    #[error("must not contain a user name or password")]
    Credentials,
    #[error("must not contain a # and what follows it")]
    Fragment,
}

impl ProviderUrl {
    /// The most characters.
    pub const MAX_LENGTH: usize = 500;

    /// Reads an address; the white space around it does not count.
    pub fn parse(text: &str) -> Result<Self, ProviderUrlError> {
        let text = text.trim();
        if text.chars().count() > Self::MAX_LENGTH {
            return Err(ProviderUrlError::TooLong);
        }
        let uri = Uri::parse(text).map_err(|_| ProviderUrlError::NotWeb)?;
        let authority = uri.authority().ok_or(ProviderUrlError::NotWeb)?;
        let scheme = uri.scheme().as_str();
        let is_web = scheme.eq_ignore_ascii_case("https") || scheme.eq_ignore_ascii_case("http");
        if !is_web || authority.host().is_empty() {
            return Err(ProviderUrlError::NotWeb);
        }
        if authority.userinfo().is_some() {
            return Err(ProviderUrlError::Credentials);
        }
        if uri.fragment().is_some() {
            return Err(ProviderUrlError::Fragment);
        }
        Ok(Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for ProviderUrl {
    type Error = ProviderUrlError;

    fn try_from(text: String) -> Result<Self, ProviderUrlError> {
        Self::parse(&text)
    }
}

impl From<ProviderUrl> for String {
    fn from(url: ProviderUrl) -> Self {
        url.0
    }
}

impl fmt::Display for ProviderUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_of_the_web() {
        for text in [
            "https://login.example.com",
            " https://a.example:8443/realms/x?y=1 ",
            "http://127.0.0.1:9000/token",
        ] {
            assert_eq!(ProviderUrl::parse(text).unwrap().as_str(), text.trim());
        }
        for (text, expected) in [
            ("login.example.com", ProviderUrlError::NotWeb),
            ("ftp://a.example", ProviderUrlError::NotWeb),
            ("https:///path", ProviderUrlError::NotWeb),
            ("https://a b", ProviderUrlError::NotWeb),
            ("https://user:secret@a.example", ProviderUrlError::Credentials),
            ("https://a.example/#x", ProviderUrlError::Fragment),
        ] {
            assert_eq!(ProviderUrl::parse(text), Err(expected), "{text}");
        }
    }
}
