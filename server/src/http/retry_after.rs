//! When to try again, on every answer that says that it may soon work: a 503 (RFC 9110 section 15.6.4).

use axum::response::Response;
use http::header::RETRY_AFTER;
use http::{HeaderValue, StatusCode};

/// In seconds. What is over soon is over by then; if it is not, nobody asks so often that it does harm.
pub(super) const SOON: u64 = 5;

/// Adds `Retry-After`, unless the handler did.
pub(super) fn add(response: &mut Response) {
    if response.status() == StatusCode::SERVICE_UNAVAILABLE {
        response
            .headers_mut()
            .entry(RETRY_AFTER)
            .or_insert(HeaderValue::from(SOON));
    }
}
