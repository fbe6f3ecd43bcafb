//! `/api/…`: the functions that the page calls.

use axum::Json;
use axum::body::Body;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::header::{ACCEPT, REFERER};
use http::{Request, StatusCode};
use latchkey_domain::{Member, limits};
use leptos::prelude::provide_context;
use leptos::server_fn::axum::get_server_fn_service;
use serde_json::json;

use super::failure::Failure;
use super::session::{MaybeSignedIn, SignedIn};
use super::state::AppState;
use super::{admin, ask_again};

/// The functions with a form.
const WITH_FORM: [&str; 2] = ["/api/applications/create", "/api/applications/update"];

/// The functions that show or make a secret.
const WITH_SECRET: &str = "/api/applications/secrets/";

/// Calls a function, which checks permissions itself. Nothing sent by a signed-out caller is read.
pub(super) async fn call(
    State(state): State<AppState>,
    MaybeSignedIn(signed_in): MaybeSignedIn,
    request: Request<Body>,
) -> Result<Response, Failure> {
    if get_server_fn_service(request.uri().path(), request.method().clone()).is_none() {
        return Err(Failure::UnknownFunction);
    }
    // The same responses as from the functions.
    let Some(SignedIn { member, session, by }) = signed_in else {
        return Ok((StatusCode::UNAUTHORIZED, Json(json!({ "error": "signed_out" }))).into_response());
    };
    let is_secret = request.uri().path().starts_with(WITH_SECRET);
    if is_secret && member.role.is_host() && !ask_again::is_recent(&state, &session) {
        return Ok((StatusCode::FORBIDDEN, Json(json!({ "error": "ask_again" }))).into_response());
    }
    let (mut parts, body) = request.into_parts();
    let body = state.bodies.read(body, limit(parts.uri.path(), &member)).await?;
    // The framework would redirect a browser's form back to its page; no page has such a form.
    parts.headers.remove(ACCEPT);
    parts.headers.remove(REFERER);

    let context = admin::context(&state, member, by);
    let status = context.status.clone();
    let answer = leptos_axum::handle_server_fns_with_context(
        move || provide_context(context.clone()),
        Request::from_parts(parts, Body::from(body)),
    );
    let mut response = answer.await.into_response();
    admin::set_status(&mut response, &status);
    Ok(response)
}

/// The maximum body size in bytes of `member` for the function at `path`.
fn limit(path: &str, member: &Member) -> usize {
    if WITH_FORM.contains(&path) && member.role.is_host() {
        limits::APPLICATION_BYTES
    } else {
        limits::FUNCTION_BYTES
    }
}
