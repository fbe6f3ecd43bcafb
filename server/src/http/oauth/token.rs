//! `POST /oauth/token` (RFC 6749 section 3.2)

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::{Request, StatusCode};
use latchkey_oauth::activity::ActivityKind;

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
    match state.oauth.token(form.as_request(), &peer.origin()).await {
        Ok(tokens) => Ok(response::json(StatusCode::OK, &tokens)),
        Err(error) => Err(response::refusal(&error)),
    }
}
