//! Applications in a browser call from their own pages (CORS in the Fetch standard). What they may read depends only
//! on the token or secret in the request, never on a cookie, so any origin is allowed and none gets credentials.
//!
//! Not tower-http's `CorsLayer`: it would set the same three constants, lacks `Cross-Origin-Resource-Policy`, and as
//! a layer does not reach responses for paths without a route (`programs`).

use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, HeaderName,
};
use http::{HeaderMap, HeaderValue, Method, StatusCode};

/// The headers of a preflight response. `*` does not cover `Authorization`, so it is listed.
const PREFLIGHT: [(HeaderName, &str); 3] = [
    (ACCESS_CONTROL_ALLOW_METHODS, "GET, POST"),
    (ACCESS_CONTROL_ALLOW_HEADERS, "Authorization, Content-Type, *"),
    // Two hours, the browsers' maximum.
    (ACCESS_CONTROL_MAX_AGE, "7200"),
];

/// Answers preflights, and lets every origin read the other responses, including errors.
pub(in crate::http) async fn allow(request: Request, next: Next) -> Response {
    if request.method() == Method::OPTIONS {
        return preflight();
    }
    let mut response = next.run(request).await;
    open(response.headers_mut());
    response
}

/// The response to a preflight.
pub(in crate::http) fn preflight() -> Response {
    let mut response = (StatusCode::NO_CONTENT, PREFLIGHT).into_response();
    open(response.headers_mut());
    response
}

/// Lets every origin read a response.
pub(in crate::http) fn open(headers: &mut HeaderMap) {
    headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, HeaderValue::from_static("*"));
    headers.insert(
        ACCESS_CONTROL_EXPOSE_HEADERS,
        HeaderValue::from_static("WWW-Authenticate, X-Request-Id, Retry-After"),
    );
    // Replaces the `same-origin` of pages.
    headers.insert(
        HeaderName::from_static("cross-origin-resource-policy"),
        HeaderValue::from_static("cross-origin"),
    );
}
