//! Passwords that a person chooses.

use std::borrow::Cow;
use std::fmt;

use thiserror::Error;
use unicode_normalization::{IsNormalized, UnicodeNormalization, is_nfc_quick};

/// A password that is long enough to be set. It does not print.
#[derive(Clone)]
pub struct NewPassword(String);

/// Why a password cannot be set.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum PasswordError {
    /// Fewer than [`NewPassword::MIN_LENGTH`] characters.
    #[error("The password needs at least {min} characters; this has {0}", min = NewPassword::MIN_LENGTH)]
    TooShort(usize),
    /// More than [`NewPassword::MAX_BYTES`].
    #[error("The password can have at most {max} bytes; this has {0}", max = NewPassword::MAX_BYTES)]
    TooLong(usize),
}

impl NewPassword {
    /// The fewest characters (NIST SP 800-63B section 3.1.1).
    pub const MIN_LENGTH: usize = 8;
    /// The most bytes, so that the server never hashes a book.
    pub const MAX_BYTES: usize = 1_024;

    /// The most bytes that are read before the text is [normalized](normalized_password), which can make it shorter: UTF-8
    /// in form D has up to three bytes for one in form C.
    pub const MAX_BYTES_AS_TYPED: usize = 3 * Self::MAX_BYTES;

    /// Accepts a password and [normalizes](normalized_password) it. Any character counts, spaces too; nothing is
    /// trimmed. The limits apply to the normalized text.
    pub fn new(text: String) -> Result<Self, PasswordError> {
        if text.len() > Self::MAX_BYTES_AS_TYPED {
            return Err(PasswordError::TooLong(text.len()));
        }
        let text = match normalized_password(&text) {
            Cow::Borrowed(_) => text,
            Cow::Owned(normalized) => normalized,
        };
        let length = text.chars().count();
        if length < Self::MIN_LENGTH {
            return Err(PasswordError::TooShort(length));
        }
        if text.len() > Self::MAX_BYTES {
            return Err(PasswordError::TooLong(text.len()));
        }
        Ok(Self(text))
    }

    /// The password, to be hashed and nothing else.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for NewPassword {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("NewPassword(…)")
    }
}

/// The form in which passwords are hashed and compared, so that the same password matches from every keyboard: the
/// mappings of the `OpaqueString` profile (RFC 8265 section 4.2.2). Spaces outside ASCII become U+0020, then the text is
/// put into Unicode normalization form C. Case and everything else stay.
pub fn normalized_password(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    if !text.contains(is_wide_space) && is_nfc_quick(text.chars()) == IsNormalized::Yes {
        return Cow::Borrowed(text);
    }
    let spaced = text.chars().map(|c| if is_wide_space(c) { ' ' } else { c });
    Cow::Owned(spaced.nfc().collect())
}

/// The general category Zs of Unicode without U+0020.
fn is_wide_space(character: char) -> bool {
    matches!(
        character,
        '\u{A0}' | '\u{1680}' | '\u{2000}'..='\u{200A}' | '\u{202F}' | '\u{205F}' | '\u{3000}'
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_is_bounded_and_nothing_prints() {
        assert_eq!(
            NewPassword::new("1234567".into()).unwrap_err(),
            PasswordError::TooShort(7)
        );
        assert_eq!(
            NewPassword::new("x".repeat(1_025)).unwrap_err(),
            PasswordError::TooLong(1_025)
        );
        let password = NewPassword::new("latchkey-demo".into()).unwrap();
        assert!(!format!("{password:?}").contains("latchkey"));
    }

    #[test]
    fn the_same_password_is_the_same_text_from_every_keyboard() {
        for (typed, normalized) in [
            ("plain words", "plain words"),
            ("cafe\u{301}", "caf\u{e9}"),
            ("caf\u{e9}", "caf\u{e9}"),
            // Hangul, a combining sequence in the wrong order, and a singleton.
            ("\u{1100}\u{1161}", "\u{ac00}"),
            ("a\u{301}\u{323}", "\u{1ea1}\u{301}"),
            ("\u{212b}", "\u{c5}"),
            ("a\u{a0}b\u{3000}c\u{2009}d", "a b c d"),
            // Neither case, width nor inner and outer spaces are folded (RFC 8265 section 4.2.2).
            (" Stra\u{df}e  \u{ff21} ", " Stra\u{df}e  \u{ff21} "),
            ("\u{fb01}\u{200d}\t", "\u{fb01}\u{200d}\t"),
        ] {
            assert_eq!(normalized_password(typed), normalized, "{typed:?}");
            assert_eq!(normalized_password(normalized), normalized, "stable: {typed:?}");
        }
    }

    #[test]
    fn the_limits_count_what_is_hashed() {
        let long = "e\u{301}".repeat(512);
        assert_eq!(NewPassword::new(long).unwrap().expose(), "\u{e9}".repeat(512));
        assert_eq!(
            NewPassword::new("e\u{301}".repeat(513)).unwrap_err(),
            PasswordError::TooLong(1_026)
        );
        assert_eq!(
            NewPassword::new("e\u{301}".repeat(7)).unwrap_err(),
            PasswordError::TooShort(7)
        );
        assert_eq!(
            NewPassword::new("x".repeat(1_000_000)).unwrap_err(),
            PasswordError::TooLong(1_000_000)
        );
    }
}
