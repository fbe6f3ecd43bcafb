//! Passwords that a person chooses.

use std::fmt;

use thiserror::Error;

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
    /// The most bytes, so that nobody makes the server hash a book.
    pub const MAX_BYTES: usize = 1_024;

    /// Accepts a password. Any character counts, spaces too; nothing is trimmed.
    pub fn new(text: String) -> Result<Self, PasswordError> {
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
}
