//! What an ID token says, compared with what was asked for (OpenID Connect Core section 3.1.3.7).

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use latchkey_domain::Timestamp;
use latchkey_domain::provider::Subject;
use serde_json::{Map, Value};
use subtle::ConstantTimeEq;

use crate::IdTokenError;
use crate::algorithm::Algorithm;

/// By how many seconds the clocks may differ: five minutes, and half a minute for the way.
const LEEWAY: i64 = 5 * 60 + 30;

/// Times in tokens are whole seconds.
const ROUNDING: Duration = Duration::from_secs(5);

/// What a token has to match.
pub(crate) struct Wanted<'a> {
    pub(crate) issuer: &'a str,
    pub(crate) client_id: &'a str,
    pub(crate) nonce: &'a str,
    pub(crate) access_token: &'a str,
    /// The algorithm that the token is signed with.
    pub(crate) algorithm: Algorithm,
    pub(crate) signed_in_since: Option<Timestamp>,
    pub(crate) now: Timestamp,
}

/// The claims of a token whose signature is verified.
pub(crate) struct Claims(pub(crate) Map<String, Value>);

fn same(one: &str, other: &str) -> bool {
    one.as_bytes().ct_eq(other.as_bytes()).into()
}

impl Claims {
    fn text(&self, name: &'static str) -> Result<&str, IdTokenError> {
        let value = self.0.get(name).and_then(Value::as_str);
        value.ok_or(IdTokenError::Claim(name))
    }

    /// Seconds since 1970, if the claim is there. Some providers add a fraction.
    fn seconds(&self, name: &'static str) -> Result<Option<i64>, IdTokenError> {
        let number = match self.0.get(name) {
            None | Some(Value::Null) => return Ok(None),
            Some(Value::Number(number)) => number.to_string(),
            Some(_) => return Err(IdTokenError::Claim(name)),
        };
        let whole = number.split('.').next().unwrap_or_default();
        let seconds = whole.parse().map_err(|_| IdTokenError::Claim(name))?;
        Ok(Some(seconds))
    }

    /// Who the token is about, if all of it is as it should be.
    pub(crate) fn check(&self, wanted: &Wanted<'_>) -> Result<Subject, IdTokenError> {
        if self.text("iss")? != wanted.issuer {
            return Err(IdTokenError::Issuer);
        }
        self.check_audience(wanted.client_id)?;
        let issued = self.check_times(wanted.now.as_secs())?;
        if !same(self.text("nonce")?, wanted.nonce) {
            return Err(IdTokenError::Nonce);
        }
        if self.0.contains_key("at_hash") {
            let expected = wanted.algorithm.half_hash(wanted.access_token);
            if !same(self.text("at_hash")?, &URL_SAFE_NO_PAD.encode(expected)) {
                return Err(IdTokenError::AccessToken);
            }
        }
        if let Some(since) = wanted.signed_in_since {
            self.check_sign_in(issued, wanted.now.since(since))?;
        }
        Subject::parse(self.text("sub")?).map_err(|_| IdTokenError::Claim("sub"))
    }

    fn check_audience(&self, client_id: &str) -> Result<(), IdTokenError> {
        let all: Vec<_> = match self.0.get("aud") {
            Some(Value::String(one)) => vec![one.as_str()],
            Some(Value::Array(several)) => several.iter().filter_map(Value::as_str).collect(),
            _ => return Err(IdTokenError::Claim("aud")),
        };
        if !all.contains(&client_id) {
            return Err(IdTokenError::Audience);
        }
        match self.0.get("azp") {
            None if all.len() == 1 => Ok(()),
            Some(Value::String(azp)) if azp == client_id => Ok(()),
            _ => Err(IdTokenError::AuthorizedParty),
        }
    }

    /// When the token was issued. It comes straight from the provider, so that time is now by the provider's clock.
    fn check_times(&self, now: i64) -> Result<i64, IdTokenError> {
        let issued = self.seconds("iat")?.ok_or(IdTokenError::Claim("iat"))?;
        let expires = self.seconds("exp")?.ok_or(IdTokenError::Claim("exp"))?;
        let ahead = issued.saturating_sub(now);
        if ahead.saturating_abs() > LEEWAY {
            return Err(IdTokenError::Clock { seconds: ahead });
        }
        if now >= expires.saturating_add(LEEWAY) {
            return Err(IdTokenError::Expired);
        }
        if self
            .seconds("nbf")?
            .is_some_and(|from| from > now.saturating_add(LEEWAY))
        {
            return Err(IdTokenError::NotYet);
        }
        Ok(issued)
    }

