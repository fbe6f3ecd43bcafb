//! `POST /oauth/introspect` (RFC 7662)

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::{Request, StatusCode};

use super::answer;
use super::form::ClientForm;
use crate::http::client::Client;
use crate::http::state::AppState;

/// What a confidential application may know of its own tokens.
pub(super) async fn answer(
    State(state): State<AppState>,
    client: Client,
    request: Request<Body>,
) -> Result<Response, Response> {
    let form = ClientForm::read(&state, request).await?;
    match state.oauth.introspect(form.as_request(), &client.origin()).await {
        Ok(introspection) => Ok(answer::json(StatusCode::OK, &introspection)),
        Err(error) => Err(answer::refusal(&error)),
    }
}
