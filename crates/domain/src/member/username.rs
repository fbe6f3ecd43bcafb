//! The name by which programs know a member.

use serde::{Deserialize, Serialize};
use thiserror::Error;

use super::{MemberId, MemberName};
use crate::text::fold;

/// A name of a member for programs that need one: unique, and never given to anybody else. The claim `preferred_username`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Username(String);

/// Text that is no username.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("“{0}” is not a username; expected lower-case letters, digits and single hyphens")]
pub struct UsernameError(String);

/// The most characters of what a name gives.
const MAX_LENGTH: usize = 30;

/// What a name gives that has no letter of a username in it.
const FALLBACK: &str = "member";

/// Names with a meaning: a program might take a member who is called so for somebody else.
const RESERVED: &[&str] = &[
    "admin",
    "administrator",
    "anonymous",
    "guest",
    "host",
    "moderator",
    "nobody",
    "owner",
    "postmaster",
    "root",
    "superuser",
    "support",
    "system",
    "webmaster",
];

impl Username {
    /// Reads a username as it is stored.
    pub fn parse(text: &str) -> Result<Self, UsernameError> {
        let is_good = !text.is_empty()
            && text
                .split('-')
                .all(|part| !part.is_empty() && part.bytes().all(is_of_username));
        if is_good {
            Ok(Self(text.to_owned()))
        } else {
            Err(UsernameError(text.chars().take(80).collect()))
        }
    }

    /// What a member may be called, in the order in which it is tried: by the name, then with the member's number, which no
    /// other has, and then with one more, since somebody's name may end with that number.
    pub fn candidates(name: &MemberName, id: MemberId) -> impl Iterator<Item = Self> {
        let name = made_of(name.as_str());
        let first = (!RESERVED.contains(&name.as_str())).then(|| Self(name.clone()));
        let numbered = Self(format!("{name}-{id}"));
        let more = (2_u32..).map(move |more| Self(format!("{name}-{id}-{more}")));
        first.into_iter().chain([numbered]).chain(more)
    }

    /// The username.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

const fn is_of_username(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit()
}

/// The letters and digits of a name, with a hyphen where there is anything else between them.
fn made_of(name: &str) -> String {
    let mut made = String::new();
    for word in fold(name).split(|letter: char| !letter.is_alphanumeric()) {
        let letters: String = word
            .bytes()
            .filter(|byte| is_of_username(*byte))
            .map(char::from)
            .collect();
        if letters.is_empty() {
            continue;
        }
        if !made.is_empty() {
            made.push('-');
        }
        made.push_str(&letters);
    }
    made.truncate(MAX_LENGTH);
    let made = made.trim_end_matches('-');
    // Some programs take a number for an id.
    if made.starts_with(|first: char| first.is_ascii_lowercase()) {
        made.to_owned()
    } else {
        FALLBACK.to_owned()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn first(name: &str, tried: usize) -> Vec<String> {
        Username::candidates(&MemberName::parse(name).unwrap(), MemberId(7))
            .take(tried)
            .map(|username| username.0)
            .collect()
    }

    #[test]
    fn it_is_made_of_the_name() {
        for (name, username) in [
            ("Ada Lovelace", "ada-lovelace"),
            ("  Søren  Müller-Lüdenscheidt ", "soren-muller-ludenscheidt"),
            ("O’Neil, J.", "o-neil-j"),
            ("李明", "member"),
            ("42", "member"),
            ("Ada 李", "ada"),
            (&"Abcdefghij ".repeat(5), "abcdefghij-abcdefghij-abcdefgh"),
        ] {
            assert_eq!(first(name, 1), [username], "{name}");
        }
    }

    #[test]
    fn if_it_is_taken_the_number_makes_it_another() {
        assert_eq!(first("Ada", 4), ["ada", "ada-7", "ada-7-2", "ada-7-3"]);
    }

    /// Programs give rights to some of them.
    #[test]
    fn nobody_is_called_like_an_administrator() {
        for name in ["Admin", "ROOT", "Host", "Ádmin"] {
            assert!(first(name, 1)[0].ends_with("-7"), "{name}");
        }
    }

    proptest! {
        #[test]
        fn any_name_gives_one_that_can_be_read(name in "\\PC{1,100}") {
            if let Ok(name) = MemberName::parse(&name) {
                for username in Username::candidates(&name, MemberId(1)).take(3) {
                    prop_assert_eq!(Username::parse(username.as_str()), Ok(username));
                }
            }
        }
    }
}
