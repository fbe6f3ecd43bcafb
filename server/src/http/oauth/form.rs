//! Reading parameters: `application/x-www-form-urlencoded`, in a query or a body (RFC 6749 appendix B). A parameter that
//! comes twice stays twice, since the rules refuse it; what is no UTF-8 is refused here, since no rule could tell what
//! was meant.

use axum::body::Body;
use axum::response::Response;
use http::header::{AUTHORIZATION, CONTENT_TYPE};
use http::{HeaderMap, Request, StatusCode};
use latchkey_oauth::token::ClientRequest;
use percent_encoding::percent_decode_str;

use super::answer;

/// The most bytes of a body: many times what the longest request needs.
pub(super) const LIMIT: usize = 64 * 1024;

const FORM: &str = "application/x-www-form-urlencoded";

/// Names and values, in the order in which they came.
pub(super) type Pairs = Vec<(String, String)>;

/// Decodes a query or a body; `None` if it is no UTF-8, plain or percent-encoded.
pub(super) fn pairs(encoded: &[u8]) -> Option<Pairs> {
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
    let spaced = text.replace('+', " ");
    let decoded = percent_decode_str(&spaced).decode_utf8().ok()?;
    Some(decoded.into_owned())
}

/// What a client sent to an endpoint that it calls with a form.
pub(super) struct ClientForm {
    authorization: Option<String>,
    form: Pairs,
}

impl ClientForm {
    /// Reads a request. What cannot be read is answered with `invalid_request`, in JSON.
    pub(super) async fn read(request: Request<Body>) -> Result<Self, Response> {
        let (parts, body) = request.into_parts();
        check_content_type(&parts.headers)?;
        let body = axum::body::to_bytes(body, LIMIT).await.map_err(|_| {
            answer::unreadable(
                StatusCode::PAYLOAD_TOO_LARGE,
                "the body is larger than this endpoint accepts: 64 KiB",
            )
        })?;
        let form = pairs(&body).ok_or_else(|| {
            answer::unreadable(
                StatusCode::BAD_REQUEST,
                "the body is not UTF-8; encode parameters as UTF-8 and percent-encode the bytes",
            )
        })?;
        Ok(Self {
            authorization: authorization(&parts.headers),
            form,
        })
    }

    /// The same, as the rules take it.
    pub(super) fn as_request(&self) -> ClientRequest<'_> {
        ClientRequest {
            authorization: self.authorization.as_deref(),
            form: &self.form,
        }
    }
}

/// The `Authorization` header. One that comes twice is joined as RFC 9110 section 5.3 has it, which no scheme
/// understands: of two credentials none is preferred.
pub(super) fn authorization(headers: &HeaderMap) -> Option<String> {
    let values: Vec<_> = headers
        .get_all(AUTHORIZATION)
        .iter()
        .map(|value| String::from_utf8_lossy(value.as_bytes()))
        .collect();
    (!values.is_empty()).then(|| values.join(", "))
}

fn check_content_type(headers: &HeaderMap) -> Result<(), Response> {
    let content_type = headers
        .get(CONTENT_TYPE)
        .map(|value| value.to_str().unwrap_or("?"));
    let essence = content_type
        .and_then(|value| value.split(';').next())
        .map(|essence| essence.trim().to_ascii_lowercase());
    let words = match essence.as_deref() {
        Some(FORM) => return Ok(()),
        Some(json) if json.ends_with("json") => {
            "the body is JSON; OAuth expects application/x-www-form-urlencoded: grant_type=...&client_id=..., without \
             braces"
        }
        Some(_) => "the body has another content type; expected application/x-www-form-urlencoded",
        None => "the request has no Content-Type; expected a body of type application/x-www-form-urlencoded",
    };
    Err(answer::unreadable(StatusCode::BAD_REQUEST, words))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(encoded: &str) -> Option<Vec<(String, String)>> {
        pairs(encoded.as_bytes())
    }

    fn owned(pairs: &[(&str, &str)]) -> Option<Vec<(String, String)>> {
        let own = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        Some(pairs.iter().map(own).collect())
    }

    #[test]
    fn duplicates_and_order_stay() {
        assert_eq!(read("b=1&a=2&b=3"), owned(&[("b", "1"), ("a", "2"), ("b", "3")]));
    }

    #[test]
    fn is_decoded_as_browsers_and_libraries_encode() {
        assert_eq!(
            read("scope=a+b%20c&state=%C3%A9%2B&x&=y&&z=1=2"),
            owned(&[
                ("scope", "a b c"),
                ("state", "é+"),
                ("x", ""),
                ("", "y"),
                ("z", "1=2")
            ])
        );
        assert_eq!(read(""), owned(&[]));
        assert_eq!(read("a=%zz%"), owned(&[("a", "%zz%")]));
    }

    #[test]
    fn what_is_no_utf_8_is_refused() {
        assert_eq!(read("state=%FF"), None);
        assert_eq!(read("%C3=1"), None);
        assert_eq!(pairs(b"state=\xFF"), None);
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
