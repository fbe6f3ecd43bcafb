//! `Retry-After`: when a client may try again (RFC 9110 section 10.2.3).

use std::time::Duration;

use axum::response::Response;
use http::HeaderValue;
use http::header::RETRY_AFTER;
use latchkey_headless::whole_seconds;

/// When to try again, in seconds. Short outages are over by then; in longer ones, retries at this rate do no harm.
pub(super) const SOON: u64 = 5;

/// Says how long to wait.
pub(super) fn retry_after(wait: Duration, mut response: Response) -> Response {
    let seconds = HeaderValue::from(whole_seconds(wait));
    response.headers_mut().insert(RETRY_AFTER, seconds);
    response
}
