//! Signing with the keys, and reading what they signed: compact JWS with RS256 or ES256 and nothing else (RFC 7515 section
//! 7.1). No algorithm is ever taken from a token: a key has one.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use latchkey_domain::{IdTokenAlgorithm, Timestamp};
use latchkey_storage::StoreError;
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
    /// Signs claims with the key of `algorithm` whose turn it is.
    pub(super) fn sign(
        &self,
        claims: &impl Serialize,
        algorithm: IdTokenAlgorithm,
        now: Timestamp,
    ) -> Result<String, StoreError> {
        let key = self.current(algorithm, now)?;
        let header = Header {
            alg: key.jwk.alg.id().to_owned(),
            kid: key.jwk.kid.clone(),
        };
        let encode = |json: serde_json::Result<Vec<u8>>| json.map(|json| URL_SAFE_NO_PAD.encode(json));
        let header = encode(serde_json::to_vec(&header)).map_err(|_| failed())?;
        let claims = encode(serde_json::to_vec(claims)).map_err(|_| failed())?;
        let signed = format!("{header}.{claims}");
        let signature = key.pair.sign(signed.as_bytes()).ok_or_else(failed)?;
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
        if header.alg != key.jwk.alg.id() {
            return None;
        }
        let signature = URL_SAFE_NO_PAD.decode(signature).ok()?;
        if !key.pair.has_signed(signed.as_bytes(), &signature) {
            return None;
        }
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).ok()?).ok()
    }
}
