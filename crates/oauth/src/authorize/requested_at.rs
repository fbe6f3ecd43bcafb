//! When an authorization was requested. `prompt=login` needs a sign-in that is newer than the request, but the
//! request comes back unchanged after the sign-in. So the time travels with it, under a MAC that covers the whole
//! request: a time from another request or an invented one is rejected.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use latchkey_domain::Timestamp;

use crate::params::Params;
use crate::tokens::TokenKey;

/// The parameter that carries it.
pub(super) const PARAMETER: &str = "latchkey_begun";

/// How long a person may take to sign in.
const LIFETIME: Duration = Duration::from_secs(3_600);

/// The original request as a query, without what this server added.
pub(super) fn query(params: &Params<'_>) -> String {
    let own = |(name, _): &(&str, &str)| *name != PARAMETER;
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(params.pairs().filter(own))
        .finish()
}

/// When the request first arrived, if it has a trustworthy time.
pub(super) fn read(params: &Params<'_>, key: &TokenKey, now: Timestamp) -> Option<Timestamp> {
    let (at, mac) = params.get(PARAMETER).ok()??.split_once('.')?;
    let at = Timestamp::from_millis(at.parse().ok()?);
    let mac = URL_SAFE_NO_PAD.decode(mac).ok()?;
    let good = key.is_requested_at(&query(params), at, &mac) && at <= now && now.since(at) < LIFETIME;
    good.then_some(at)
}

/// The parameter's value that proves the request was made at `at`.
pub(super) fn write(params: &Params<'_>, key: &TokenKey, at: Timestamp) -> String {
    format!(
        "{}.{}",
        at.as_millis(),
        URL_SAFE_NO_PAD.encode(key.requested_at(&query(params), at))
    )
}

#[cfg(test)]
mod tests {
    use super::super::request::PARAMETERS;
    use super::*;
    use crate::testing::seconds;

    fn pairs(state: &str, parameter: Option<&str>) -> Vec<(String, String)> {
        let mut pairs = vec![
            ("client_id".to_owned(), "c".to_owned()),
            ("state".to_owned(), state.to_owned()),
        ];
        pairs.extend(parameter.map(|text| (PARAMETER.to_owned(), text.to_owned())));
        pairs
    }

    fn read_at(state: &str, parameter: &str, now: u64) -> Option<Timestamp> {
        read(
            &Params::new(&pairs(state, Some(parameter)), PARAMETERS),
            &TokenKey::new(&[1; 32]),
            seconds(now),
        )
    }

    #[test]
    fn the_time_travels_with_its_own_request_only() {
        let first = pairs("s", None);
        let parameter = write(
            &Params::new(&first, PARAMETERS),
            &TokenKey::new(&[1; 32]),
            seconds(10),
        );
        assert_eq!(read_at("s", &parameter, 20), Some(seconds(10)));
        assert_eq!(read_at("other", &parameter, 20), None);
        assert_eq!(read_at("s", &parameter, 10 + 3_600), None);
        assert_eq!(read_at("s", &parameter, 9), None);
    }

    #[test]
    fn a_time_that_was_made_up_does_not_count() {
        let first = pairs("s", None);
        let parameter = write(
            &Params::new(&first, PARAMETERS),
            &TokenKey::new(&[1; 32]),
            seconds(10),
        );
        let (at, mac) = parameter.split_once('.').unwrap();
        let earlier = at.parse::<i64>().unwrap() - 5_000;
        for forged in [
            format!("{earlier}.{mac}"),
            format!("{at}."),
            format!("{at}.AAAA"),
            at.to_owned(),
            String::new(),
        ] {
            assert_eq!(read_at("s", &forged, 20), None, "{forged}");
        }
    }
}
