//! The endpoints that a client calls with its credentials in a form or a header: `POST /oauth/token` (RFC 6749 section
//! 3.2), `/oauth/revoke` (RFC 7009) and `/oauth/introspect` (RFC 7662).

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::{Request, StatusCode};
use latchkey_oauth::EndpointError;
use latchkey_oauth::activity::ActivityKind;
use serde::Serialize;
use serde_json::json;

use super::form::ClientForm;
use super::response;
use crate::http::peer::Peer;
use crate::http::state::AppState;

/// Issues tokens.
pub(super) async fn issue(
    State(state): State<AppState>,
    peer: Peer,
    request: Request<Body>,
) -> Result<Response, Response> {
    let form = ClientForm::read(request, &state, &peer, ActivityKind::CodeExchange).await?;
    respond(state.oauth.token(form.as_request(), &peer.origin()).await)
}

/// Ends the grant of a token. The status is the whole answer (section 2.2); the body is an empty object, for clients
/// that parse each response as JSON.
pub(super) async fn revoke(
    State(state): State<AppState>,
    peer: Peer,
    request: Request<Body>,
) -> Result<Response, Response> {
    let form = ClientForm::read(request, &state, &peer, ActivityKind::Revocation).await?;
    let revoked = state.oauth.revoke(form.as_request(), &peer.origin()).await;
    respond(revoked.map(|()| json!({})))
}

/// A confidential application asks about its own tokens.
pub(super) async fn introspect(
    State(state): State<AppState>,
    peer: Peer,
    request: Request<Body>,
) -> Result<Response, Response> {
    let form = ClientForm::read(request, &state, &peer, ActivityKind::TokenUse).await?;
    respond(state.oauth.introspect(form.as_request(), &peer.origin()).await)
}

// Both are answers.
#[allow(clippy::result_large_err)]
fn respond(answer: Result<impl Serialize, EndpointError>) -> Result<Response, Response> {
    match answer {
        Ok(body) => Ok(response::json(StatusCode::OK, &body)),
        Err(error) => Err(response::refusal(&error)),
    }
}
