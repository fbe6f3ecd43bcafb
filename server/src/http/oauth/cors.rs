//! Applications in a browser call from pages of their own (the Fetch standard's CORS protocol). What they may read
//! depends on the token or secret in the request alone and never on a cookie, so any origin may ask and none gets
//! credentials.
//!
//! Not tower-http's `CorsLayer`: it would say the same three constants, has no `Cross-Origin-Resource-Policy`, and as a
//! layer it does not reach the answers for paths that no route has (`programs`).

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, HeaderName,
};
use http::{HeaderMap, HeaderValue, Method, StatusCode};

/// The answer to a preflight. `*` does not cover `Authorization`, which has to be named.
const PREFLIGHT: [(HeaderName, &str); 3] = [
    (ACCESS_CONTROL_ALLOW_METHODS, "GET, POST"),
    (ACCESS_CONTROL_ALLOW_HEADERS, "Authorization, Content-Type, *"),
    // Two hours, the most that browsers heed.
    (ACCESS_CONTROL_MAX_AGE, "7200"),
];

/// Answers preflights, and lets every origin read the other answers, errors too.
pub(in crate::http) async fn allow(request: Request, next: Next) -> Response {
    if request.method() == Method::OPTIONS {
        return preflight();
    }
    let mut response = next.run(request).await;
    open(response.headers_mut());
    response
}

/// The answer to a preflight.
pub(in crate::http) fn preflight() -> Response {
    let mut response = (StatusCode::NO_CONTENT, PREFLIGHT).into_response();
    open(response.headers_mut());
    response
}

/// Lets every origin read an answer.
pub(in crate::http) fn open(headers: &mut HeaderMap) {
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(
        ACCESS_CONTROL_EXPOSE_HEADERS,
        HeaderValue::from_static("WWW-Authenticate, X-Request-Id, Retry-After"),
    );
    // In place of the `same-origin` that pages have.
    headers.insert(
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("cross-origin"),
    );
}
