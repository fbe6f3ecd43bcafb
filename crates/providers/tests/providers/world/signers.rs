//! Keys that sign ID tokens.

use std::convert::Infallible;
use std::sync::LazyLock;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::{SecureRandom, SystemRandom};
use ring::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair,
    RSA_PKCS1_SHA256, RSA_PSS_SHA256, RsaKeyPair, RsaPublicKeyComponents,
};
use ring::{hmac, signature};
use rsa::RsaPrivateKey;
use rsa::pkcs8::EncodePrivateKey;
use rsa::rand_core::{TryCryptoRng, TryRng};
use serde_json::{Value, json};

enum Pair {
    Rsa(Box<RsaKeyPair>),
    Ecdsa(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

/// A private key and how it is published.
pub(crate) struct Signer {
    pair: Pair,
    pub(crate) alg: &'static str,
    pub(crate) kid: &'static str,
    pub(crate) jwk: Value,
}

fn base64(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// A token of these parts, with a signature by `sign`.
pub(crate) fn token(header: &Value, claims: &Value, sign: impl FnOnce(&[u8]) -> Vec<u8>) -> String {
    let signed = format!("{}.{}", base64(header.to_string()), base64(claims.to_string()));
    let signature = sign(signed.as_bytes());
    format!("{signed}.{}", base64(signature))
}

/// A token whose secret is a public key: good for those who let the token choose the algorithm.
pub(crate) fn hs256(header: &Value, claims: &Value, secret: &[u8]) -> String {
    token(header, claims, |message| {
        let key = hmac::Key::new(hmac::HMAC_SHA256, secret);
        hmac::sign(&key, message).as_ref().to_vec()
    })
}

impl Signer {
    pub(crate) fn sign(&self, claims: &Value) -> String {
        self.sign_as(&json!({"alg": self.alg, "kid": self.kid}), claims)
    }

    /// With another header.
    pub(crate) fn sign_as(&self, header: &Value, claims: &Value) -> String {
        token(header, claims, |message| self.signature(header, message))
    }

    fn signature(&self, header: &Value, message: &[u8]) -> Vec<u8> {
        let random = SystemRandom::new();
        match &self.pair {
            Pair::Rsa(pair) => {
                let padding: &'static dyn signature::RsaEncoding = if header["alg"] == "PS256" {
                    &RSA_PSS_SHA256
                } else {
                    &RSA_PKCS1_SHA256
                };
                let mut signature = vec![0; pair.public().modulus_len()];
                pair.sign(padding, &random, message, &mut signature).unwrap();
                signature
            }
            Pair::Ecdsa(pair) => pair.sign(&random, message).unwrap().as_ref().to_vec(),
            Pair::Ed25519(pair) => pair.sign(message).as_ref().to_vec(),
        }
    }

    /// The public key as bytes that an attacker may use as a secret.
    pub(crate) fn public(&self) -> Vec<u8> {
        match &self.pair {
            Pair::Rsa(pair) => pair.public().as_ref().to_vec(),
            Pair::Ecdsa(pair) => pair.public_key().as_ref().to_vec(),
            Pair::Ed25519(pair) => pair.public_key().as_ref().to_vec(),
        }
    }

    fn rsa(kid: &'static str) -> Self {
        let key = RsaPrivateKey::new(&mut Random, 2_048).unwrap();
        let pair = RsaKeyPair::from_pkcs8(key.to_pkcs8_der().unwrap().as_bytes()).unwrap();
        let public = RsaPublicKeyComponents::<Vec<u8>>::from(pair.public());
        Self {
            pair: Pair::Rsa(Box::new(pair)),
            alg: "RS256",
            kid,
            jwk: json!({"kty": "RSA", "kid": kid, "use": "sig", "n": base64(public.n), "e": base64(public.e)}),
        }
    }

    fn ecdsa(kid: &'static str, alg: &'static str, crv: &str) -> Self {
        let algorithm = if alg == "ES256" {
            &ECDSA_P256_SHA256_FIXED_SIGNING
        } else {
            &ECDSA_P384_SHA384_FIXED_SIGNING
        };
        let random = SystemRandom::new();
        let document = EcdsaKeyPair::generate_pkcs8(algorithm, &random).unwrap();
        let pair = EcdsaKeyPair::from_pkcs8(algorithm, document.as_ref(), &random).unwrap();
        let point = &pair.public_key().as_ref()[1..];
        let (x, y) = point.split_at(point.len() / 2);
        Self {
            jwk: json!({"kty": "EC", "kid": kid, "crv": crv, "x": base64(x), "y": base64(y)}),
            pair: Pair::Ecdsa(pair),
            alg,
            kid,
        }
    }

    fn ed25519(kid: &'static str) -> Self {
        let document = Ed25519KeyPair::generate_pkcs8(&SystemRandom::new()).unwrap();
        let pair = Ed25519KeyPair::from_pkcs8(document.as_ref()).unwrap();
        Self {
            jwk: json!({"kty": "OKP", "kid": kid, "crv": "Ed25519", "x": base64(pair.public_key())}),
            pair: Pair::Ed25519(pair),
            alg: "EdDSA",
            kid,
        }
    }
}

/// The system's randomness, as the library wants it.
struct Random;

impl TryRng for Random {
    type Error = Infallible;

    fn try_next_u32(&mut self) -> Result<u32, Infallible> {
        let mut bytes = [0; 4];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u32::from_ne_bytes(bytes))
    }

    fn try_next_u64(&mut self) -> Result<u64, Infallible> {
        let mut bytes = [0; 8];
        self.try_fill_bytes(&mut bytes)?;
        Ok(u64::from_ne_bytes(bytes))
    }

    fn try_fill_bytes(&mut self, bytes: &mut [u8]) -> Result<(), Infallible> {
        SystemRandom::new().fill(bytes).unwrap();
        Ok(())
    }
}

impl TryCryptoRng for Random {}

pub(crate) static RSA: LazyLock<Signer> = LazyLock::new(|| Signer::rsa("rsa"));
/// Of another service, or the next one of this.
pub(crate) static OTHER_RSA: LazyLock<Signer> = LazyLock::new(|| Signer::rsa("other-rsa"));
pub(crate) static P256: LazyLock<Signer> = LazyLock::new(|| Signer::ecdsa("p256", "ES256", "P-256"));
pub(crate) static P384: LazyLock<Signer> = LazyLock::new(|| Signer::ecdsa("p384", "ES384", "P-384"));
pub(crate) static ED25519: LazyLock<Signer> = LazyLock::new(|| Signer::ed25519("ed25519"));
