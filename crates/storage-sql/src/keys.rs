//! The server key: 32 random bytes in a file beside the database and never in it. Secrets are sealed and tokens made
//! with keys derived from it, so that a copy of the database alone opens nothing.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hkdf::Hkdf;
use sha2::Sha256;
use zeroize::{Zeroize, Zeroizing};

use crate::random;
use latchkey_storage::StoreError;

/// The word before the key in its file.
pub(crate) const FORMAT: &str = "latchkey-key-v1";

pub(crate) const COMMENT: &str =
    "# Latchkey's server key. Back it up apart from the database: without it, secrets cannot be opened.";

/// The server key. It does not print, and its memory is wiped.
#[derive(Clone)]
pub struct ServerKey(Zeroizing<[u8; 32]>);

impl ServerKey {
    /// Makes a new key, which is in no file yet.
    pub fn generate() -> Result<Self, StoreError> {
        let mut bytes = Zeroizing::new([0; 32]);
        random::fill(bytes.as_mut_slice())?;
        Ok(Self(bytes))
    }

    /// The key with these bytes, for tests that want the same key each time.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    /// A key for one purpose, by HKDF-SHA-256 (RFC 5869): it tells nothing about the keys for other purposes.
    pub fn derive(&self, purpose: &str) -> [u8; 32] {
        let mut derived = [0; 32];
        Hkdf::<Sha256>::new(Some(b"latchkey"), self.0.as_slice())
            .expand(purpose.as_bytes(), &mut derived)
            .expect("HKDF-SHA-256 gives up to 8,160 bytes");
        derived
    }

    /// Identifies the key. It can be stored and shown: it is derived, and the key does not follow from it.
    pub fn fingerprint(&self) -> String {
        let print = self.derive("fingerprint v1");
        print[..16]
            .iter()
            .fold(String::new(), |hex, byte| hex + &format!("{byte:02x}"))
    }

    /// The key in `text`, the content of a key file; for a node whose environment has it.
    pub fn from_text(text: &str) -> Result<Self, StoreError> {
        Self::parse(text).ok_or_else(|| {
            StoreError::Open(format!(
                "expected the line of a latchkey.key, like {FORMAT} and 43 characters"
            ))
        })
    }

    pub(crate) fn parse(text: &str) -> Option<Self> {
        let mut lines = lines(text);
        let line = lines.next()?;
        if lines.next().is_some() {
            return None;
        }
        decode(line.strip_prefix(FORMAT)?.strip_prefix(' ')?.trim_start())
    }

    /// The bytes, for the key file and nothing else.
    pub(crate) fn expose(&self) -> &[u8] {
        self.0.as_slice()
    }

    /// The file of a key that was never rotated.
    pub(crate) fn to_text(&self) -> Zeroizing<String> {
        let mut encoded = URL_SAFE_NO_PAD.encode(self.0.as_slice());
        let text = Zeroizing::new(format!("{COMMENT}\n{FORMAT} {encoded}\n"));
        encoded.zeroize();
        text
    }
}

/// The lines of a key file that are no comment.
pub(crate) fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
}

/// The key that `encoded` spells.
pub(crate) fn decode(encoded: &str) -> Option<ServerKey> {
    let decoded = Zeroizing::new(URL_SAFE_NO_PAD.decode(encoded).ok()?);
    let bytes: [u8; 32] = decoded.as_slice().try_into().ok()?;
    Some(ServerKey::from_bytes(bytes))
}

impl fmt::Debug for ServerKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ServerKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn purposes_and_keys_differ_and_nothing_prints() {
        let (one, other) = (ServerKey::from_bytes([1; 32]), ServerKey::from_bytes([2; 32]));
        assert_ne!(one.derive("a"), one.derive("b"));
        assert_ne!(one.derive("a"), other.derive("a"));
        assert_ne!(one.fingerprint(), other.fingerprint());
        assert_eq!(one.fingerprint().len(), 32);
        assert_eq!(format!("{one:?}"), "ServerKey(…)");
    }
}
