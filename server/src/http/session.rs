//! The signed-in member: the session cookie and its session.

use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Redirect, Response};
use http::request::Parts;
use http::{HeaderMap, Method};
use latchkey_accounts::{SESSION_LIFETIME, SessionToken};
use latchkey_domain::{Actor, Member};
use latchkey_storage::Session;

use super::cookies::Cookie;
use super::failure::Failure;
use super::peer::Peer;
use super::return_to::ReturnTo;
use super::state::AppState;

/// The signed-in member and their session. As an extractor it sends signed-out visitors to sign in and return.
#[derive(Clone, Debug)]
pub(super) struct SignedIn {
    pub(super) member: Member,
    pub(super) session: Session,
    /// The same member in the audit trail.
    pub(super) by: Actor,
}

/// The signed-in member, if there is one.
#[derive(Clone, Debug)]
pub(super) struct MaybeSignedIn(pub(super) Option<SignedIn>);

impl FromRequestParts<AppState> for MaybeSignedIn {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Failure> {
        // A cookie of the same name from a parent domain must not hide ours.
        for token in tokens(state, &parts.headers) {
            if let Some((session, member)) = state.instance.sessions.find(&token).await? {
                let Ok(peer) = Peer::from_request_parts(parts, state).await;
                let by = peer.actor(Some(member.id));
                return Ok(Self(Some(SignedIn { member, session, by })));
            }
        }
        Ok(Self(None))
    }
}

impl FromRequestParts<AppState> for SignedIn {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        match MaybeSignedIn::from_request_parts(parts, state).await {
            Ok(MaybeSignedIn(Some(signed_in))) => Ok(signed_in),
            Ok(MaybeSignedIn(None)) => {
                // Returning to a form's URL would not resend the form.
                let back = if parts.method == Method::GET {
                    ReturnTo::of(&parts.uri)
                } else {
                    ReturnTo::home()
                };
                Err(Redirect::to(&back.sign_in()).into_response())
            }
            Err(failure) => Err(failure.into_response()),
        }
    }
}

/// The maximum number of tokens to try: each is a database query.
const TRIED: usize = 8;

/// The possible session tokens in the request's cookies: usually one.
pub(super) fn tokens(state: &AppState, headers: &HeaderMap) -> Vec<SessionToken> {
    Cookie::Session
        .values(state, headers)
        .filter_map(|value| SessionToken::parse(&value))
        .take(TRIED)
        .collect()
}

/// Sets the session cookie to `token`.
pub(super) fn keep(response: &mut Response, state: &AppState, token: &SessionToken) {
    Cookie::Session.set(response, state, token.expose(), Some(SESSION_LIFETIME));
}

/// Deletes the session cookie.
pub(super) fn clear(response: &mut Response, state: &AppState) {
    Cookie::Session.delete(response, state);
}
