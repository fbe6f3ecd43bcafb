//! Errors of the authorization endpoint: those that only a page can show, since the redirect URI cannot be trusted,
//! and those that go back to the application (RFC 6749 section 4.1.2.1).

use latchkey_domain::application::ClientIdError;
use latchkey_domain::{ApplicationName, ScopeSet};
use latchkey_storage::{ActivityReason, StoreError};
use thiserror::Error;

use crate::description;
use crate::params::ParamError;
use crate::pkce::ChallengeError;

/// An error that the person reads. The message says what is wrong and what to do. It may contain values from the
/// request, which the page has to escape.
#[derive(Debug, Error)]
pub enum PageError {
    /// There is no client id.
    #[error("The link that brought you here does not say which application it is for: client_id is missing.")]
    ClientIdMissing,
    /// The client id is malformed.
    #[error("The link that brought you here names an application that cannot exist: {0}.")]
    ClientIdMalformed(ClientIdError),
    /// There is no application with this client id.
    #[error(
        "No application is registered here with the client_id of this link. It may have been deleted, or the link \
         may be meant for another network."
    )]
    UnknownApplication,
    /// `client_id` or `redirect_uri` is there twice or too long.
    #[error("The link that brought you here is malformed: {0}.")]
    Parameter(ParamError),
    /// There is no `redirect_uri`, and several are registered.
    #[error(
        "The link that brought you here does not say where to send you back to: redirect_uri is missing, and {0} has more than one."
    )]
    RedirectUriMissing(ApplicationName),
    /// The redirect URI is not registered.
    #[error(
        "{application} asked to send you back to “{sent}”, which is not registered for it{}. For your safety you \
         stay here.",
        difference.as_ref().map(|words| format!(" (compared with one that is, {words})")).unwrap_or_default()
    )]
    RedirectUriMismatch {
        /// The application that asked.
        application: ApplicationName,
        /// The URI that it sent, cut to a length that fits on a page.
        sent: String,
        /// The difference from the registered URI that was probably meant.
        difference: Option<String>,
        /// Whether only the query differs.
        only_query: bool,
    },
    /// The server failed. The log gets the error chain, the person does not.
    #[error("This is the server’s fault, not yours. {}", match .0.try_again() {
        Some(_) => "Its database is not available right now: try again in a few seconds.",
        None => "Try again in a moment.",
    })]
    Unavailable(#[source] StoreError),
}

impl PageError {
    /// The HTTP status.
    pub fn status(&self) -> u16 {
        match self {
            Self::Unavailable(cause) if cause.try_again().is_some() => 503,
            Self::Unavailable(_) => 500,
            _ => 400,
        }
    }

    /// Why, for Activity.
    pub(super) const fn reason(&self) -> Option<ActivityReason> {
        Some(match self {
            Self::ClientIdMissing => ActivityReason::ClientIdMissing,
            Self::ClientIdMalformed(_) => ActivityReason::ClientIdMalformed,
            Self::UnknownApplication => ActivityReason::ClientUnknown,
            Self::Parameter(_) => ActivityReason::Parameter,
            Self::RedirectUriMissing(_) => ActivityReason::RedirectUriMissing,
            Self::RedirectUriMismatch { only_query: true, .. } => ActivityReason::RedirectUriQuery,
            Self::RedirectUriMismatch { .. } => ActivityReason::RedirectUriMismatch,
            Self::Unavailable(_) => return None,
        })
    }

    /// The page's heading.
    pub fn title(&self) -> &'static str {
        match self {
            Self::UnknownApplication => "Unknown application",
            Self::RedirectUriMissing(_) | Self::RedirectUriMismatch { .. } => "Cannot send you back",
            Self::Unavailable(cause) if cause.try_again().is_some() => "Not available right now",
            Self::Unavailable(_) => "Something failed",
            _ => "This link does not work",
        }
    }
}

impl From<StoreError> for PageError {
    fn from(error: StoreError) -> Self {
        Self::Unavailable(error)
    }
}

/// An `error` that goes back to the application: those of RFC 6749 section 4.1.2.1, of OIDC Core section 3.1.2.6 where
/// `prompt` and `request` need them, and of RFC 8707 section 2.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // Each is its name.
pub enum RedirectCode {
    InvalidRequest,
    UnauthorizedClient,
    AccessDenied,
    UnsupportedResponseType,
    InvalidScope,
    InvalidTarget,
    ServerError,
    TemporarilyUnavailable,
    LoginRequired,
    ConsentRequired,
    InteractionRequired,
    RequestNotSupported,
    RequestUriNotSupported,
}

impl RedirectCode {
    /// The value on the wire.
    pub const fn id(self) -> &'static str {
        match self {
            Self::InvalidRequest => "invalid_request",
            Self::UnauthorizedClient => "unauthorized_client",
            Self::AccessDenied => "access_denied",
            Self::UnsupportedResponseType => "unsupported_response_type",
            Self::InvalidScope => "invalid_scope",
            Self::InvalidTarget => "invalid_target",
            Self::ServerError => "server_error",
            Self::TemporarilyUnavailable => "temporarily_unavailable",
            Self::LoginRequired => "login_required",
            Self::ConsentRequired => "consent_required",
            Self::InteractionRequired => "interaction_required",
            Self::RequestNotSupported => "request_not_supported",
            Self::RequestUriNotSupported => "request_uri_not_supported",
        }
    }
}

/// An error that goes back to the application.
#[derive(Debug, Error)]
#[error("{}: {description}", code.id())]
pub(crate) struct RedirectError {
    pub(super) code: RedirectCode,
    /// Why, for the application's activity.
    pub(super) reason: ActivityReason,
    pub(super) description: String,
    /// Scopes that were missing.
    pub(super) missing_scopes: ScopeSet,
    #[source]
    pub(super) cause: Option<StoreError>,
}

impl RedirectError {
    pub(crate) fn new(code: RedirectCode, reason: ActivityReason, description: impl Into<String>) -> Self {
        Self {
            code,
            reason,
            description: description.into(),
            missing_scopes: ScopeSet::EMPTY,
            cause: None,
        }
    }

    fn because(self, cause: StoreError) -> Self {
        Self {
            cause: Some(cause),
            ..self
        }
    }
}

impl From<ParamError> for RedirectError {
    fn from(error: ParamError) -> Self {
        Self::new(
            RedirectCode::InvalidRequest,
            ActivityReason::Parameter,
            error.to_string(),
        )
    }
}

impl From<ChallengeError> for RedirectError {
    fn from(error: ChallengeError) -> Self {
        Self::new(RedirectCode::InvalidRequest, error.reason(), error.to_string())
    }
}

impl From<StoreError> for RedirectError {
    fn from(error: StoreError) -> Self {
        // Not status 503: the response is a redirect, which this code exists for (RFC 6749 section 4.1.2.1).
        let code = match error.try_again() {
            Some(_) => RedirectCode::TemporarilyUnavailable,
            None => RedirectCode::ServerError,
        };
        Self::new(code, ActivityReason::ApiFailed, description::of_failure(&error)).because(error)
    }
}
