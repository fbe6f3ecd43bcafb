//! Cross-site request forgery: a request that changes something must come from a page of this site.
//!
//! Browsers say where a request comes from, and no page can forge it: `Sec-Fetch-Site` (Fetch Metadata) and, where
//! that is missing (plain HTTP on a network), `Origin` (RFC 6454). The session cookie is also `SameSite=Lax`.

use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http::header::ORIGIN;
use http::{HeaderMap, Method};

use super::failure::Failure;
use super::session;
use super::state::AppState;

/// Lets safe requests and those from this site through.
pub(super) async fn check(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let safe = matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS | Method::TRACE
    );
    if safe || is_same_origin(&state, request.headers()) {
        return next.run(request).await;
    }
    tracing::warn!("refused a request from another site");
    Failure::CrossSite.into_response()
}

fn is_same_origin(state: &AppState, headers: &HeaderMap) -> bool {
    // `none`: the person did it, without a page.
    let said = headers
        .get("sec-fetch-site")
        .map(|site| site == "same-origin" || site == "none");
    if said == Some(false) {
        return false;
    }
    let origin = headers
        .get(ORIGIN)
        .map(|origin| origin.to_str().unwrap_or("null"));
    match origin {
        // Missing or hidden, as by some privacy tools: the browser already said that it is the same site.
        None | Some("null") if said == Some(true) => true,
        // Not compared with `Host`: a site whose name resolves here sends both alike.
        Some(origin) => state.public_url.is_origin(origin),
        // Every current browser sends one of them. Without a session there is nothing to forge either.
        None => session::tokens(state, headers).is_empty(),
    }
}
