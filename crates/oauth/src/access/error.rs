//! Why a resource refuses a request, in the terms of RFC 6750 section 3.

use std::fmt::Write;
use std::time::Duration;

use latchkey_domain::Scope;
use latchkey_storage::{ActivityReason, RevocationReason, StoreError};
use thiserror::Error;

use crate::description;
use crate::tokens::Unreadable;

/// Why an access token is not valid, or no longer valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Error)]
pub(crate) enum Rejection {
    #[error("the access token is not valid: {0}")]
    Unreadable(Unreadable),
    #[error(
        "the access token no longer works: the application or the member was removed, or the member disconnected the application"
    )]
    Gone,
    #[error("the access token was revoked: {}", reason_text(*.0))]
    Revoked(RevocationReason),
    #[error("a host of the network paused this application; try again when it is resumed")]
    Paused,
    #[error(
        "a host of the network suspended the member; the token works again when the member is let in again"
    )]
    Suspended,
    #[error("the access token was superseded by a refresh; use the newest one")]
    Superseded,
    #[error(
        "the access token was asked for with `resource` and works there only, at the Headless API; authorize without `resource` for a token that works here"
    )]
    OtherResource,
    #[error("this server does not know the access token, as after a backup was restored; authorize again")]
    Unknown,
    #[error("the authorization that the access token belongs to ended: it lasts {}; authorize again", duration_text(*.0))]
    Ended(Duration),
    #[error("the access token expired {} ago; use the refresh token to get a new one", duration_text(*.0))]
    Expired(Duration),
}

impl Rejection {
    /// Identifies the rejection, so that a repeated one is recognized.
    pub(super) const fn id(self) -> &'static str {
        match self {
            Self::Unreadable(_) => "unreadable",
            Self::Gone => "gone",
            Self::Revoked(_) => "revoked",
            Self::Paused => "paused",
            Self::Suspended => "suspended",
            Self::Superseded => "superseded",
            Self::OtherResource => "other_resource",
            Self::Unknown => "unknown",
            Self::Ended(_) => "ended",
            Self::Expired(_) => "expired",
        }
    }
}

impl Rejection {
    pub(super) const fn reason(self) -> ActivityReason {
        match self {
            Self::Unreadable(_) | Self::Unknown => ActivityReason::TokenInvalid,
            Self::Gone | Self::Revoked(_) => ActivityReason::Revoked,
            Self::Paused => ActivityReason::Paused,
            Self::Suspended => ActivityReason::Suspended,
            Self::Superseded => ActivityReason::Superseded,
            Self::OtherResource => ActivityReason::ResourceOther,
            Self::Ended(_) => ActivityReason::GrantEnded,
            Self::Expired(_) => ActivityReason::AccessExpired,
        }
    }
}

/// Why a grant ended, to follow "revoked: ".
pub(crate) const fn reason_text(reason: RevocationReason) -> &'static str {
    match reason {
        RevocationReason::Client => "the application asked for it",
        RevocationReason::Member => "the member disconnected the application",
        RevocationReason::Host => "a host disconnected everyone from the application",
        RevocationReason::CodeReplayed => "its authorization code was presented a second time",
        RevocationReason::RefreshTokenReplayed => {
            "a refresh token that had been replaced was presented, so a copy may be in other hands"
        }
        RevocationReason::PasswordChanged => {
            "the member's password was changed; the member can authorize the application again"
        }
        RevocationReason::CodeExpired => "its authorization code was not exchanged in time",
        RevocationReason::ExplorerLoginEnded => {
            "it was issued to the API explorer, and its host signed in there again or signed out"
        }
    }
}

/// A time in a sentence: “5 minutes”.
pub(crate) fn duration_text(duration: Duration) -> String {
    match duration.as_secs() {
        1 => "1 second".to_owned(),
        seconds @ 0..=119 => format!("{seconds} seconds"),
        seconds @ 120..=7_199 => format!("{} minutes", seconds / 60),
        seconds @ 7_200..=172_799 => format!("{} hours", seconds / 3_600),
        seconds => format!("{} days", seconds / 86_400),
    }
}

