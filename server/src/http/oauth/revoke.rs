//! `POST /oauth/revoke` (RFC 7009)

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::{Request, StatusCode};
use latchkey_oauth::activity::ActivityKind;
use serde_json::json;

use super::form::ClientForm;
use super::response;
use crate::http::peer::Peer;
use crate::http::state::AppState;

/// Ends the grant of a token. The status is the whole answer (section 2.2); the body is an empty object, for clients
/// that parse each response as JSON.
pub(super) async fn revoke(
    State(state): State<AppState>,
    peer: Peer,
    request: Request<Body>,
) -> Result<Response, Response> {
    let form = ClientForm::read(request, &state, &peer, ActivityKind::Revocation).await?;
    match state.oauth.revoke(form.as_request(), &peer.origin()).await {
        Ok(()) => Ok(response::json(StatusCode::OK, &json!({}))),
        Err(error) => Err(response::refusal(&error)),
    }
}
