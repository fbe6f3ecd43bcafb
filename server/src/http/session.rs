//! Who is signed in: the cookie and what it leads to.

use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Redirect, Response};
use http::request::Parts;
use http::{HeaderMap, Method};
use latchkey_accounts::{SESSION_LIFETIME, SessionToken};
use latchkey_domain::Member;
use latchkey_storage::Session;

use super::cookies::Cookie;
use super::failure::Failure;
use super::return_to::ReturnTo;
use super::state::AppState;

/// Who is signed in, and in which session. As an extractor it sends the signed-out to sign in and come back.
#[derive(Clone, Debug)]
pub(super) struct SignedIn {
    pub(super) member: Member,
    pub(super) session: Session,
}

/// Who is signed in, if anyone is.
#[derive(Clone, Debug)]
pub(super) struct MaybeSignedIn(pub(super) Option<SignedIn>);

impl FromRequestParts<AppState> for MaybeSignedIn {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Failure> {
        // One that a parent domain set under the same name must not hide ours.
        for token in tokens(state, &parts.headers) {
            if let Some((session, member)) = state.instance.sessions.find(&token).await? {
                return Ok(Self(Some(SignedIn { member, session })));
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
                // A form cannot be sent again by coming back to its address.
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

/// The most tokens that are tried: each is a query to the database.
const TRIED: usize = 8;

/// What may be the session's token in the request's cookies: usually one.
pub(super) fn tokens(state: &AppState, headers: &HeaderMap) -> Vec<SessionToken> {
    Cookie::Session
        .values(state, headers)
        .filter_map(|value| SessionToken::parse(&value))
        .take(TRIED)
        .collect()
}

/// Makes the browser keep `token`.
pub(super) fn keep(response: &mut Response, state: &AppState, token: &SessionToken) {
    Cookie::Session.set(response, state, token.expose(), Some(SESSION_LIFETIME));
}

/// Makes the browser delete its session cookie.
pub(super) fn clear(response: &mut Response, state: &AppState) {
    Cookie::Session.delete(response, state);
}
