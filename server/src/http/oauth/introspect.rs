//! `POST /oauth/introspect` (RFC 7662)

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::{Request, StatusCode};
use latchkey_oauth::activity::ActivityKind;

use super::form::ClientForm;
use super::response;
use crate::http::peer::Peer;
use crate::http::state::AppState;

/// A confidential application asks about its own tokens.
pub(super) async fn introspect(
    State(state): State<AppState>,
    peer: Peer,
    request: Request<Body>,
) -> Result<Response, Response> {
    let form = ClientForm::read(request, &state, &peer, ActivityKind::TokenUse).await?;
    match state.oauth.introspect(form.as_request(), &peer.origin()).await {
        Ok(introspection) => Ok(response::json(StatusCode::OK, &introspection)),
        Err(error) => Err(response::refusal(&error)),
    }
}
