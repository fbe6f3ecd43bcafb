//! The responses of the JSON endpoints. None may be cached (RFC 6749 section 5.1, RFC 6750 section 5.3).

use std::any::Any;

use axum::Json;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, PRAGMA, WWW_AUTHENTICATE};
use http::{HeaderMap, HeaderValue, StatusCode};
use latchkey_oauth::{EndpointError, ErrorBody, ErrorCode};
use serde::Serialize;

/// A JSON body with this status that must not be cached.
pub(in crate::http) fn json(status: StatusCode, body: &impl Serialize) -> Response {
    let mut response = (status, Json(body)).into_response();
    not_to_be_kept(response.headers_mut());
    response
}

fn not_to_be_kept(headers: &mut HeaderMap) {
    headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    // RFC 6749 requires both; the second is for HTTP/1.0 caches.
    headers.insert(PRAGMA, HeaderValue::from_static("no-cache"));
}

/// The response for an unreadable request, with its status and a description for the integrator.
pub(super) fn unreadable(status: StatusCode, words: &str) -> Response {
    let body = ErrorBody {
        error: ErrorCode::InvalidRequest.id(),
        error_description: words.to_owned(),
    };
    json(status, &body)
}

/// A refusal in the form of RFC 6749 section 5.2. Logs internal errors with their causes.
pub(super) fn refusal(error: &EndpointError) -> Response {
    if let EndpointError::Unavailable(cause) = error {
        log(cause);
    }
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = json(status, &error.body());
    if let Some(challenge) = error.www_authenticate() {
        let challenge = HeaderValue::from_static(challenge);
        response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    }
    response
}

/// Logs a failure below the rules, with its causes.
pub(in crate::http) fn log(cause: &(dyn std::error::Error + 'static)) {
    tracing::error!(error = cause, "a request failed");
}

/// The endpoint does not support this method. The router adds `Allow`.
pub(super) async fn method_not_allowed() -> Response {
    unreadable(
        StatusCode::METHOD_NOT_ALLOWED,
        "this endpoint does not answer this HTTP method; the Allow header says which it answers",
    )
}

/// The response after a panic in a handler.
// The calling layer passes the panic by value.
#[allow(clippy::needless_pass_by_value)]
pub(super) fn after_panic(panic: Box<dyn Any + Send + 'static>) -> Response<Body> {
    tracing::error!(
        message = super::super::errors::panic_message(&*panic),
        "a handler panicked"
    );
    let body = ErrorBody {
        error: ErrorCode::ServerError.id(),
        error_description: "something failed on the server; try again later".to_owned(),
    };
    json(StatusCode::INTERNAL_SERVER_ERROR, &body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_tells_the_client_nothing() {
        let response = after_panic(Box::new("the secret is 1234"));
        assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
        assert_eq!(response.headers()[CACHE_CONTROL], "no-store");
        let body = axum::body::to_bytes(response.into_body(), 1_000).await.unwrap();
        let body = String::from_utf8(body.to_vec()).unwrap();
        assert!(body.contains("server_error") && !body.contains("1234"), "{body}");
    }
}
