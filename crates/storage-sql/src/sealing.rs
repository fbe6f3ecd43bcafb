//! Sealing of client secrets: a host may ask to see one again, so they are encrypted and not hashed.
//!
//! XChaCha20-Poly1305 with a random nonce (at 192 bits it never repeats) under a key derived from the server key. The
//! purpose and the client id are bound in, so that a sealed secret copied to another row does not open.
//!
//! A sealed secret is: one byte for the format and key, 24 bytes of nonce, the encrypted secret with its 16-byte tag.

use std::fmt;

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use latchkey_domain::{ClientId, ClientSecret};
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

use crate::keyring::Keyring;
use crate::random;
use latchkey_storage::StoreError;

const NONCE_LENGTH: usize = 24;

/// How many retired secrets of an application keep a hash.
pub(crate) const RETIRED_KEPT: u32 = 8;

/// What is kept of a secret that was retired. A secret with 256 random bits cannot be found from its hash.
pub(crate) fn digest(secret: &str) -> [u8; 32] {
    Sha256::digest(secret.as_bytes()).into()
}

/// One key of the key file, ready for use. The first byte of what it sealed is its number, so that a new key can seal what
/// is new while the old one still opens what is old.
struct Cipher {
    number: u8,
    cipher: XChaCha20Poly1305,
}

/// Seals and opens client secrets. It does not print, and its keys are wiped.
pub(crate) struct Sealer(Vec<Cipher>);

impl Sealer {
    /// Seals with the first of `keys` and opens with each.
    pub(crate) fn new(keys: &Keyring) -> Self {
        let ciphers = keys.numbered().iter().map(|one| {
            let derived = Zeroizing::new(one.key.derive("sealing of client secrets v1"));
            Cipher {
                number: one.number,
                cipher: XChaCha20Poly1305::new((&*derived).into()),
            }
        });
        Self(ciphers.collect())
    }

    pub(crate) fn seal(&self, client_id: &ClientId, secret: &ClientSecret) -> Result<Vec<u8>, StoreError> {
        let key = self.0.first().ok_or(StoreError::Unsealable)?;
        let nonce: [u8; NONCE_LENGTH] = random::bytes()?;
        let payload = Payload {
            msg: secret.expose().as_bytes(),
            aad: &bound_to(key.number, client_id),
        };
        let encrypted = key
            .cipher
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| StoreError::Unsealable)?;
        Ok([&[key.number], nonce.as_slice(), &encrypted].concat())
    }

    /// Opens what any of the keys sealed.
    pub(crate) fn open(&self, client_id: &ClientId, sealed: &[u8]) -> Result<ClientSecret, StoreError> {
        let (&number, sealed) = sealed.split_first().ok_or(StoreError::Unsealable)?;
        let (nonce, encrypted) = sealed
            .split_first_chunk::<NONCE_LENGTH>()
            .ok_or(StoreError::Unsealable)?;
        let key = self
            .0
            .iter()
            .find(|key| key.number == number)
            .ok_or(StoreError::Unsealable)?;
        let payload = Payload {
            msg: encrypted,
            aad: &bound_to(number, client_id),
        };
        let secret = key
            .cipher
            .decrypt(&XNonce::from(*nonce), payload)
            .map_err(|_| StoreError::Unsealable)?;
        // What is authentic was text when it was sealed. The bytes move into the secret, which wipes them.
        String::from_utf8(secret)
            .map(ClientSecret::kept)
            .map_err(|_| StoreError::Unsealable)
    }
}

fn bound_to(key_number: u8, client_id: &ClientId) -> Vec<u8> {
    [
        b"latchkey client secret ".as_slice(),
        &[key_number],
        client_id.as_str().as_bytes(),
    ]
    .concat()
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Sealer(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::ServerKey;

    fn sealer(byte: u8) -> Sealer {
        Sealer::new(&Keyring::of(ServerKey::from_bytes([byte; 32])))
    }

    fn client(letter: &str) -> ClientId {
        letter.repeat(ClientId::LENGTH).parse().unwrap()
    }

    fn secret() -> ClientSecret {
        ClientSecret::kept("s".repeat(ClientSecret::LENGTH))
    }

    #[test]
    fn opens_what_it_sealed_and_never_seals_the_same_twice() {
        let sealed = sealer(1).seal(&client("a"), &secret()).unwrap();
        assert_eq!(
            sealer(1).open(&client("a"), &sealed).unwrap().expose(),
            secret().expose()
        );
        assert_ne!(sealed, sealer(1).seal(&client("a"), &secret()).unwrap());
        assert!(!sealed.windows(8).any(|window| window == b"ssssssss"));
    }

    #[test]
    fn another_key_or_another_client_does_not_open_it() {
        let sealed = sealer(1).seal(&client("a"), &secret()).unwrap();
        assert!(matches!(
            sealer(2).open(&client("a"), &sealed),
            Err(StoreError::Unsealable)
        ));
        assert!(matches!(
            sealer(1).open(&client("b"), &sealed),
            Err(StoreError::Unsealable)
        ));
    }

    #[test]
    fn every_changed_byte_and_every_cut_is_refused() {
        let sealed = sealer(1).seal(&client("a"), &secret()).unwrap();
        for index in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[index] ^= 1;
            assert!(sealer(1).open(&client("a"), &changed).is_err(), "byte {index}");
            assert!(
                sealer(1).open(&client("a"), &sealed[..index]).is_err(),
                "cut at {index}"
            );
        }
    }

    #[test]
    fn does_not_print() {
        assert_eq!(format!("{:?}", sealer(1)), "Sealer(…)");
    }
}
