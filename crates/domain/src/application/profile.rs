//! The profile of an application, beside its name.

use std::fmt;

use fluent_uri::Uri;
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::text::{self, TextError};

/// What an application is, for the people who are asked to allow it. Each part is optional.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ApplicationProfile {
    pub description: Option<Description>,
    /// Where people read more about it.
    pub website: Option<WebLink>,
    pub privacy_policy: Option<WebLink>,
}

/// A line of 1 to 200 visible characters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Description(String);

impl Description {
    /// The most characters that a description can have.
    pub const MAX_LENGTH: usize = 200;

    /// Reads a description; the white space around it does not count.
    pub fn parse(text: &str) -> Result<Self, TextError> {
        text::line(text, Self::MAX_LENGTH).map(Self)
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Description {
    type Error = TextError;

    fn try_from(text: String) -> Result<Self, TextError> {
        Self::parse(&text)
    }
}

impl From<Description> for String {
    fn from(description: Description) -> Self {
        description.0
    }
}

/// A link for people to follow: `https`, with a host name, without credentials.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct WebLink(String);

/// What is wrong with a link. The message fits after the name of the field.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum WebLinkError {
    /// More characters than allowed.
    #[error("can have at most {} characters", WebLink::MAX_LENGTH)]
    TooLong,
    /// Not an absolute https URL.
    #[error("must be a web address that starts with https://, such as https://example.com")]
    NotHttps,
    /// It has a user name or password.
    #[error("must not contain a user name or password")]
    Credentials,
}

impl WebLink {
    /// The most characters that a link can have.
    pub const MAX_LENGTH: usize = 500;

    /// Reads a link; the white space around it does not count.
    pub fn parse(text: &str) -> Result<Self, WebLinkError> {
        let text = text.trim();
        if text.chars().count() > Self::MAX_LENGTH {
            return Err(WebLinkError::TooLong);
        }
        let uri = Uri::parse(text).map_err(|_| WebLinkError::NotHttps)?;
        let authority = uri.authority().ok_or(WebLinkError::NotHttps)?;
        if !uri.scheme().as_str().eq_ignore_ascii_case("https") || authority.host().is_empty() {
            return Err(WebLinkError::NotHttps);
        }
        if authority.userinfo().is_some() {
            return Err(WebLinkError::Credentials);
        }
        Ok(Self(text.to_owned()))
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What a person recognises it by: the host and port.
    pub fn host(&self) -> &str {
        let behind = self.0.split_once("//").map_or("", |(_, behind)| behind);
        behind.split(['/', '?', '#']).next().unwrap_or(behind)
    }
}

impl TryFrom<String> for WebLink {
    type Error = WebLinkError;

    fn try_from(text: String) -> Result<Self, WebLinkError> {
        Self::parse(&text)
    }
}

impl From<WebLink> for String {
    fn from(link: WebLink) -> Self {
        link.0
    }
}

impl fmt::Display for WebLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_is_https_and_has_a_host() {
        let link = WebLink::parse(" https://example.com:8443/about?x#y ").unwrap();
        assert_eq!(link.as_str(), "https://example.com:8443/about?x#y");
        assert_eq!(link.host(), "example.com:8443");
        for (text, expected) in [
            ("example.com", WebLinkError::NotHttps),
            ("http://example.com", WebLinkError::NotHttps),
            ("javascript:alert(1)", WebLinkError::NotHttps),
            ("https:///path", WebLinkError::NotHttps),
            ("https://a b", WebLinkError::NotHttps),
            ("https://user:secret@example.com", WebLinkError::Credentials),
        ] {
            assert_eq!(WebLink::parse(text), Err(expected), "{text}");
        }
        let long = format!("https://example.com/{}", "a".repeat(500));
        assert_eq!(WebLink::parse(&long), Err(WebLinkError::TooLong));
    }
}
