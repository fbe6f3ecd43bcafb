//! Errors of the endpoints that answer in JSON: token, revocation and introspection (RFC 6749 section 5.2).

use latchkey_storage::{ActivityReason, StoreError};
use serde::Serialize;
use thiserror::Error;

use crate::description;

/// An `error` of RFC 6749 section 5.2, or of an RFC that adds to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ErrorCode {
    /// The request has a missing, repeated or malformed part.
    InvalidRequest,
    /// The application is unknown or failed to authenticate.
    InvalidClient,
    /// The code or refresh token is not valid, or no longer valid.
    InvalidGrant,
    /// The application may not do this.
    UnauthorizedClient,
    /// The server does not support this grant type.
    UnsupportedGrantType,
    /// The scope is unknown or more than was granted.
    InvalidScope,
    /// The resource is unknown or not the one of the authorization (RFC 8707 section 2).
    InvalidTarget,
    /// The server failed.
    ServerError,
    /// The server cannot reach its data or is shutting down. RFC 6749 defines this code only for the authorization
    /// endpoint (section 4.1.2.1), but no code of section 5.2 is true here: those blame the request, and for some of
    /// them clients discard their tokens. The status 503 tells every client to try again.
    TemporarilyUnavailable,
}

impl ErrorCode {
    /// The value on the wire.
    pub const fn id(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::InvalidClient => "invalid_client",
            Self::InvalidGrant => "invalid_grant",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::UnsupportedGrantType => "unsupported_grant_type",
            Self::InvalidScope => "invalid_scope",
            Self::InvalidTarget => "invalid_target",
            Self::ServerError => "server_error",
            Self::TemporarilyUnavailable => "temporarily_unavailable",
        }
    }
}

/// Why a request failed.
#[derive(Debug, Error)]
pub enum EndpointError {
    /// The request is at fault.
    #[error("{}: {description}", code.id())]
    Refused {
        /// The error code.
        code: ErrorCode,
        /// Why, for the application's activity.
        reason: ActivityReason,
        /// What was wrong and what was expected, for the integrator; never a secret.
        description: String,
    },
    /// The server failed. The log gets the error chain, the client does not.
    #[error("the request could not be answered")]
    Unavailable(#[from] StoreError),
}

/// The body of an error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ErrorBody {
    /// The value on the wire.
    pub error: &'static str,
    /// What was wrong and what was expected.
    pub error_description: String,
}

impl EndpointError {
    /// Refuses a request, with a description for the integrator.
    pub(crate) fn refused(code: ErrorCode, reason: ActivityReason, description: impl AsRef<str>) -> Self {
        Self::Refused {
            code,
            reason,
            description: description::plain(description.as_ref()),
        }
    }

    /// The error code.
    pub fn code(&self) -> ErrorCode {
        match self {
            Self::Refused { code, .. } => *code,
            Self::Unavailable(cause) if cause.try_again().is_some() => ErrorCode::TemporarilyUnavailable,
            Self::Unavailable(_) => ErrorCode::ServerError,
        }
    }

    /// The text that the client receives.
    pub fn description(&self) -> &str {
        match self {
            Self::Refused { description, .. } => description,
            Self::Unavailable(cause) => description::of_failure(cause),
        }
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        match self.code() {
            ErrorCode::InvalidClient => 401,
            ErrorCode::ServerError => 500,
            ErrorCode::TemporarilyUnavailable => 503,
            _ => 400,
        }
    }

    /// The value of `WWW-Authenticate`, which every 401 carries (RFC 9110 section 15.5.2).
    pub fn www_authenticate(&self) -> Option<&'static str> {
        (self.status() == 401).then_some(r#"Basic realm="Latchkey", charset="UTF-8""#)
    }

    /// The JSON body.
    pub fn body(&self) -> ErrorBody {
        ErrorBody {
            error: self.code().id(),
            error_description: self.description().to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::error::Error;

    use super::*;

    #[test]
    fn a_refusal_says_what_was_wrong() {
        let error = EndpointError::refused(
            ErrorCode::InvalidGrant,
            ActivityReason::CodeExpired,
            "the code has expired",
        );
        assert_eq!(error.status(), 400);
        assert_eq!(error.www_authenticate(), None);
        assert_eq!(
            serde_json::to_value(error.body()).unwrap(),
            serde_json::json!({"error": "invalid_grant", "error_description": "the code has expired"})
        );
    }

    #[test]
    fn a_client_that_is_not_known_is_told_how_to_authenticate() {
        let error = EndpointError::refused(ErrorCode::InvalidClient, ActivityReason::ClientUnknown, "x");
        assert_eq!(error.status(), 401);
        assert!(error.www_authenticate().unwrap().starts_with("Basic realm="));
    }

    #[test]
    fn a_failure_of_the_store_is_kept_for_the_log_and_from_the_client() {
        let error = EndpointError::from(StoreError::Damaged("row 7".into()));
        assert_eq!((error.status(), error.body().error), (500, "server_error"));
        assert!(!error.body().error_description.contains("row 7"));
        assert!(error.source().unwrap().to_string().contains("row 7"));
    }

    #[test]
    fn what_passes_is_a_503_that_says_to_try_again() {
        for cause in [
            StoreError::Closed,
            StoreError::Unavailable("disk 7 is full".into()),
        ] {
            let error = EndpointError::from(cause);
            assert_eq!(
                (error.status(), error.body().error),
                (503, "temporarily_unavailable")
            );
            let words = error.body().error_description;
            assert!(
                words.contains("try again in a") && !words.contains("disk 7"),
                "{words}"
            );
        }
    }
}
