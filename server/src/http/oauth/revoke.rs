//! `POST /oauth/revoke` (RFC 7009)

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::{Request, StatusCode};
use latchkey_oauth::activity::ActivityKind;
use serde_json::json;

use super::answer;
use super::form::ClientForm;
use crate::http::client::Client;
use crate::http::state::AppState;

/// Ends what a token belongs to. The status says all (section 2.2); the body is an empty object, for clients that read each
/// answer as JSON.
pub(super) async fn answer(
    State(state): State<AppState>,
    client: Client,
    request: Request<Body>,
) -> Result<Response, Response> {
    let form = ClientForm::read(request, &state, &client, ActivityKind::Revocation).await?;
    match state.oauth.revoke(form.as_request(), &client.origin()).await {
        Ok(()) => Ok(answer::json(StatusCode::OK, &json!({}))),
        Err(error) => Err(answer::refusal(&error)),
    }
}
