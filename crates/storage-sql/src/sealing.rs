//! Sealing of what has to be read again, and so cannot be hashed: client secrets, which a host may ask to see, the secrets
//! of authenticator apps, from which codes are computed, the keys that sign ID tokens, and secrets at providers.
//!
//! XChaCha20-Poly1305 with a random nonce (at 192 bits it never repeats) under a key derived from the server key. The
//! purpose and whose it is are bound in, so that a sealed secret copied to another row does not open.
//!
//! A sealed secret is: one byte for the format and key, 24 bytes of nonce, the encrypted secret with its 16-byte tag.

use std::fmt;

use chacha20poly1305::aead::{Aead, Payload};
use chacha20poly1305::{KeyInit, XChaCha20Poly1305, XNonce};
use latchkey_domain::{ClientId, MemberId, ProviderId};
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

/// What a sealed secret belongs to.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Owner<'a> {
    Client(&'a ClientId),
    /// The authenticator app of a member.
    Authenticator(MemberId),
    /// A key that signs ID tokens, by its number.
    SigningKey(i64),
    /// The client secret at a provider.
    Provider(ProviderId),
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

    pub(crate) fn seal(&self, owner: Owner<'_>, secret: &str) -> Result<Vec<u8>, StoreError> {
        let key = self.0.first().ok_or(StoreError::Unsealable)?;
        let nonce: [u8; NONCE_LENGTH] = random::bytes()?;
        let payload = Payload {
            msg: secret.as_bytes(),
            aad: &bound_to(key.number, owner),
        };
        let encrypted = key
            .cipher
            .encrypt(&XNonce::from(nonce), payload)
            .map_err(|_| StoreError::Unsealable)?;
        Ok([&[key.number], nonce.as_slice(), &encrypted].concat())
    }

    /// Opens what any of the keys sealed.
    pub(crate) fn open(&self, owner: Owner<'_>, sealed: &[u8]) -> Result<Zeroizing<String>, StoreError> {
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
            aad: &bound_to(number, owner),
        };
        let secret = key
            .cipher
            .decrypt(&XNonce::from(*nonce), payload)
            .map_err(|_| StoreError::Unsealable)?;
        // What is authentic was text when it was sealed. The bytes move into the secret, which wipes them.
        String::from_utf8(secret)
            .map(Zeroizing::new)
            .map_err(|_| StoreError::Unsealable)
    }
}

fn bound_to(key_number: u8, owner: Owner<'_>) -> Vec<u8> {
    let (purpose, id): (&[u8], &[u8]) = match owner {
        Owner::Client(client_id) => (b"latchkey client secret ", client_id.as_str().as_bytes()),
        Owner::Authenticator(member) => (b"latchkey authenticator ", &member.0.to_be_bytes()),
        Owner::SigningKey(id) => (b"latchkey signing key ", &id.to_be_bytes()),
        Owner::Provider(id) => (b"latchkey provider ", &id.0.to_be_bytes()),
    };
    [purpose, &[key_number], id].concat()
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

    const SECRET: &str = "ssssssssssssssssssssssssssssssss";

    fn of(client_id: &ClientId) -> Owner<'_> {
        Owner::Client(client_id)
    }

    #[test]
    fn opens_what_it_sealed_and_never_seals_the_same_twice() {
        let sealed = sealer(1).seal(of(&client("a")), SECRET).unwrap();
        assert_eq!(
            sealer(1).open(of(&client("a")), &sealed).unwrap().as_str(),
            SECRET
        );
        assert_ne!(sealed, sealer(1).seal(of(&client("a")), SECRET).unwrap());
        assert!(!sealed.windows(8).any(|window| window == b"ssssssss"));
    }

    #[test]
    fn another_key_or_another_client_does_not_open_it() {
        let sealed = sealer(1).seal(of(&client("a")), SECRET).unwrap();
        assert!(matches!(
            sealer(2).open(of(&client("a")), &sealed),
            Err(StoreError::Unsealable)
        ));
        assert!(matches!(
            sealer(1).open(of(&client("b")), &sealed),
            Err(StoreError::Unsealable)
        ));
        // Nor does a member whose number has the same bytes.
        let app = sealer(1).seal(Owner::Authenticator(MemberId(1)), SECRET).unwrap();
        for owner in [
            Owner::Authenticator(MemberId(2)),
            Owner::SigningKey(1),
            Owner::Provider(ProviderId(1)),
            of(&client("a")),
        ] {
            assert!(matches!(sealer(1).open(owner, &app), Err(StoreError::Unsealable)));
        }
    }

    #[test]
    fn every_changed_byte_and_every_cut_is_refused() {
        let sealed = sealer(1).seal(of(&client("a")), SECRET).unwrap();
        for index in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[index] ^= 1;
            assert!(
                sealer(1).open(of(&client("a")), &changed).is_err(),
                "byte {index}"
            );
            assert!(
                sealer(1).open(of(&client("a")), &sealed[..index]).is_err(),
                "cut at {index}"
            );
        }
    }

    #[test]
    fn does_not_print() {
        assert_eq!(format!("{:?}", sealer(1)), "Sealer(…)");
    }
}
