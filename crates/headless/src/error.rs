//! Errors inside a query, and their codes.

use std::sync::Arc;
use std::time::Duration;

use async_graphql::{Error, ErrorExtensions};
use latchkey_domain::limits::{MAX_ANSWER_BYTES, MAX_CONTENT_BYTES_PER_PERIOD, MAX_CONTENT_PER_PERIOD};
use latchkey_storage::StoreError;

/// Why a field has no value. Does not implement [`std::error::Error`]: the library would convert it and lose its code.
#[derive(Clone, Debug)]
pub(crate) enum ApiError {
    /// The token has none of these scopes.
    MissingScope(String),
    /// The member did not write this object. Holds its type.
    NotYours(&'static str),
    /// The object does not exist, or the member may not see it. Holds its type.
    NotFound(&'static str),
    /// An argument is wrong.
    BadInput(String),
    /// The member has written too much recently. Holds how long to wait.
    OverQuota(Duration),
    /// The answer would be too large.
    TooLarge,
    /// The server failed, and a retry may work. The cause goes to the log, and none of it to the client.
    Unavailable(&'static str),
    /// The server failed. The cause goes to the log, and none of it to the client.
    Internal,
}

impl ApiError {
    /// The message for the client.
    pub(crate) fn message(&self) -> String {
        match self {
            Self::MissingScope(scope) => {
                format!("this needs the scope {scope}, which the access token does not have")
            }
            Self::NotYours(what) => {
                format!("this {what} is someone else’s; only its author may change it")
            }
            Self::NotFound(what) => format!("there is no {what} with this id, or you may not see it"),
            Self::Unavailable(message) => (*message).to_owned(),
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

/// The code of an error in the query or its arguments, which the client can correct.
pub(crate) const BAD_USER_INPUT: &str = "BAD_USER_INPUT";
/// The code of a query that is refused because of its size.
pub(crate) const QUERY_TOO_COMPLEX: &str = "QUERY_TOO_COMPLEX";
/// The code of a request that must wait.
pub(crate) const THROTTLED: &str = "THROTTLED";
/// The code of a request that took too long.
pub(crate) const TIMEOUT: &str = "TIMEOUT";
/// The code of a persisted query: a hash without its query.
pub(crate) const PERSISTED_QUERY_NOT_SUPPORTED: &str = "PERSISTED_QUERY_NOT_SUPPORTED";
/// The code of a temporary failure of the server.
pub(crate) const UNAVAILABLE: &str = "UNAVAILABLE";
/// The code of a failure of the server.
pub(crate) const INTERNAL: &str = "INTERNAL_SERVER_ERROR";

/// The message about an answer above the limit.
pub(crate) fn too_large() -> String {
    format!(
        "the answer would have more than {MAX_ANSWER_BYTES} bytes, and that is the limit; ask for fewer rows or texts at \
         a time"
    )
}

/// A wait for clients, in whole seconds, rounded up.
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
    fn an_error_says_whether_to_try_again() {
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
