//! The responses of the JSON endpoints. None may be cached (RFC 6749 section 5.1, RFC 6750 section 5.3).

use std::any::Any;

use axum::Json;
use axum::body::Body;
use axum::response::{IntoResponse, Response};
use http::header::{CACHE_CONTROL, PRAGMA, WWW_AUTHENTICATE};
use http::{HeaderValue, StatusCode};
use latchkey_oauth::{AccessError, AuthorizationServer, EndpointError, ErrorBody, ErrorCode};
use serde::Serialize;

/// A JSON body with this status that must not be cached.
pub(in crate::http) fn json(status: StatusCode, body: &impl Serialize) -> Response {
    // RFC 6749 requires both; the second is for HTTP/1.0 caches.
    let headers = [(CACHE_CONTROL, "no-store"), (PRAGMA, "no-cache")];
    (status, headers, Json(body)).into_response()
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
    let mut response = json(status(error.status()), &error.body());
    if let Some(challenge) = error.www_authenticate() {
        let challenge = HeaderValue::from_static(challenge);
        response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    }
    response
}

/// The status that the rules name.
pub(in crate::http) fn status(code: u16) -> StatusCode {
    StatusCode::from_u16(code).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}

/// Adds to the refusal of an access token what the client has to do, with the metadata of `resource`, a path.
pub(in crate::http) fn challenge(
    response: &mut Response,
    error: &AccessError,
    server: &AuthorizationServer,
    resource: &str,
) {
    let metadata = format!(
        "{}/.well-known/oauth-protected-resource{resource}",
        server.issuer()
    );
    let challenge = error.www_authenticate(&metadata);
    if let Some(challenge) = challenge.and_then(|challenge| HeaderValue::from_str(&challenge).ok()) {
        response.headers_mut().insert(WWW_AUTHENTICATE, challenge);
    }
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
