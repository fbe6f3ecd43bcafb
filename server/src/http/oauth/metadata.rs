//! What clients read first: `/.well-known/oauth-authorization-server` (RFC 8414 section 3), `/.well-known/openid-configuration` and
//! `/.well-known/oauth-protected-resource`, alone and followed by the path of the GraphQL endpoint (RFC 9728 section
//! 3).

use axum::Json;
use axum::extract::{Path, State};
use axum::response::{IntoResponse, Response};
use http::header::CACHE_CONTROL;
use http::{HeaderValue, StatusCode};
use latchkey_oauth::{EndpointError, ErrorBody};
use serde::Serialize;

use super::response;
use crate::http::state::AppState;

/// How long the documents may be cached: they change with the binary or the public URL.
const KEPT: HeaderValue = HeaderValue::from_static("public, max-age=300");

/// The authorization server.
pub(super) async fn authorization_server(State(state): State<AppState>) -> Response {
    document(&state.oauth.metadata())
}

/// The OpenID Provider (OpenID Connect Discovery section 4).
pub(super) async fn openid_configuration(State(state): State<AppState>) -> Response {
    document(&state.oauth.openid_metadata())
}

/// The keys that sign ID tokens (RFC 7517 section 5).
pub(super) async fn jwks(State(state): State<AppState>) -> Result<Response, Response> {
    let keys = state.oauth.jwks().await;
    keys.map(|keys| document(&keys))
        .map_err(|error| response::refusal(&EndpointError::Unavailable(error)))
}

/// The whole server as a resource: userinfo.
pub(super) async fn protected_resource(State(state): State<AppState>) -> Response {
    document(&state.oauth.protected_resource_metadata(""))
}

/// The Headless API of the network with this slug or number. `resource` is the address that was asked for (RFC 9728 section
/// 3.3).
pub(super) async fn graphql(
    State(state): State<AppState>,
    Path(name): Path<String>,
) -> Result<Response, Response> {
    let network = state.instance.store.network().await;
    let network = network.map_err(|error| response::refusal(&EndpointError::Unavailable(error)))?;
    if network.slug.as_str() != name && network.id.to_string() != name {
        let body = ErrorBody {
            error: "not_found",
            error_description: "this server has no network of that name".to_owned(),
        };
        return Err(response::json(StatusCode::NOT_FOUND, &body));
    }
    let path = format!("/networks/{name}/graphql");
    Ok(document(&state.oauth.protected_resource_metadata(&path)))
}

fn document(metadata: &impl Serialize) -> Response {
    ([(CACHE_CONTROL, KEPT)], Json(metadata)).into_response()
}
