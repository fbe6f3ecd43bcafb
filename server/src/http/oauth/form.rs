//! Reads parameters: `application/x-www-form-urlencoded`, in a query or a body (RFC 6749 appendix B). Repeated
//! parameters stay repeated, since the rules refuse them. Invalid UTF-8 is refused here, since the rules could not
//! interpret it.

use std::borrow::Cow;

use axum::body::Body;
use axum::response::Response;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, Request, StatusCode};
use latchkey_domain::limits;
use latchkey_oauth::activity::ActivityKind;
use latchkey_oauth::token_endpoint::ClientRequest;
use percent_encoding::percent_decode_str;

use super::response;
use crate::http::page_form::fields;
use crate::http::peer::Peer;
use crate::http::state::AppState;

const FORM: &str = "application/x-www-form-urlencoded";

/// Names and values, in order.
pub(super) type Pairs = Vec<(String, String)>;

/// Decodes a query or a body; `None` if it is not UTF-8, plain or percent-encoded, or has too many pairs.
pub(super) fn pairs(encoded: &[u8]) -> Option<Pairs> {
    if fields(encoded) > limits::FORM_FIELDS {
        return None;
    }
    std::str::from_utf8(encoded)
        .ok()?
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            Some((decoded(name)?, decoded(value)?))
        })
        .collect()
}

fn decoded(text: &str) -> Option<String> {
    let spaced = if text.contains('+') {
        Cow::from(text.replace('+', " "))
    } else {
        Cow::from(text)
    };
    let decoded = percent_decode_str(&spaced).decode_utf8().ok()?;
    Some(decoded.into_owned())
}

/// A client's request with a form.
pub(super) struct ClientForm {
    authorization: Option<String>,
    form: Pairs,
}

impl ClientForm {
    /// Reads a request. Answers an unreadable one with `invalid_request` in JSON, and records it as an event of this
    /// kind if the header identifies the application.
    pub(super) async fn read(
        request: Request<Body>,
        state: &AppState,
        peer: &Peer,
        kind: ActivityKind,
    ) -> Result<Self, Response> {
        let (parts, body) = request.into_parts();
        let authorization = authorization(&parts.headers);
        match read_form(state, &parts.headers, body).await {
            Ok(form) => Ok(Self { authorization, form }),
            Err((status, words)) => {
                let origin = peer.origin();
                state
                    .oauth
                    .record_unreadable(kind, authorization.as_deref(), &words, &origin)
                    .await;
                Err(response::unreadable(status, &words))
            }
        }
    }

    /// The same as input for the rules.
    pub(super) fn as_request(&self) -> ClientRequest<'_> {
        ClientRequest {
            authorization: self.authorization.as_deref(),
            form: &self.form,
        }
    }
}

/// The fields of a body, or what is wrong with it.
async fn read_form(
    state: &AppState,
    headers: &HeaderMap,
    body: Body,
) -> Result<Pairs, (StatusCode, Cow<'static, str>)> {
    if let Some(words) = wrong_content_type(headers) {
        return Err((StatusCode::BAD_REQUEST, words.into()));
    }
    let body = state
        .bodies
        .read(body, limits::CLIENT_FORM_BYTES)
        .await
        .map_err(|error| (error.status(), error.message(limits::CLIENT_FORM_BYTES).into()))?;
    pairs(&body).ok_or((
        StatusCode::BAD_REQUEST,
        "the body is not UTF-8, or has too many parameters; encode parameters as UTF-8 and percent-encode the bytes".into(),
    ))
}

/// The `Authorization` header. Repeated headers are joined as in RFC 9110 section 5.3, which no scheme accepts:
/// neither credential is preferred.
pub(in crate::http) fn authorization(headers: &HeaderMap) -> Option<String> {
    let values: Vec<_> = headers
        .get_all(AUTHORIZATION)
        .iter()
        .map(|value| String::from_utf8_lossy(value.as_bytes()))
        .collect();
    (!values.is_empty()).then(|| values.join(", "))
}

/// What is wrong with the content type, for the integrator; `None` if it is correct.
fn wrong_content_type(headers: &HeaderMap) -> Option<&'static str> {
    let Some(content_type) = headers.get(CONTENT_TYPE) else {
        return Some(
            "the request has no Content-Type; expected a body of type application/x-www-form-urlencoded",
        );
    };
    let content_type = String::from_utf8_lossy(content_type.as_bytes()).to_ascii_lowercase();
    match content_type.split(';').next().unwrap_or_default().trim() {
        FORM => None,
        json if json.ends_with("json") => Some(
            "the body is JSON; OAuth expects application/x-www-form-urlencoded: grant_type=...&client_id=..., without \
             braces",
        ),
        _ => Some("the body has another content type; expected application/x-www-form-urlencoded"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(encoded: &str) -> Option<Vec<(String, String)>> {
        pairs(encoded.as_bytes())
    }

    fn owned(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        pairs.iter().map(own).collect()
    }

    #[test]
    fn duplicates_and_order_stay() {
        assert_eq!(
            read("b=1&a=2&b=3").unwrap(),
            owned(&[("b", "1"), ("a", "2"), ("b", "3")])
        );
    }

    #[test]
    fn is_decoded_as_browsers_and_libraries_encode() {
        assert_eq!(
            read("scope=a+b%20c&state=%C3%A9%2B&x&=y&&z=1=2").unwrap(),
            owned(&[
                ("scope", "a b c"),
                ("state", "é+"),
                ("x", ""),
                ("", "y"),
                ("z", "1=2")
            ])
        );
        assert_eq!(read("").unwrap(), owned(&[]));
        assert_eq!(read("a=%zz%").unwrap(), owned(&[("a", "%zz%")]));
    }

    #[test]
    fn what_is_no_utf_8_is_refused() {
        assert_eq!(read("state=%FF"), None);
        assert_eq!(read("%C3=1"), None);
        assert_eq!(pairs(b"state=\xFF"), None);
    }

    #[test]
    fn the_number_of_pairs_has_a_bound() {
        assert!(read(&"a&".repeat(limits::FORM_FIELDS)).is_some());
        assert_eq!(read(&"a&".repeat(limits::FORM_FIELDS + 1)), None);
    }

    #[test]
    fn two_authorization_headers_are_none_that_could_be_understood() {
        let mut headers = HeaderMap::new();
        assert_eq!(authorization(&headers), None);
        headers.append(AUTHORIZATION, "Bearer a".parse().unwrap());
        assert_eq!(authorization(&headers).as_deref(), Some("Bearer a"));
        headers.append(AUTHORIZATION, "Bearer b".parse().unwrap());
        assert_eq!(authorization(&headers).as_deref(), Some("Bearer a, Bearer b"));
    }
}
