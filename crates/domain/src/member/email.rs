//! Email addresses.

use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use email_address::{EmailAddress, Options};
use idna::uts46::{AsciiDenyList, DnsLength, Hyphens, Uts46};
use serde::{Deserialize, Serialize};
use thiserror::Error;
use unicode_normalization::UnicodeNormalization;

use crate::text;

/// An email address in the one form in which addresses are compared: the part before the `@` in lower case and composed
/// (NFC), the domain in the ASCII form of UTS 46. A person who types it in another case, or the domain in its own letters,
/// is the same person. Letters of different scripts that look alike stay different.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Email {
    text: String,
    /// As earlier versions stored what was typed, if that differs.
    typed: Option<String>,
}

/// Text that is no email address.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("that is not an email address; expected one like ada@example.com")]
pub struct EmailError;

/// The most bytes of an address (RFC 5321 section 4.5.3.1.3).
const MAX_BYTES: usize = 254;

impl Email {
    /// The address.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Reads an address from where it is kept, as it is: it may have been stored before there was one form.
    pub fn stored(text: &str) -> Result<Self, EmailError> {
        check(text)?;
        Ok(Self {
            text: text.to_owned(),
            typed: None,
        })
    }

    /// Under what it may be kept: as it was typed, which is what an earlier version stored, and in the one form. Where
    /// both are there, they are two members, and the first is who is meant.
    pub fn spellings(&self) -> [&str; 2] {
        [self.typed.as_deref().unwrap_or(&self.text), &self.text]
    }

    /// The same with the domain in its own letters, for people who search.
    pub fn to_unicode(&self) -> String {
        let (local, domain) = self.text.rsplit_once('@').unwrap_or(("", &self.text));
        // Text that cannot be shown stays as it is.
        let (domain, _) = Uts46::new().to_unicode(domain.as_bytes(), AsciiDenyList::EMPTY, Hyphens::Allow);
        format!("{local}@{domain}")
    }

    /// By what attempts to sign in as `typed` are counted, whether it is an address or not.
    pub fn key(typed: &str) -> String {
        typed
            .parse::<Self>()
            .map_or_else(|_| typed.trim().to_lowercase(), |email| email.text)
    }
}

impl FromStr for Email {
    type Err = EmailError;

    fn from_str(typed: &str) -> Result<Self, EmailError> {
        // Far longer than it may be in the end.
        if typed.len() > 4 * MAX_BYTES {
            return Err(EmailError);
        }
        let typed = typed.trim();
        // Addresses that are copied bring invisible marks along. Joiners can be a part of a domain.
        let is_seen = |c: &char| matches!(c, '\u{200C}' | '\u{200D}') || !text::is_format(*c);
        let visible: String = typed.chars().filter(is_seen).collect();
        let (local, domain) = visible.trim().rsplit_once('@').ok_or(EmailError)?;
        let local: String = local.to_lowercase().nfc().collect();
        let domain = Uts46::new()
            .to_ascii(
                domain.as_bytes(),
                AsciiDenyList::EMPTY,
                Hyphens::Allow,
                DnsLength::Ignore,
            )
            .map_err(|_| EmailError)?;
        let text = format!("{local}@{domain}");
        check(&text)?;
        let typed = typed.to_lowercase();
        Ok(Self {
            typed: (typed != text).then_some(typed),
            text,
        })
    }
}

/// Refuses what has not the form of an address.
fn check(text: &str) -> Result<(), EmailError> {
    let options = Options::default().without_display_text().without_domain_literal();
    if text.len() > MAX_BYTES || text.contains(['"', '(', ')']) || text.chars().any(char::is_control) {
        return Err(EmailError);
    }
    EmailAddress::parse_with_options(text, options)
        .map(|_| ())
        .map_err(|_| EmailError)
}

impl PartialEq for Email {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

impl Eq for Email {}

impl Hash for Email {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.text.hash(state);
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
        email.text
    }
}

impl fmt::Display for Email {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
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
    fn has_one_form() {
        for (texts, form) in [
            (
                &[
                    "ada@bücher.example",
                    "ADA@BÜCHER.EXAMPLE",
                    "ada@bu\u{308}cher.example",
                    "ada@xn--bcher-kva.example",
                    "Ada@XN--BCHER-KVA.Example",
                    "ada@bücher。example",
                    "\u{202A}ada@bücher.example\u{202C}",
                    "\u{FEFF} ada@bü\u{200B}cher.example",
                ][..],
                "ada@xn--bcher-kva.example",
            ),
            (
                &[
                    "jürgen@example.com",
                    "JÜRGEN@example.com",
                    "ju\u{308}rgen@EXAMPLE.com",
                ],
                "jürgen@example.com",
            ),
            (
                &["a@straße.example", "a@xn--strae-oqa.example"],
                "a@xn--strae-oqa.example",
            ),
            (&["host@localhost"], "host@localhost"),
        ] {
            for text in texts {
                let email = text.parse::<Email>().unwrap();
                assert_eq!(email.as_str(), form, "{text}");
                assert_eq!(email, form.parse().unwrap());
                // The form is its own form.
                assert_eq!(Email::stored(form).unwrap().as_str(), form);
                assert_eq!(Email::key(text), form);
            }
        }
        assert_eq!(
            "ada@xn--bcher-kva.example".parse::<Email>().unwrap().to_unicode(),
            "ada@bücher.example"
        );
        assert_eq!(Email::key(" Nobody "), "nobody");
    }

    /// `а` here is Cyrillic.
    #[test]
    fn what_only_looks_alike_is_another() {
        for (one, other) in [
            ("ada@example.com", "аda@example.com"),
            ("ada@example.com", "ada@exаmple.com"),
            ("ada@bücher.example", "ada@bucher.example"),
            ("jürgen@example.com", "jurgen@example.com"),
        ] {
            assert_ne!(one.parse::<Email>(), other.parse::<Email>());
        }
    }

    #[test]
    fn an_earlier_spelling_is_remembered() {
        let email: Email = "Ada@Bücher.example".parse().unwrap();
        assert_eq!(
            email.spellings(),
            ["ada@bücher.example", "ada@xn--bcher-kva.example"]
        );
        let email: Email = "ada@example.com".parse().unwrap();
        assert_eq!(email.spellings(), ["ada@example.com"; 2]);
        let email = Email::stored("ada@bücher.example").unwrap();
        assert_eq!(email.spellings(), ["ada@bücher.example"; 2]);
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
            "a@xn--0.example",
        ] {
            assert!(text.parse::<Email>().is_err(), "{text}");
        }
        assert!(format!("a@{}", "b".repeat(5_000)).parse::<Email>().is_err());
    }
}
