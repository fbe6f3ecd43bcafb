//! When to try again, on every response that says a retry may soon work: a 503 (RFC 9110 section 15.6.4).

use axum::response::Response;
use http::header::RETRY_AFTER;
use http::{HeaderValue, StatusCode};

/// In seconds. Short outages are over by then; in longer ones, retries at this rate do no harm.
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
