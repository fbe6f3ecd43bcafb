//! One key, of either algorithm: making it, signing with it, checking what it signed (RFC 7518 sections 3.3 and 3.4).

use std::convert::Infallible;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use latchkey_domain::{IdTokenAlgorithm, Randomness};
use latchkey_storage::{SigningKey, StoreError};
use ring::rand::SystemRandom;
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _,
    RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaKeyPair, RsaPublicKeyComponents, UnparsedPublicKey,
};
use rsa::RsaPrivateKey;
use rsa::pkcs8::EncodePrivateKey;
use rsa::rand_core::{TryCryptoRng, TryRng};
use serde::Serialize;
use sha2::{Digest, Sha256};
use zeroize::Zeroizing;

/// Bits of an RSA key: what every client of today can check.
const BITS: usize = 2_048;

/// Bytes of a coordinate of P-256.
const COORDINATE: usize = 32;

/// The part of a published key that its type decides (RFC 7518 sections 6.2.1 and 6.3.1).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(tag = "kty")]
#[allow(missing_docs)] // Each member is its name in the RFC.
pub enum PublicKey {
    #[serde(rename = "RSA")]
    Rsa { n: String, e: String },
    #[serde(rename = "EC")]
    Ec { crv: &'static str, x: String, y: String },
}

impl PublicKey {
    /// The thumbprint (RFC 7638 section 3): the members in alphabetical order, without white space.
    pub(super) fn thumbprint(&self) -> String {
        let members = match self {
            Self::Rsa { n, e } => format!(r#"{{"e":"{e}","kty":"RSA","n":"{n}"}}"#),
            Self::Ec { crv, x, y } => format!(r#"{{"crv":"{crv}","kty":"EC","x":"{x}","y":"{y}"}}"#),
        };
        URL_SAFE_NO_PAD.encode(Sha256::digest(members))
    }
}

/// A private key, ready to sign. It does not print.
pub(super) enum KeyPair {
    Rsa(RsaKeyPair),
    P256(EcdsaKeyPair),
}

impl KeyPair {
    /// A new private key as it is kept, PKCS#8 in base64. RSA takes some tenths of a second.
    pub(super) fn generate(
        algorithm: IdTokenAlgorithm,
        randomness: &dyn Randomness,
    ) -> Result<Zeroizing<String>, StoreError> {
        let failed = |what: &str| StoreError::Damaged(format!("a signing key could not be {what}"));
        let der = match algorithm {
            IdTokenAlgorithm::Rs256 => {
                let key = RsaPrivateKey::new(&mut Random(randomness), BITS).map_err(|_| failed("made"))?;
                let der = key.to_pkcs8_der().map_err(|_| failed("encoded"))?;
                Zeroizing::new(der.as_bytes().to_vec())
            }
            // ring takes no other randomness than its own.
            IdTokenAlgorithm::Es256 => {
                let der =
                    EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &SystemRandom::new());
                Zeroizing::new(der.map_err(|_| failed("made"))?.as_ref().to_vec())
            }
        };
        Ok(Zeroizing::new(STANDARD.encode(&*der)))
    }

    /// A kept key. Fails if it is not one of its algorithm.
    pub(super) fn read(key: &SigningKey) -> Result<Self, StoreError> {
        let damaged = || {
            StoreError::Damaged(format!(
                "the signing key {} is not PKCS#8 for {}",
                key.id, key.algorithm
            ))
        };
        let der = STANDARD.decode(key.private.as_bytes()).map_err(|_| damaged())?;
        let der = Zeroizing::new(der);
        match key.algorithm {
            IdTokenAlgorithm::Rs256 => RsaKeyPair::from_pkcs8(&der).map(Self::Rsa),
            IdTokenAlgorithm::Es256 => {
                let random = SystemRandom::new();
                EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &der, &random).map(Self::P256)
            }
        }
        .map_err(|_| damaged())
    }

    /// What is published of it.
    pub(super) fn public(&self) -> PublicKey {
        let encode = |bytes: &[u8]| URL_SAFE_NO_PAD.encode(bytes);
        match self {
            Self::Rsa(pair) => {
                let public = RsaPublicKeyComponents::<Vec<u8>>::from(pair.public());
                PublicKey::Rsa {
                    n: encode(&public.n),
                    e: encode(&public.e),
                }
            }
            Self::P256(pair) => {
                // An uncompressed point: one byte that says so, and the coordinates (SEC 1 section 2.3.3).
                let (x, y) = pair.public_key().as_ref()[1..].split_at(COORDINATE);
                PublicKey::Ec {
                    crv: "P-256",
                    x: encode(x),
                    y: encode(y),
                }
            }
        }
    }

    /// The signature of `message`, in the form of JWS; `None` if it fails.
    pub(super) fn sign(&self, message: &[u8]) -> Option<Vec<u8>> {
        // ring blinds with it, so that the time says nothing of the key.
        let random = SystemRandom::new();
        match self {
            Self::Rsa(pair) => {
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature)
                    .ok()?;
                Some(signature)
            }
            Self::P256(pair) => Some(pair.sign(&random, message).ok()?.as_ref().to_vec()),
        }
    }

    /// Whether this key signed `message`.
    pub(super) fn has_signed(&self, message: &[u8], signature: &[u8]) -> bool {
        match self {
            Self::Rsa(pair) => RsaPublicKeyComponents::<Vec<u8>>::from(pair.public())
                .verify(&RSA_PKCS1_2048_8192_SHA256, message, signature)
                .is_ok(),
            Self::P256(pair) => UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, pair.public_key())
                .verify(message, signature)
                .is_ok(),
        }
    }
}

/// The randomness of this server, as the RSA library wants it.
struct Random<'a>(&'a dyn Randomness);

impl TryRng for Random<'_> {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.0.fill(&mut bytes);
        Ok(u32::from_ne_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.0.fill(&mut bytes);
        Ok(u64::from_ne_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        self.0.fill(bytes);
        Ok(())
    }
}

impl TryCryptoRng for Random<'_> {}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of RFC 7638 section 3.1.
    #[test]
    fn the_thumbprint_is_that_of_the_standard() {
        let n = "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRXjBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_xBniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw";
        let key = PublicKey::Rsa {
            n: n.to_owned(),
            e: "AQAB".to_owned(),
        };
        assert_eq!(key.thumbprint(), "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs");
    }
}
