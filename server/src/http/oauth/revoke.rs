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

/// Ends what a token belongs to. The status says all (section 2.2); the body is an empty object, for clients that read each
/// answer as JSON.
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
