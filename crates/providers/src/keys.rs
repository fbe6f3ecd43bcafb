//! The keys that an issuer publishes (RFC 7517), and which of them signed a token.

use std::sync::Arc;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use latchkey_domain::counted;
use latchkey_domain::provider::ProviderUrl;
use latchkey_outgoing::{OutgoingAnswer, OutgoingRequest};
use serde::Deserialize;
use serde_json::Value;

use crate::algorithm::{Algorithm, Material};
use crate::mask::Secrets;
use crate::step::{Fetch, object};
use crate::{IdTokenError, ProviderClient, ProviderError, Step, Transcript};

const TITLE: &str = "Keys";

/// How often keys are read anew because a token names one that is not known.
const ANEW: Duration = Duration::from_secs(60);

/// Bits of an RSA key (RFC 7518 section 3.3).
const RSA_BITS: usize = 2_048;

/// All keys of an issuer that can be used here.
pub(crate) struct Keys(Vec<PublicKey>);

/// A public key.
#[derive(Clone, Debug)]
pub(crate) struct PublicKey {
    kid: Option<String>,
    /// The name of the algorithm that it is for, if it says so.
    alg: Option<String>,
    signs: bool,
    pub(crate) material: Material,
}

#[derive(Deserialize)]
struct Jwk {
    kty: String,
    kid: Option<String>,
    alg: Option<String>,
    #[serde(rename = "use")]
    used_for: Option<String>,
    key_ops: Option<Vec<String>>,
    crv: Option<String>,
    n: Option<String>,
    e: Option<String>,
    x: Option<String>,
    y: Option<String>,
}

fn decode(text: Option<&String>) -> Option<Vec<u8>> {
    URL_SAFE_NO_PAD.decode(text?.trim_end_matches('=')).ok()
}

/// A number without leading zeros.
fn number(text: Option<&String>) -> Option<Vec<u8>> {
    let bytes = decode(text)?;
    let start = bytes.iter().position(|byte| *byte != 0)?;
    Some(bytes[start..].to_vec())
}

/// A point of a curve, uncompressed, with numbers of `size` bytes.
fn point(jwk: &Jwk, size: usize) -> Option<Vec<u8>> {
    let mut point = vec![4];
    for part in [&jwk.x, &jwk.y] {
        let part = number(part.as_ref())?;
        point.resize(point.len() + size.checked_sub(part.len())?, 0);
        point.extend(part);
    }
    Some(point)
}

impl Jwk {
    fn read(self) -> Option<PublicKey> {
        let material = match (self.kty.as_str(), self.crv.as_deref()) {
            ("RSA", _) => Material::Rsa {
                n: number(self.n.as_ref())?,
                e: number(self.e.as_ref())?,
            },
            ("EC", Some("P-256")) => Material::P256(point(&self, 32)?),
            ("EC", Some("P-384")) => Material::P384(point(&self, 48)?),
            ("OKP", Some("Ed25519")) => Material::Ed25519(decode(self.x.as_ref())?),
            _ => return None,
        };
        let is_for_signatures = self.used_for.is_none_or(|used_for| used_for == "sig");
        let verifies = self.key_ops.is_none_or(|ops| ops.iter().any(|op| op == "verify"));
        Some(PublicKey {
            kid: self.kid,
            alg: self.alg,
            signs: is_for_signatures && verifies,
            material,
        })
    }
}

impl PublicKey {
    fn fits(&self, algorithm: Algorithm) -> bool {
        let alg = self.alg.as_deref();
        let is_for_it = alg.is_none_or(|alg| Algorithm::parse(alg) == Some(algorithm));
        self.signs && is_for_it && algorithm.fits(&self.material)
    }

    fn check_size(&self) -> Result<(), IdTokenError> {
        let Material::Rsa { n, .. } = &self.material else {
            return Ok(());
        };
        let zeros = n.first().map_or(0, |first| first.leading_zeros());
        let bits = (n.len() * 8).saturating_sub(usize::try_from(zeros).unwrap_or(0));
        if bits < RSA_BITS {
            return Err(IdTokenError::KeySmall(bits));
        }
        Ok(())
    }
}

impl Keys {
    /// Those that can be read; others are for something else.
    fn read(answer: &OutgoingAnswer) -> Result<Self, ProviderError> {
        let members = object(TITLE, answer)?;
        let Some(Value::Array(keys)) = members.get("keys") else {
            return Err(ProviderError::Member {
                step: TITLE,
                member: "keys",
            });
        };
        let keys = keys.iter().filter_map(|key| Jwk::deserialize(key).ok()?.read());
        Ok(Self(keys.collect()))
    }

    /// The key that a header names: the one with its `kid`, or the only one that fits where it has none.
    fn find(&self, algorithm: Algorithm, kid: Option<&str>) -> Result<PublicKey, IdTokenError> {
        let mut named = self
            .0
            .iter()
            .filter(|key| kid.is_none() || key.kid.as_deref() == kid)
            .peekable();
        if named.peek().is_none() {
            return Err(IdTokenError::KeyUnknown);
        }
        let mut fitting = named.filter(|key| key.fits(algorithm));
        let key = match (fitting.next(), fitting.next()) {
            (None, _) if kid.is_none() => Err(IdTokenError::KeyUnknown),
            (None, _) => Err(IdTokenError::KeyUnfit),
            (Some(key), None) => Ok(key),
            (Some(_), Some(_)) => Err(IdTokenError::KeyAmbiguous),
        }?;
        key.check_size()?;
        Ok(key.clone())
    }
}

