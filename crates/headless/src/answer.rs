//! The answer to a request.

use std::time::Duration;

use async_graphql::Response;
use serde_json::json;

use crate::error::{ApiError, INTERNAL};
use crate::meter::{Held, Meter};
use crate::problem::Problem;

/// The answer to a request: a JSON document.
#[derive(Debug)]
pub enum Answer {
    /// The answer to a GraphQL request. Its `errors` say what went wrong, if anything did.
    Done {
        /// The document.
        body: String,
        /// Whether any part failed.
        failed: bool,
        /// What failed, for the application's activity.
        problems: Vec<Problem>,
        /// How long to wait before asking again, if a part of the request was throttled.
        retry_after: Option<Duration>,
        /// Whether a part failed on the server and a retry may work. Other parts may be done: the first of two
        /// mutations.
        unavailable: bool,
        /// Reserves the room for a large answer. Keep it until the document has been sent.
        held: Option<Held>,
    },
    /// The body is not a GraphQL request.
    Malformed(String),
}

/// A GraphQL answer that has one error and no data.
pub fn error_body(code: &str, message: &str) -> String {
    json!({ "data": null, "errors": [{ "message": message, "extensions": { "code": code } }] }).to_string()
}

/// Appends a response to the body.
pub(crate) fn write(response: &Response, meter: &Meter, body: &mut Vec<u8>) {
    // The meter has counted the output except errors, so the body does not move while it grows.
    body.reserve_exact(meter.answered().saturating_sub(body.len()) + 1_024);
    let start = body.len();
    if let Err(error) = serde_json::to_writer(&mut *body, response) {
        tracing::error!(%error, "an answer of the Headless API cannot be written");
        body.truncate(start);
        body.extend_from_slice(error_body(INTERNAL, &ApiError::Internal.message()).as_bytes());
    }
}
