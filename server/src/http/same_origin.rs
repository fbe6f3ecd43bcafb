//! Cross-site request forgery: what changes something must come from a page of this site.
//!
//! Browsers say where a request comes from, and no page can make them lie: `Sec-Fetch-Site` (Fetch Metadata) and, where
//! that is missing (plain HTTP on a network), `Origin` (RFC 6454). The session cookie is `SameSite=Lax` besides.

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
    // `none`: the person did it, with no page involved.
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
        // Left out or hidden, as by some privacy tools: the browser has said that it is the same.
        None | Some("null") if said == Some(true) => true,
        // Not with the `Host` of the request: whose name leads here, that site's pages send both alike.
        Some(origin) => state.public_url.is_origin(origin),
        // No browser of today leaves both out. Without a session there is nothing to be forged either.
        None => session::tokens(state, headers).is_empty(),
    }
}
