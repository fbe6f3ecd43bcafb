//! `GET /oauth/userinfo`, and `POST` as OIDC allows (Core section 5.3.1). Either way the token is in the
//! `Authorization` header.

use axum::extract::State;
use axum::response::Response;
use http::{HeaderMap, StatusCode};
use latchkey_oauth::{AccessError, AuthorizationServer, ErrorBody};

use super::form::authorization;
use super::response;
use crate::http::peer::Peer;
use crate::http::state::AppState;

/// Shows who granted the token.
pub(super) async fn show(
    State(state): State<AppState>,
    peer: Peer,
    headers: HeaderMap,
) -> Result<Response, Response> {
    let authorization = authorization(&headers);
    let origin = peer.origin();
    match state.oauth.userinfo(authorization.as_deref(), &origin).await {
        Ok(userinfo) => Ok(response::json(StatusCode::OK, &userinfo)),
        Err(error) => Err(refusal(&error, &state.oauth)),
    }
}

/// A refusal in the form of RFC 6750 section 3. The header of a request without a token names no error (section 3.1);
/// the body, which the RFC leaves open, still tells the integrator.
fn refusal(error: &AccessError, server: &AuthorizationServer) -> Response {
    if let AccessError::Unavailable(cause) = error {
        response::log(cause);
    }
    let status = response::status(error.status());
    let body = ErrorBody {
        error: error.id().unwrap_or("invalid_token"),
        error_description: error.description(),
    };
    let mut response = response::json(status, &body);
    response::challenge(&mut response, error, server, "");
    response
}
