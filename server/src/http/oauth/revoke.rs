//! `POST /oauth/revoke` (RFC 7009)

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use http::Request;

use super::answer;
use super::form::ClientForm;
use crate::http::client::Client;
use crate::http::state::AppState;

/// Ends what a token belongs to. The body of the answer is empty: its status says all (section 2.2).
pub(super) async fn answer(
    State(state): State<AppState>,
    client: Client,
    request: Request<Body>,
) -> Result<Response, Response> {
    let form = ClientForm::read(&state, request).await?;
    match state.oauth.revoke(form.as_request(), &client.origin()).await {
        Ok(()) => Ok(answer::empty()),
        Err(error) => Err(answer::refusal(&error)),
    }
}
