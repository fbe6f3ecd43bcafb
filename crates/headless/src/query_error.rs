//! Errors of a whole query, and what an error asks of the client.

use std::time::Duration;

use async_graphql::{ErrorExtensionValues, ServerError, Value};
use latchkey_domain::limits::{
    MAX_ANSWER_BYTES, MAX_MUTATION_BYTES, MAX_MUTATIONS, MAX_QUERY_COST, MAX_QUERY_DEPTH,
};

use crate::cost::TooComplex;
use crate::error::{BAD_USER_INPUT, QUERY_TOO_COMPLEX, THROTTLED, UNAVAILABLE, too_large, whole_seconds};

/// An error with a code.
pub(crate) fn coded(message: impl Into<String>, code: &str) -> ServerError {
    let mut error = ServerError::new(message, None);
    set(&mut error, "code", code);
    error
}

fn set(error: &mut ServerError, name: &str, value: impl Into<Value>) {
    error
        .extensions
        .get_or_insert_with(ErrorExtensionValues::default)
        .set(name, value);
}

pub(crate) fn throttled(wait: Duration) -> ServerError {
    let seconds = whole_seconds(wait);
    let message =
        format!("this application has asked for too much in this member's name; ask again after {seconds} s");
    let mut error = coded(message, THROTTLED);
    set(&mut error, "retryAfter", seconds);
    error
}

pub(crate) fn answer_too_large() -> ServerError {
    let mut error = coded(too_large(), QUERY_TOO_COMPLEX);
    set(&mut error, "limit", MAX_ANSWER_BYTES);
    error
}

impl From<TooComplex> for ServerError {
    fn from(refusal: TooComplex) -> Self {
        let code = match refusal {
            // The query is wrong, not too large.
            TooComplex::Circle { .. } => BAD_USER_INPUT,
            _ => QUERY_TOO_COMPLEX,
        };
        let mut error = coded(refusal.to_string(), code);
        match refusal {
            TooComplex::Cost { cost } => {
                set(&mut error, "cost", cost);
                set(&mut error, "limit", MAX_QUERY_COST);
            }
            TooComplex::Depth { depth } => {
                set(&mut error, "depth", depth);
                set(&mut error, "limit", MAX_QUERY_DEPTH);
            }
            TooComplex::Mutations { .. } => set(&mut error, "limit", MAX_MUTATIONS),
            TooComplex::Arguments { .. } => set(&mut error, "limit", MAX_MUTATION_BYTES),
            TooComplex::Answer => set(&mut error, "limit", MAX_ANSWER_BYTES),
            _ => {}
        }
        error
    }
}

/// Adds a code to an error of the library, which is about the query or its arguments.
pub(crate) fn complete(error: &mut ServerError) {
    if extension(error, "code").is_none() {
        set(error, "code", BAD_USER_INPUT);
    }
}

pub(crate) fn is_unavailable(error: &ServerError) -> bool {
    extension(error, "code") == Some(&UNAVAILABLE.into())
}

/// How long to wait, if the error is about waiting.
pub(crate) fn retry_after(error: &ServerError) -> Option<Duration> {
    match extension(error, "retryAfter")? {
        Value::Number(seconds) => seconds.as_u64().map(Duration::from_secs),
        _ => None,
    }
}

pub(crate) fn extension<'e>(error: &'e ServerError, name: &str) -> Option<&'e Value> {
    error.extensions.as_ref()?.get(name)
}
