//! `POST /oauth/token` (RFC 6749 section 3.2)

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::{Request, StatusCode};

use super::answer;
use super::form::ClientForm;
use crate::http::client::Client;
use crate::http::state::AppState;

/// Codes and refresh tokens for pairs of tokens.
pub(super) async fn answer(
    State(state): State<AppState>,
    client: Client,
    request: Request<Body>,
) -> Result<Response, Response> {
    let form = ClientForm::read(&state, request).await?;
    match state.oauth.token(form.as_request(), &client.origin()).await {
        Ok(tokens) => Ok(answer::json(StatusCode::OK, &tokens)),
        Err(error) => Err(answer::refusal(&error)),
    }
}
