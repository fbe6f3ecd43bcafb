//! Names, reads and sets cookies.
//!
//! Other applications on the same host set their own cookies, with names and values of any bytes, and a parent domain
//! may set one with one of our names: unwanted pairs are skipped one by one, and a name may occur more than once (RFC
//! 6265 section 5.4).

use std::time::Duration;

use axum::response::Response;
use cookie::SameSite;
use http::header::{COOKIE, SET_COOKIE};
use http::{HeaderMap, HeaderValue};

use super::state::AppState;

/// A cookie of this server.
#[derive(Clone, Copy)]
pub(super) enum Cookie {
    /// The session of the signed-in member.
    Session,
    /// The state of the API explorer during an authorization.
    ExplorerLogin,
    /// What shows that this browser began a sign-in at a provider.
    Provider,
    /// Carries no data: it shows whether the browser keeps cookies.
    Probe,
}

impl Cookie {
    /// Its name. With HTTPS the prefix makes browsers refuse the cookie from any other host (RFC 6265bis section
    /// 4.1.3.2).
    fn name(self, state: &AppState) -> &'static str {
        match (self, state.public_url.is_https()) {
            (Self::Session, true) => "__Host-latchkey_session",
            (Self::Session, false) => "latchkey_session",
            (Self::ExplorerLogin, true) => "__Host-latchkey_trial",
            (Self::ExplorerLogin, false) => "latchkey_trial",
            (Self::Provider, true) => "__Host-latchkey_provider",
            (Self::Provider, false) => "latchkey_provider",
            (Self::Probe, true) => "__Host-latchkey_probe",
            (Self::Probe, false) => "latchkey_probe",
        }
    }

    /// Its values in a request, in order.
    pub(super) fn values<'a>(
        self,
        state: &AppState,
        headers: &'a HeaderMap,
    ) -> impl Iterator<Item = String> + use<'a> {
        values(headers, self.name(state))
    }

    /// Sets the cookie for this long, or until the browser closes.
    pub(super) fn set(
        self,
        response: &mut Response,
        state: &AppState,
        value: &str,
        max_age: Option<Duration>,
    ) {
        let cookie = cookie::Cookie::build((self.name(state), value))
            .path("/")
            .http_only(true)
            .same_site(SameSite::Lax)
            .secure(state.public_url.is_https());
        let cookie = match max_age {
            Some(age) => cookie.max_age(age.try_into().unwrap_or(cookie::time::Duration::MAX)),
            None => cookie,
        };
        if let Ok(mut cookie) = HeaderValue::from_str(&cookie.to_string()) {
            cookie.set_sensitive(true);
            response.headers_mut().append(SET_COOKIE, cookie);
        }
    }

    /// Deletes the cookie in the browser.
    pub(super) fn delete(self, response: &mut Response, state: &AppState) {
        self.set(response, state, "", Some(Duration::ZERO));
    }
}

/// The values of the cookie `name`, in order. Each pair is read on its own: one that is not UTF-8 must not hide the
/// others.
fn values<'a>(headers: &'a HeaderMap, name: &'static str) -> impl Iterator<Item = String> + use<'a> {
    headers
        .get_all(COOKIE)
        .iter()
        .flat_map(|line| line.as_bytes().split(|byte| *byte == b';'))
        .filter_map(|pair| cookie::Cookie::parse(std::str::from_utf8(pair).ok()?).ok())
        .filter(move |cookie| cookie.name() == name)
        // RFC 6265 section 4.1.1 allows quotes around a value.
        .map(|cookie| cookie.value_trimmed().to_owned())
}

/// Whether the browser may not keep cookies: it sent a form whose page set the probe, as the hidden field `probed`
/// says, but the probe is missing. A request without that field is not doubted.
pub(super) fn are_doubtful(state: &AppState, headers: &HeaderMap, probed: &str) -> bool {
    let is_kept = |cookie: Cookie| cookie.values(state, headers).next().is_some();
    !probed.is_empty() && !is_kept(Cookie::Probe) && !is_kept(Cookie::Session)
}

