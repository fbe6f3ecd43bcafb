//! Stops a member who changes their account again and again.

use axum::extract::{FromRequestParts, Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::Method;

use super::failure::Failure;
use super::retry_after::retry_after;
use super::session::{MaybeSignedIn, SignedIn};
use super::state::AppState;

/// The forms that are counted: those below `/account`, but for those that end something, of which there is only so much.
fn is_counted(request: &Request) -> bool {
    let path = request.uri().path();
    request.method() == Method::POST
        && path.starts_with("/account/")
        && !["/account/sessions/", "/account/connected-apps/"]
            .iter()
            .any(|ending| path.starts_with(ending))
}

/// Refuses a change of somebody who made too many.
pub(super) async fn limit(State(state): State<AppState>, request: Request, next: Next) -> Response {
    if !is_counted(&request) {
        return next.run(request).await;
    }
    let (mut parts, body) = request.into_parts();
    let visitor = MaybeSignedIn::from_request_parts(&mut parts, &state).await;
    // The handler answers those who are signed out, and those who cannot be looked up now.
    if let Ok(MaybeSignedIn(Some(SignedIn { member, .. }))) = visitor
        && let Err(wait) = state.pace.change(&member, state.instance.clock.now())
    {
        return retry_after(wait, Failure::TooOften.into_response());
    }
    next.run(Request::from_parts(parts, body)).await
}
