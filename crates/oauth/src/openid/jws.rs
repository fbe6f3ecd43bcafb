//! Signing with the keys, and reading what they signed: compact JWS with RS256 and nothing else (RFC 7515 section 7.1, RFC
//! 7518 section 3.3). No algorithm is ever taken from a token: a key has one.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use latchkey_domain::Timestamp;
use latchkey_storage::StoreError;
use ring::rand::SystemRandom;
use ring::signature::{RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256, RsaPublicKeyComponents};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::keys::SigningKeySet;

/// A token that is longer is none of ours.
const MAX_LENGTH: usize = 8_192;

#[derive(Serialize, Deserialize)]
struct Header {
    alg: String,
    kid: String,
}

fn failed() -> StoreError {
    StoreError::Damaged("an ID token could not be signed".into())
}

impl SigningKeySet {
    /// Signs claims with the key whose turn it is.
    pub(super) fn sign(&self, claims: &impl Serialize, now: Timestamp) -> Result<String, StoreError> {
        let key = self.current(now)?;
        let header = Header {
            alg: key.jwk.alg.to_owned(),
            kid: key.jwk.kid.clone(),
        };
        let encode = |json: serde_json::Result<Vec<u8>>| json.map(|json| URL_SAFE_NO_PAD.encode(json));
        let header = encode(serde_json::to_vec(&header)).map_err(|_| failed())?;
        let claims = encode(serde_json::to_vec(claims)).map_err(|_| failed())?;
        let signed = format!("{header}.{claims}");
        let mut signature = vec![0; key.pair.public().modulus_len()];
        // ring blinds with it, so that the time says nothing of the key.
        let random = SystemRandom::new();
        key.pair
            .sign(&RSA_PKCS1_SHA256, &random, signed.as_bytes(), &mut signature)
            .map_err(|_| failed())?;
        Ok(format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature)))
    }

    /// The claims of a token that one of these keys signed, however old; `None` for anything else.
    pub(super) fn read<T: DeserializeOwned>(&self, token: &str) -> Option<T> {
        if token.len() > MAX_LENGTH {
            return None;
        }
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let header: Header = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).ok()?).ok()?;
        let key = self.0.iter().find(|key| key.jwk.kid == header.kid)?;
        if header.alg != key.jwk.alg {
            return None;
        }
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        RsaPublicKeyComponents::<Vec<u8>>::from(key.pair.public())
            .verify(&RSA_PKCS1_2048_8192_SHA256, signed.as_bytes(), &signature)
            .ok()?;
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()
    }
}