/// The site's HTTPS URL to open instead, if the page was certainly opened over plain HTTP although the public URL is
/// HTTPS. Browsers then refuse to keep a cookie.
pub(super) fn secure_address(state: &AppState, headers: &HeaderMap) -> Option<String> {
    (state.public_url.is_https() && came_over_http(headers)).then(|| state.public_url.origin().to_owned())
}

/// Browsers send Fetch Metadata only to trustworthy URLs: HTTPS and this machine. A proxy says how it was called; one
/// that ends TLS is not mistaken for the browser if it leaves any trace of itself.
fn came_over_http(headers: &HeaderMap) -> bool {
    if headers.contains_key("sec-fetch-site") {
        return false;
    }
    let text = |name: &str| {
        let value = headers.get(name)?.to_str().ok()?;
        Some(value.to_ascii_lowercase())
    };
    if let Some(scheme) = text("x-forwarded-proto") {
        return scheme
            .split(',')
            .next()
            .is_some_and(|first| first.trim() == "http");
    }
    if let Some(forwarded) = text("forwarded") {
        let mut parameters = forwarded.split([';', ',']).map(str::trim);
        return parameters.any(|parameter| matches!(parameter, "proto=http" | "proto=\"http\""));
    }
    !["x-forwarded-for", "x-real-ip", "via"]
        .iter()
        .any(|name| headers.contains_key(*name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(lines: &[&[u8]]) -> Vec<String> {
        let mut headers = HeaderMap::new();
        for line in lines {
            headers.append(COOKIE, HeaderValue::from_bytes(line).unwrap());
        }
        values(&headers, "ours").collect()
    }

    #[test]
    fn foreign_cookies_are_passed_over_whatever_their_bytes() {
        for foreign in [
            &b"visitor=Zo\xC3\xAB"[..],
            b"visitor=Zo\xEB",
            b"\xFF\xFE=\xFF",
            b"=nameless",
            b"nothing",
            b"",
            b"quoted=\"a b\"",
            b"json={\"a\":1}",
            b"oursx=1",
            b"xours=1",
        ] {
            let before = [foreign, b"; ours=1"].concat();
            let after = [b"ours=1; ", foreign].concat();
            for line in [before, after] {
                assert_eq!(read(&[&line]), ["1"], "{}", line.escape_ascii());
            }
            assert_eq!(read(&[foreign, b"ours=1"]), ["1"], "{}", foreign.escape_ascii());
        }
    }

    #[test]
    fn a_name_that_comes_more_than_once_keeps_all_values() {
        assert_eq!(read(&[b"ours=1; a=b; ours=2", b"ours=3"]), ["1", "2", "3"]);
        assert_eq!(read(&[b"ours=\xFF; ours=2"]), ["2"]);
    }

    #[test]
    fn spaces_and_quotes_do_not_belong_to_the_value() {
        assert_eq!(read(&[b"a=b;ours=1"]), ["1"]);
        assert_eq!(read(&[b" ours = 1 ;"]), ["1"]);
        assert_eq!(read(&[b"ours=\"1\""]), ["1"]);
        assert_eq!(read(&[b"ours=a=b"]), ["a=b"]);
        assert_eq!(read(&[b"ours="]), [""]);
    }

    #[test]
    fn plain_http_is_noticed_where_it_is_certain() {
        for (headers, expected) in [
            (&[][..], true),
            (&[("x-forwarded-proto", "http")], true),
            (&[("x-forwarded-proto", "HTTP, https")], true),
            (&[("forwarded", "for=192.0.2.1;proto=http;host=a.example")], true),
            (&[("x-forwarded-proto", "https")], false),
            (&[("forwarded", "for=192.0.2.1;proto=https")], false),
            (&[("x-forwarded-for", "192.0.2.1")], false),
            (&[("via", "1.1 proxy")], false),
            (&[("sec-fetch-site", "none")], false),
            (
                &[("sec-fetch-site", "none"), ("x-forwarded-proto", "http")],
                false,
            ),
        ] {
            let map = headers
                .iter()
                .map(|(name, value)| (name.parse().unwrap(), value.parse().unwrap()))
                .collect();
            assert_eq!(came_over_http(&map), expected, "{headers:?}");
        }
    }
}