/// Why a request for a protected resource is refused.
#[derive(Debug, Error)]
pub enum AccessError {
    /// The request has no token: the client only learns how to authenticate (RFC 6750 section 3.1).
    #[error("the request has no access token")]
    NoToken,
    /// The `Authorization` header is malformed.
    #[error("{0}")]
    InvalidRequest(&'static str),
    /// The token is expired, revoked, malformed or otherwise invalid.
    #[error("{0}")]
    InvalidToken(String),
    /// The token does not have the required scope.
    #[error("this needs the scope `{0}`, which the access token does not have")]
    InsufficientScope(Scope),
    /// The server failed. The log gets the error chain, the client does not.
    #[error("the access token could not be checked")]
    Unavailable(#[from] StoreError),
}

impl From<Rejection> for AccessError {
    fn from(rejection: Rejection) -> Self {
        Self::InvalidToken(rejection.to_string())
    }
}

impl AccessError {
    /// The error's name on the wire; `None` for a request without a token.
    pub fn id(&self) -> Option<&'static str> {
        match self {
            Self::NoToken => None,
            Self::InvalidRequest(_) => Some("invalid_request"),
            Self::InvalidToken(_) => Some("invalid_token"),
            Self::InsufficientScope(_) => Some("insufficient_scope"),
            Self::Unavailable(cause) if cause.try_again().is_some() => Some("temporarily_unavailable"),
            Self::Unavailable(_) => Some("server_error"),
        }
    }

    /// The text that the client receives.
    pub fn description(&self) -> String {
        match self {
            Self::Unavailable(cause) => description::of_failure(cause).to_owned(),
            other => description::plain(&other.to_string()),
        }
    }

    /// The HTTP status.
    pub fn status(&self) -> u16 {
        match self {
            Self::NoToken | Self::InvalidToken(_) => 401,
            Self::InvalidRequest(_) => 400,
            Self::InsufficientScope(_) => 403,
            Self::Unavailable(cause) if cause.try_again().is_some() => 503,
            Self::Unavailable(_) => 500,
        }
    }

    /// The value of `WWW-Authenticate` (RFC 6750 section 3), with the URL of the resource's metadata (RFC 9728
    /// section 5.1). `None` if the server failed.
    pub fn www_authenticate(&self, resource_metadata: &str) -> Option<String> {
        if matches!(self, Self::Unavailable(_)) {
            return None;
        }
        let mut value = r#"Bearer realm="Latchkey""#.to_owned();
        let mut add = |name: &str, text: &str| {
            let _ = write!(value, ", {name}=\"{}\"", description::plain(text));
        };
        if let Some(id) = self.id() {
            add("error", id);
            add("error_description", &self.description());
        }
        if let Self::InsufficientScope(scope) = self {
            add("scope", scope.id());
        }
        add("resource_metadata", resource_metadata);
        Some(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const METADATA: &str = "https://net.example/.well-known/oauth-protected-resource";

    #[test]
    fn a_request_without_a_token_is_told_how_to_authenticate_and_no_error() {
        let error = AccessError::NoToken;
        assert_eq!(error.status(), 401);
        assert_eq!(
            error.www_authenticate(METADATA).unwrap(),
            format!(r#"Bearer realm="Latchkey", resource_metadata="{METADATA}""#)
        );
    }

    #[test]
    fn an_expired_token_is_invalid() {
        let error = AccessError::from(Rejection::Expired(Duration::from_secs(125)));
        assert_eq!(error.status(), 401);
        assert_eq!(
            error.www_authenticate(METADATA).unwrap(),
            format!(
                r#"Bearer realm="Latchkey", error="invalid_token", error_description="the access token expired 2 minutes ago; use the refresh token to get a new one", resource_metadata="{METADATA}""#
            )
        );
    }

    #[test]
    fn a_missing_scope_is_named() {
        let error = AccessError::InsufficientScope(Scope::ReadPosts);
        assert_eq!(error.status(), 403);
        assert!(
            error
                .www_authenticate(METADATA)
                .unwrap()
                .contains(r#", scope="read:posts","#)
        );
    }

    #[test]
    fn a_failure_of_the_store_tells_the_client_nothing() {
        let error = AccessError::from(StoreError::Damaged("row 7".into()));
        assert_eq!((error.status(), error.www_authenticate(METADATA)), (500, None));
        assert!(!error.description().contains("row 7"));
        let error = AccessError::from(StoreError::Unavailable("disk 7 is full".into()));
        assert_eq!((error.status(), error.www_authenticate(METADATA)), (503, None));
        assert_eq!(error.id(), Some("temporarily_unavailable"));
        assert!(!error.description().contains("disk 7"));
    }
}
