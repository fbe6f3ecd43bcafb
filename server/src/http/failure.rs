//! Why a handler failed, and what people and programs read about it. [`errors`](super::errors) turns it into a page
//! or JSON.

use std::error::Error;

use axum::response::{IntoResponse, Response};
use http::StatusCode;
use latchkey_accounts::AccountError;
use latchkey_registration::RegistrationError;
use latchkey_storage::StoreError;

/// Why a handler failed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    NotFound,
    UnknownFunction,
    MethodNotAllowed,
    BadRequest,
    TooLarge,
    TooSlow,
    Misdirected,
    CrossSite,
    NotAHost,
    TooOften,
    Unavailable,
    Internal,
}

impl Failure {
    pub(super) fn status(self) -> StatusCode {
        match self {
            Self::NotFound | Self::UnknownFunction => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::BadRequest => StatusCode::BAD_REQUEST,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::Misdirected => StatusCode::MISDIRECTED_REQUEST,
            Self::CrossSite | Self::NotAHost => StatusCode::FORBIDDEN,
            Self::TooOften => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The error code for programs. The page's own functions know the same codes.
    pub(super) fn id(self) -> &'static str {
        match self {
            Self::NotFound => "not_found",
            Self::Unavailable => "unavailable",
            Self::Internal => "failed",
            _ => "bad_request",
        }
    }

    pub(super) fn title(self) -> &'static str {
        match self {
            Self::NotFound | Self::UnknownFunction => "There is no such page",
            Self::MethodNotAllowed => "This address works differently",
            Self::BadRequest => "The request could not be read",
            Self::TooLarge => "That is too much at once",
            Self::TooSlow => "The request did not arrive in time",
            Self::Misdirected => "This site has another address",
            Self::CrossSite => "This form came from another site",
            Self::NotAHost => "Only hosts can do this",
            Self::TooOften => "You made many changes",
            Self::Unavailable => "Not available right now",
            Self::Internal => "Something went wrong",
        }
    }

    pub(super) fn lead(self) -> &'static str {
        match self {
            Self::NotFound => "The address may be mistyped, or what was here is gone.",
            Self::UnknownFunction => {
                "This server has no such function: reload the page, which may be of an older version."
            }
            Self::MethodNotAllowed => {
                "It cannot be opened or sent to in this way. Go back and follow a link or a button."
            }
            Self::BadRequest => "Go back, reload the page and try again.",
            Self::TooLarge => "What you sent is larger than this server accepts. Shorten it and try again.",
            Self::TooSlow => "The connection may be slow or broken. Try again.",
            Self::Misdirected => {
                "The server answers at its public address only. Use the address that you were given; the operator sets it with --public-url."
            }
            Self::CrossSite => {
                "To protect you, nothing was changed. Open the page on this site itself and try again from there."
            }
            Self::NotAHost => "You are no longer a host, and nothing was changed. Ask a host to do this.",
            Self::TooOften => {
                "You changed your account many times within the last hour, and nothing was changed now. Wait a minute, then go back and try again."
            }
            Self::Unavailable => {
                "This is the server’s fault, not yours. It cannot read or store data right now: try again in a few seconds."
            }
            Self::Internal => {
                "This is the server’s fault, not yours. Try again. If it fails again, give a host the request’s id."
            }
        }
    }

    pub(super) fn of(status: StatusCode) -> Self {
        match status {
            StatusCode::NOT_FOUND => Self::NotFound,
            StatusCode::METHOD_NOT_ALLOWED => Self::MethodNotAllowed,
            StatusCode::PAYLOAD_TOO_LARGE => Self::TooLarge,
            StatusCode::REQUEST_TIMEOUT => Self::TooSlow,
            StatusCode::TOO_MANY_REQUESTS => Self::TooOften,
            StatusCode::SERVICE_UNAVAILABLE => Self::Unavailable,
            status if status.is_server_error() => Self::Internal,
            _ => Self::BadRequest,
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<AccountError> for Failure {
    fn from(error: AccountError) -> Self {
        match error {
            AccountError::Store(error) => error.into(),
            error => internal(&error),
        }
    }
}

impl From<RegistrationError> for Failure {
    fn from(error: RegistrationError) -> Self {
        match error {
            RegistrationError::NotFound => Self::NotFound,
            RegistrationError::NotAHost => Self::NotAHost,
            RegistrationError::Store(error) => error.into(),
            error => internal(&error),
        }
    }
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        if matches!(error, StoreError::NotAHost) {
            return Self::NotAHost;
        }
        let failure = internal(&error);
        match error.try_again() {
            Some(_) => Self::Unavailable,
            None => failure,
        }
    }
}

/// Logs the error with its sources. The client gets none of it.
fn internal(error: &(dyn Error + 'static)) -> Failure {
    tracing::error!(error, "a request failed");
    Failure::Internal
}
