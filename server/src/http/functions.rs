//! `/api/…`: the functions that the page calls.

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use http::Request;
use http::header::{ACCEPT, CONTENT_LENGTH, REFERER};
use latchkey_app::request::{Request as PageRequest, Status};
use leptos::prelude::provide_context;
use leptos::server_fn::axum::get_server_fn_service;

use super::admin::set_status;
use super::client::Client;
use super::errors::Failure;
use super::session::MaybeSignedIn;
use super::state::AppState;

/// The most bytes of a call: many times what the largest form can hold, so that its own errors are seen.
pub(super) const LIMIT: usize = 2 * 1024 * 1024;

/// Calls a function. It decides itself who may.
pub(super) async fn call(
    State(state): State<AppState>,
    client: Client,
    MaybeSignedIn(signed_in): MaybeSignedIn,
    request: Request<Body>,
) -> Result<Response, Failure> {
    if get_server_fn_service(request.uri().path(), request.method().clone()).is_none() {
        return Err(Failure::UnknownFunction);
    }
    let (mut parts, body) = request.into_parts();
    let body = read(
        parts
            .headers
            .get(CONTENT_LENGTH)
            .and_then(|length| length.to_str().ok()),
        body,
    )
    .await?;
    // For a browser's form the framework would answer with a redirect back to it; the page has no such forms.
    parts.headers.remove(ACCEPT);
    parts.headers.remove(REFERER);

    let member = signed_in.map(|signed_in| signed_in.member);
    let context = PageRequest {
        actor: client.actor(member.as_ref().map(|member| member.id)),
        viewer: member,
        registrar: state.instance.registrar.clone(),
        assets: state.assets.clone(),
        status: Status::default(),
    };
    let status = context.status.clone();
    let answer = leptos_axum::handle_server_fns_with_context(
        move || provide_context(context.clone()),
        Request::from_parts(parts, Body::from(body)),
    );
    let mut response = answer.await.into_response();
    set_status(&mut response, &status);
    Ok(response)
}

async fn read(announced: Option<&str>, body: Body) -> Result<Bytes, Failure> {
    if announced
        .and_then(|length| length.parse::<usize>().ok())
        .is_some_and(|length| length > LIMIT)
    {
        return Err(Failure::TooLarge);
    }
    axum::body::to_bytes(body, LIMIT)
        .await
        .map_err(|_| Failure::TooLarge)
}
