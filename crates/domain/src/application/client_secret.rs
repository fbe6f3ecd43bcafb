//! The secret of a confidential application: the one place that makes, shows and compares it.

use std::fmt;
use std::ops::RangeInclusive;

use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;

use crate::random::{Randomness, random_token};

/// 43 characters of URL-safe base64 (RFC 6749 section 2.3.1), or what was brought from another server. It does not print, and
/// its memory is wiped.
#[derive(Clone)]
pub struct ClientSecret(SecretString);

impl ClientSecret {
    /// How many characters a secret has that was made here.
    pub const LENGTH: usize = 43;

    /// The fewest and the most characters of one from elsewhere.
    const BROUGHT: RangeInclusive<usize> = 16..=256;

    /// Makes a new one.
    pub fn generate(randomness: &dyn Randomness) -> Self {
        Self(random_token(randomness).into())
    }

    /// A secret that was kept, as it was.
    pub fn kept(text: String) -> Self {
        Self(text.into())
    }

    /// A secret that another server made, so that clients need no new one. `None` if it is too short to be safe, too long,
    /// or has characters that a form or a header would change.
    pub fn brought(text: &str) -> Option<Self> {
        let is_fit = Self::BROUGHT.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic());
        is_fit.then(|| Self(text.into()))
    }

    /// The secret in the clear: for the host who asked to see it, and for sealing.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    /// Whether it was made here, by its length: one that was brought from another server may have any.
    pub fn is_made_here(&self) -> bool {
        let length = self.expose().len();
        length == Self::LENGTH
    }

    /// Whether `presented` is this secret, in a time that does not tell where they differ.
    pub fn is(&self, presented: &str) -> bool {
        self.expose().as_bytes().ct_eq(presented.as_bytes()).into()
    }
}

impl fmt::Debug for ClientSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientSecret(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_from_elsewhere_is_long_enough_and_visible() {
        for text in ["s".repeat(16), "a+b/c=d~e:f!g@h#i$".into(), "s".repeat(256)] {
            assert!(ClientSecret::brought(&text).unwrap().is(&text));
        }
        for text in [
            "s".repeat(15),
            "s".repeat(257),
            "a secret with spaces".into(),
            "sécret-sécret-sécret".into(),
        ] {
            assert!(ClientSecret::brought(&text).is_none(), "{text}");
        }
    }

    #[test]
    fn compares_whole_and_does_not_print() {
        let secret = ClientSecret::kept("abc".into());
        assert!(secret.is("abc"));
        assert!(!secret.is("ab") && !secret.is("abcd") && !secret.is("abd") && !secret.is(""));
        assert_eq!(format!("{secret:?}"), "ClientSecret(…)");
    }
}
