//! Email addresses.

use std::fmt;
use std::str::FromStr;

use email_address::{EmailAddress, Options};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// An email address, in lower case: a person who types it in another case is the same person.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Email(String);

/// Text that is no email address.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("that is not an email address; expected one like ada@example.com")]
pub struct EmailError;

impl Email {
    /// The address, in lower case.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for Email {
    type Err = EmailError;

    fn from_str(text: &str) -> Result<Self, EmailError> {
        let text = text.trim();
        let options = Options::default().without_display_text().without_domain_literal();
        if text.len() > 254 || text.contains(['"', '(', ')']) || text.chars().any(char::is_control) {
            return Err(EmailError);
        }
        EmailAddress::parse_with_options(text, options).map_err(|_| EmailError)?;
        Ok(Self(text.to_lowercase()))
    }
}

impl TryFrom<String> for Email {
    type Error = EmailError;

    fn try_from(text: String) -> Result<Self, EmailError> {
        text.parse()
    }
}

impl From<Email> for String {
    fn from(email: Email) -> Self {
        email.0
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folds_case_and_space() {
        assert_eq!(
            " Ada@Example.COM ".parse::<Email>().unwrap().as_str(),
            "ada@example.com"
        );
    }

    #[test]
    fn accepts_and_refuses() {
        for text in [
            "a@b.example",
            "first.last+tag@sub.example.org",
            "host@localhost",
            "jürgen@bücher.example",
        ] {
            assert!(text.parse::<Email>().is_ok(), "{text}");
        }
        for text in [
            "",
            "ada",
            "ada@",
            "@b",
            "a b@c.example",
            "a@b@c",
            "Ada <a@b.example>",
            "a@b\n.example",
            "a@[1.2.3.4]",
        ] {
            assert!(text.parse::<Email>().is_err(), "{text}");
        }
    }
}