    /// Whether the person signed in at most `ago` ago. Both times are of the provider's clock, so a difference of clocks
    /// does not count.
    fn check_sign_in(&self, issued: i64, ago: Duration) -> Result<(), IdTokenError> {
        let at = self.seconds("auth_time")?.ok_or(IdTokenError::AuthTimeMissing)?;
        let oldest = i64::try_from((ago + ROUNDING).as_secs()).unwrap_or(i64::MAX);
        if issued.saturating_sub(at) > oldest {
            return Err(IdTokenError::AuthTimeOld);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const NOW: i64 = 1_800_000_000;

    fn check(change: &Value) -> Result<Subject, IdTokenError> {
        let at_hash = URL_SAFE_NO_PAD.encode(Algorithm::Rs256.half_hash("access"));
        let mut claims = json!({
            "iss": "https://a.example", "aud": "client", "sub": "1", "exp": NOW + 60, "iat": NOW,
            "nonce": "nonce", "at_hash": at_hash, "auth_time": NOW - 100,
        });
        let members = claims.as_object_mut().unwrap();
        for (name, value) in change.as_object().unwrap() {
            if value.is_null() {
                members.remove(name);
            } else {
                members.insert(name.clone(), value.clone());
            }
        }
        let wanted = Wanted {
            issuer: "https://a.example",
            client_id: "client",
            nonce: "nonce",
            access_token: "access",
            algorithm: Algorithm::Rs256,
            signed_in_since: Some(Timestamp::from_millis((NOW - 200) * 1_000)),
            now: Timestamp::from_millis(NOW * 1_000),
        };
        Claims(members.clone()).check(&wanted)
    }

    #[test]
    fn good_tokens() {
        for change in [
            json!({}),
            json!({"aud": ["client"]}),
            json!({"aud": ["client", "other"], "azp": "client"}),
            json!({"azp": "client"}),
            json!({"at_hash": null}),
            json!({"iat": 1_800_000_000.75, "nbf": NOW + 300}),
            json!({"iat": NOW + 300, "exp": NOW + 360, "auth_time": NOW + 250}),
            json!({"iat": NOW - 300, "exp": NOW - 240, "auth_time": NOW - 350}),
            json!({"auth_time": NOW - 205}),
        ] {
            assert_eq!(check(&change).map(String::from), Ok("1".to_owned()), "{change}");
        }
    }

    #[test]
    fn everything_has_to_match() {
        for (change, expected) in [
            (json!({"iss": "https://a.example/"}), IdTokenError::Issuer),
            (json!({"iss": null}), IdTokenError::Claim("iss")),
            (json!({"aud": "other"}), IdTokenError::Audience),
            (json!({"aud": []}), IdTokenError::Audience),
            (json!({"aud": "client "}), IdTokenError::Audience),
            (json!({"aud": null}), IdTokenError::Claim("aud")),
            (json!({"aud": ["client", "other"]}), IdTokenError::AuthorizedParty),
            (
                json!({"aud": ["client", "other"], "azp": "other"}),
                IdTokenError::AuthorizedParty,
            ),
            (json!({"azp": "other"}), IdTokenError::AuthorizedParty),
            (json!({"azp": 1}), IdTokenError::AuthorizedParty),
            (json!({"exp": null}), IdTokenError::Claim("exp")),
            (json!({"exp": "soon"}), IdTokenError::Claim("exp")),
            (json!({"exp": 1e300}), IdTokenError::Claim("exp")),
            (json!({"exp": NOW - 330}), IdTokenError::Expired),
            (json!({"iat": null}), IdTokenError::Claim("iat")),
            (json!({"iat": NOW + 600}), IdTokenError::Clock { seconds: 600 }),
            (json!({"iat": NOW - 600}), IdTokenError::Clock { seconds: -600 }),
            (
                json!({"iat": i64::MIN}),
                IdTokenError::Clock { seconds: i64::MIN },
            ),
            (json!({"nbf": NOW + 331}), IdTokenError::NotYet),
            (json!({"nonce": null}), IdTokenError::Claim("nonce")),
            (json!({"nonce": "other"}), IdTokenError::Nonce),
            (json!({"nonce": ""}), IdTokenError::Nonce),
            (json!({"at_hash": "other"}), IdTokenError::AccessToken),
            (json!({"at_hash": 1}), IdTokenError::Claim("at_hash")),
            (json!({"auth_time": null}), IdTokenError::AuthTimeMissing),
            (json!({"auth_time": NOW - 206}), IdTokenError::AuthTimeOld),
            (json!({"sub": null}), IdTokenError::Claim("sub")),
            (json!({"sub": ""}), IdTokenError::Claim("sub")),
            (json!({"sub": 1}), IdTokenError::Claim("sub")),
        ] {
            assert_eq!(check(&change), Err(expected), "{change}");
        }
    }
}
