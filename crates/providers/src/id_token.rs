//! Reading an ID token: compact JWS (RFC 7515 section 7.1).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::{Map, Value};

use crate::IdTokenError;
use crate::algorithm::Algorithm;
use crate::claims::Claims;
use crate::keys::PublicKey;

/// The most bytes. Tokens with many groups have some thousand.
const MAX_LENGTH: usize = 64 * 1024;

#[derive(Deserialize)]
struct Header {
    alg: String,
    kid: Option<String>,
    crit: Option<Value>,
}

/// A token that anybody may have made. Its claims come out by [`Self::verify`] alone.
pub(crate) struct Unverified<'a> {
    pub(crate) algorithm: Algorithm,
    pub(crate) kid: Option<String>,
    signed: &'a str,
    signature: Vec<u8>,
    claims: Map<String, Value>,
}

fn json<T: for<'de> Deserialize<'de>>(part: &str) -> Result<T, IdTokenError> {
    let bytes = URL_SAFE_NO_PAD.decode(part).ok();
    let read = bytes.and_then(|bytes| serde_json::from_slice(&bytes).ok());
    read.ok_or(IdTokenError::Malformed)
}

impl<'a> Unverified<'a> {
    pub(crate) fn read(token: &'a str) -> Result<Self, IdTokenError> {
        if token.len() > MAX_LENGTH {
            return Err(IdTokenError::Malformed);
        }
        if token.split('.').count() == 5 {
            return Err(IdTokenError::Encrypted);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(IdTokenError::Malformed)?;
        let (header, claims) = signed.split_once('.').ok_or(IdTokenError::Malformed)?;
        let header: Header = json(header)?;
        if header.crit.is_some() {
            return Err(IdTokenError::Critical);
        }
        let Some(algorithm) = Algorithm::parse(&header.alg) else {
            let name = header.alg.chars().filter(char::is_ascii_alphanumeric).take(20);
            return Err(IdTokenError::Algorithm(format!("“{}”", name.collect::<String>())));
        };
        Ok(Self {
            algorithm,
            kid: header.kid,
            signed,
            signature: URL_SAFE_NO_PAD
                .decode(signature)
                .map_err(|_| IdTokenError::Malformed)?,
            claims: json(claims)?,
        })
    }

    /// The claims, if the key signed them.
    pub(crate) fn verify(self, key: &PublicKey) -> Result<Claims, IdTokenError> {
        let message = self.signed.as_bytes();
        if self.algorithm.verifies(&key.material, message, &self.signature) {
            Ok(Claims(self.claims))
        } else {
            Err(IdTokenError::Signature)
        }
    }

    /// The claims as they are, to show.
    pub(crate) fn shown(&self) -> Value {
        Value::Object(self.claims.clone())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(header: &str) -> String {
        format!(
            "{}.{}.AAAA",
            URL_SAFE_NO_PAD.encode(header),
            URL_SAFE_NO_PAD.encode("{}")
        )
    }

    #[test]
    fn headers() {
        let read = |header: &str| Unverified::read(&token(header)).map(|token| token.kid);
        assert_eq!(read(r#"{"alg":"RS256","kid":"a"}"#), Ok(Some("a".into())));
        assert_eq!(
            read(r#"{"alg":"RS256","jwk":{"kty":"oct"},"jku":"https://evil.example"}"#),
            Ok(None)
        );
        assert_eq!(
            read(r#"{"alg":"RS256","crit":["b64"],"b64":false}"#),
            Err(IdTokenError::Critical)
        );
        for name in ["none", "HS256", "RS512"] {
            let header = format!(r#"{{"alg":"{name}"}}"#);
            assert_eq!(read(&header), Err(IdTokenError::Algorithm(format!("“{name}”"))));
        }
        for header in ["", "[]", "{}", r#"{"alg":1}"#, r#"{"alg":"RS256","alg":"none"}"#] {
            assert_eq!(read(header), Err(IdTokenError::Malformed), "{header}");
        }
    }

    #[test]
    fn what_is_no_token() {
        let malformed = |text: &str| Unverified::read(text).err() == Some(IdTokenError::Malformed);
        let good = token(r#"{"alg":"RS256"}"#);
        for text in [
            "",
            ".",
            "..",
            "a.b.c",
            "....",
            &good.replace("AAAA", "A=="),
            &format!("{good}\n"),
        ] {
            assert!(malformed(text) || text == "....", "{text}");
        }
        assert!(malformed(&"a".repeat(MAX_LENGTH + 1)));
        assert_eq!(Unverified::read("a.b.c.d.e").err(), Some(IdTokenError::Encrypted));
        let deep = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
        let deep = good.replace(
            &format!(".{}.", URL_SAFE_NO_PAD.encode("{}")),
            &format!(".{}.", URL_SAFE_NO_PAD.encode(format!("{{\"a\":{deep}}}"))),
        );
        assert!(malformed(&deep));
    }
}
