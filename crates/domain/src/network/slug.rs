//! Slugs: names in URLs.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// 1 to 63 lower-case letters, digits and single hyphens between them, not digits alone (that is a network's id).
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Slug(String);

/// Text that is not a slug.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error(
    "“{0}” cannot be part of a URL; expected at most 63 lower-case letters, digits and single hyphens between them, \
     with at least one letter, like my-community"
)]
pub struct SlugError(String);

impl Slug {
    /// The slug.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A slug made from a name: `My Community!` becomes `my-community`. Falls back to `network`.
    pub fn from_name(name: &str) -> Self {
        let mut slug = String::new();
        for character in name.to_lowercase().chars() {
            if character.is_ascii_alphanumeric() {
                slug.push(character);
            } else if !slug.is_empty() && !slug.ends_with('-') {
                slug.push('-');
            }
        }
        slug.truncate(63);
        slug.trim_end_matches('-')
            .parse()
            .unwrap_or_else(|_| Self("network".to_owned()))
    }
}

impl FromStr for Slug {
    type Err = SlugError;

    fn from_str(text: &str) -> Result<Self, SlugError> {
        let part = |part: &str| {
            !part.is_empty()
                && part
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        };
        let valid = text.len() <= 63
            && text.split('-').all(part)
            && text.bytes().any(|byte| byte.is_ascii_lowercase());
        if valid {
            Ok(Self(text.to_owned()))
        } else {
            Err(SlugError(text.chars().take(80).collect()))
        }
    }
}

impl TryFrom<String> for Slug {
    type Error = SlugError;

    fn try_from(text: String) -> Result<Self, SlugError> {
        text.parse()
    }
}

impl From<Slug> for String {
    fn from(slug: Slug) -> Self {
        slug.0
    }
}

impl fmt::Display for Slug {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accepts_and_refuses() {
        for slug in ["my-community", "a", "a1-b2"] {
            assert!(slug.parse::<Slug>().is_ok(), "{slug}");
        }
        for slug in ["", "My", "a--b", "-a", "a-", "123", "a/b", "é"] {
            assert!(slug.parse::<Slug>().is_err(), "{slug}");
        }
    }

    #[test]
    fn is_made_from_a_name() {
        for (name, slug) in [
            ("My Community!", "my-community"),
            ("  Café & Co ", "caf-co"),
            ("123", "network"),
            ("", "network"),
        ] {
            assert_eq!(Slug::from_name(name).as_str(), slug);
        }
    }
}