impl ProviderClient {
    /// The key that signed a token by its header. Keys that are remembered are read anew if it is not among them, at most
    /// once a minute.
    pub(crate) async fn key(
        &self,
        issuer: &ProviderUrl,
        jwks: &ProviderUrl,
        (algorithm, kid): (Algorithm, Option<&str>),
        log: &mut Transcript,
    ) -> Result<PublicKey, ProviderError> {
        let name = format!("{issuer} {jwks}");
        let now = self.now();
        if let Some((keys, age)) = self.memory.keys.get(&name, now) {
            let found = keys.find(algorithm, kid);
            let reread = self.memory.rereads.get(&name, now);
            let was_reread = reread.is_some_and(|(_, age)| age < ANEW);
            if !matches!(found, Err(IdTokenError::KeyUnknown)) || was_reread {
                log.push(Step {
                    title: TITLE,
                    request: format!("GET {jwks}"),
                    answer: String::new(),
                    outcome: Ok(format!(
                        "kept from {} s ago: {}",
                        age.as_secs(),
                        counted(keys.0.len(), "key")
                    )),
                });
                return Ok(found?);
            }
            self.memory.rereads.put(&name, Arc::new(()), now);
        }
        let fetch = Fetch {
            title: TITLE,
            request: OutgoingRequest::get(jwks.as_str()).accept("application/jwk-set+json, application/json"),
            shown: format!("GET {jwks}"),
            secrets: &Secrets::default(),
        };
        let read = |answer: &OutgoingAnswer| {
            let keys = Keys::read(answer)?;
            let text = format!("{} that can be used", counted(keys.0.len(), "key"));
            Ok((Arc::new(keys), text))
        };
        let keys = self.fetch(fetch, log, read).await?;
        self.memory.keys.put(&name, Arc::clone(&keys), now);
        Ok(keys.find(algorithm, kid)?)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn keys(keys: &Value) -> Keys {
        let keys = keys.as_array().unwrap().iter();
        Keys(
            keys.filter_map(|key| Jwk::deserialize(key).ok()?.read())
                .collect(),
        )
    }

    fn rsa(bits: usize) -> String {
        let mut n = vec![0xff; bits / 8];
        // Some publish a number with a zero before it.
        n.insert(0, 0);
        URL_SAFE_NO_PAD.encode(n)
    }

    #[test]
    fn keys_are_found_by_name_kind_and_use() {
        let zero = URL_SAFE_NO_PAD.encode([1; 31]);
        let full = URL_SAFE_NO_PAD.encode([1; 32]);
        let keys = keys(&json!([
            {"kty": "oct", "kid": "secret", "k": "AAAA"},
            {"kty": "RSA", "kid": "rsa", "n": rsa(2048), "e": "AQAB"},
            {"kty": "RSA", "kid": "encryption", "use": "enc", "n": rsa(2048), "e": "AQAB"},
            {"kty": "RSA", "kid": "ps", "alg": "PS256", "n": rsa(2048), "e": "AQAB"},
            {"kty": "RSA", "kid": "oaep", "alg": "RSA-OAEP", "n": rsa(2048), "e": "AQAB"},
            {"kty": "RSA", "kid": "signs", "key_ops": ["sign"], "n": rsa(2048), "e": "AQAB"},
            {"kty": "RSA", "kid": "small", "n": rsa(1024), "e": "AQAB"},
            {"kty": "EC", "kid": "ec", "crv": "P-256", "x": zero, "y": full},
            {"kty": "EC", "kid": "long", "crv": "P-256", "x": URL_SAFE_NO_PAD.encode([1; 33]), "y": full},
            {"kty": "EC", "kid": "k1", "crv": "secp256k1", "x": full, "y": full},
            "no key",
        ]));
        let find = |algorithm, kid| keys.find(algorithm, Some(kid)).map(|_| ());
        assert_eq!(find(Algorithm::Rs256, "rsa"), Ok(()));
        assert_eq!(find(Algorithm::Ps256, "rsa"), Ok(()));
        assert_eq!(find(Algorithm::Ps256, "ps"), Ok(()));
        assert_eq!(find(Algorithm::Es256, "ec"), Ok(()));
        for (algorithm, kid) in [
            (Algorithm::Es256, "rsa"),
            (Algorithm::Rs256, "ec"),
            (Algorithm::Rs256, "encryption"),
            (Algorithm::Rs256, "ps"),
            (Algorithm::Rs256, "oaep"),
            (Algorithm::Rs256, "signs"),
        ] {
            assert_eq!(find(algorithm, kid), Err(IdTokenError::KeyUnfit), "{kid}");
        }
        assert_eq!(
            find(Algorithm::Rs256, "small"),
            Err(IdTokenError::KeySmall(1_024))
        );
        for kid in ["secret", "long", "k1", "other"] {
            assert_eq!(
                find(Algorithm::Rs256, kid),
                Err(IdTokenError::KeyUnknown),
                "{kid}"
            );
        }
        assert!(keys.find(Algorithm::Es256, None).is_ok());
        assert_eq!(
            keys.find(Algorithm::Rs256, None).err(),
            Some(IdTokenError::KeyAmbiguous)
        );
        assert_eq!(
            keys.find(Algorithm::EdDsa, None).err(),
            Some(IdTokenError::KeyUnknown)
        );
    }
}
