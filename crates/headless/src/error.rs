//! What goes wrong inside a query, and the `code` that says so.

use std::sync::Arc;
use std::time::Duration;

use async_graphql::{Error, ErrorExtensions};
use latchkey_domain::limits::{MAX_ANSWER_BYTES, MAX_CONTENT_BYTES_PER_PERIOD, MAX_CONTENT_PER_PERIOD};
use latchkey_storage::StoreError;

/// Why a field has no value. It is no [`std::error::Error`]: the library would take it for one, and lose its code.
#[derive(Clone, Debug)]
pub(crate) enum ApiError {
    /// The token does not reach that far.
    MissingScope(String),
    /// It is someone else's.
    NotYours(&'static str),
    /// There is no such thing, or none that the member may see.
    NotFound(&'static str),
    /// An argument makes no sense.
    BadInput(String),
    /// The member has written as much as one may for now; how long to wait.
    OverQuota(Duration),
    /// There is more of it than an answer can hold.
    TooLarge,
    /// The server is at fault, and the same may soon work. The cause goes to the log and nothing of it to the client.
    Unavailable(&'static str),
    /// The server is at fault. The cause goes to the log and nothing of it to the client.
    Internal,
}

impl ApiError {
    /// What the client is told.
    pub(crate) fn message(&self) -> String {
        match self {
            Self::MissingScope(scope) => {
                format!("this needs the scope {scope}, which the access token does not have")
            }
            Self::NotYours(message) | Self::Unavailable(message) => (*message).to_owned(),
            Self::NotFound(what) => format!("there is no {what} of this id, or none that you may see"),
            Self::BadInput(message) => message.clone(),
            Self::OverQuota(wait) => format!(
                "you have written as much as a member may through applications in an hour, {MAX_CONTENT_PER_PERIOD} \
                 posts and comments or {MAX_CONTENT_BYTES_PER_PERIOD} bytes; write again after {} s",
                whole_seconds(*wait)
            ),
            Self::TooLarge => too_large(),
            Self::Internal => "something failed on the server; try again later".to_owned(),
        }
    }

    const fn code(&self) -> &'static str {
        match self {
            Self::MissingScope(_) | Self::NotYours(_) => "FORBIDDEN",
            Self::NotFound(_) => "NOT_FOUND",
            Self::BadInput(_) => BAD_USER_INPUT,
            Self::OverQuota(_) => THROTTLED,
            Self::TooLarge => QUERY_TOO_COMPLEX,
            Self::Unavailable(_) => UNAVAILABLE,
            Self::Internal => INTERNAL,
        }
    }
}

/// The code of what a client can put right in its query or its arguments.
pub(crate) const BAD_USER_INPUT: &str = "BAD_USER_INPUT";
/// The code of a query that is refused because of its size.
pub(crate) const QUERY_TOO_COMPLEX: &str = "QUERY_TOO_COMPLEX";
/// The code of what would be too much for this minute.
pub(crate) const THROTTLED: &str = "THROTTLED";
/// The code of what took too long.
pub(crate) const TIMEOUT: &str = "TIMEOUT";
/// The code of the hash of a query, which the server does not know.
pub(crate) const PERSISTED_QUERY_NOT_SUPPORTED: &str = "PERSISTED_QUERY_NOT_SUPPORTED";
/// The code of what is the server's fault and may soon work.
pub(crate) const UNAVAILABLE: &str = "UNAVAILABLE";
/// The code of what is the server's fault.
pub(crate) const INTERNAL: &str = "INTERNAL_SERVER_ERROR";

/// What is said of an answer above the limit.
pub(crate) fn too_large() -> String {
    format!(
        "the answer would have more than {MAX_ANSWER_BYTES} bytes, and that is the limit; ask for fewer rows or texts at \
         a time"
    )
}

/// A wait as clients are told it: never too short.
pub fn whole_seconds(wait: Duration) -> u64 {
    u64::try_from(wait.as_millis().div_ceil(1_000))
        .unwrap_or(u64::MAX)
        .max(1)
}

impl From<ApiError> for Error {
    fn from(error: ApiError) -> Self {
        Self::new(error.message()).extend_with(|_, extensions| {
            extensions.set("code", error.code());
            if let ApiError::MissingScope(scope) = &error {
                extensions.set("requiredScope", scope.as_str());
            }
            if let ApiError::OverQuota(wait) = &error {
                extensions.set("retryAfter", whole_seconds(*wait));
            }
        })
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        Self::from(Arc::new(error))
    }
}

impl From<Arc<StoreError>> for ApiError {
    fn from(error: Arc<StoreError>) -> Self {
        if let StoreError::TooLarge(_) = *error {
            return Self::TooLarge;
        }
        let cause: &(dyn std::error::Error + 'static) = &*error;
        tracing::error!(error = cause, "a field of the Headless API failed");
        error.try_again().map_or(Self::Internal, Self::Unavailable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_soon_work_is_told_from_what_will_not() {
        for (cause, code, words) in [
            (
                StoreError::Unavailable("disk 7".into()),
                UNAVAILABLE,
                "try again in a few seconds",
            ),
            (StoreError::Closed, UNAVAILABLE, "try again in a moment"),
            (StoreError::Damaged("row 7".into()), INTERNAL, "something failed"),
        ] {
            let error = ApiError::from(cause);
            assert_eq!(error.code(), code);
            let message = error.message();
            assert!(message.contains(words) && !message.contains('7'), "{message}");
        }
    }
}
