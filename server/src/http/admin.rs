//! `/admin`: the pages for hosts.

use axum::body::Body;
use axum::extract::State;
use axum::response::{Redirect, Response};
use http::{Request, StatusCode};
use latchkey_app::request::{BrandSheet, Request as PageRequest, Status};
use latchkey_domain::{Actor, Member};
use leptos::nonce::Nonce;
use leptos::prelude::provide_context;

use super::brand;
use super::failure::Failure;
use super::security_headers::allow_scripts;
use super::session::SignedIn;
use super::signed_in_host::forbidden;
use super::state::AppState;

/// There is one page in Admin so far.
pub(super) async fn redirect() -> Redirect {
    Redirect::to("/admin/settings/oauth-applications")
}

/// A rendered page of Admin; the browser hydrates it.
pub(super) async fn show(
    State(state): State<AppState>,
    SignedIn { member, by, .. }: SignedIn,
    request: Request<Body>,
) -> Result<Response, Failure> {
    if !member.role.is_host() {
        return forbidden(&state, &member, request.uri()).await;
    }
    let nonce = Nonce::new();
    let context = context(&state, member, by);
    let status = context.status.clone();
    let network = state.instance.store.network().await?;
    let brand = BrandSheet(brand::sheet(&network));
    let network = network.name.to_string();
    let (path, query) = (request.uri().path(), request.uri().query().unwrap_or_default());
    let first = latchkey_app::read_first_view(&context, network, path, query).await;
    let render = leptos_axum::render_app_async_with_context(
        {
            let nonce = nonce.clone();
            move || {
                // Replaces the framework's nonce: the header has to name the same one.
                provide_context(nonce.clone());
                provide_context(context.clone());
                provide_context(brand.clone());
                provide_context(first.clone());
            }
        },
        latchkey_app::shell,
    );
    let mut response = render(request).await;
    set_status(&mut response, &status);
    allow_scripts(response.headers_mut(), &nonce);
    Ok(response)
}

/// The context of Admin's pages and functions.
pub(super) fn context(state: &AppState, member: Member, by: Actor) -> PageRequest {
    PageRequest {
        actor: by,
        viewer: Some(member),
        registrar: state.instance.registrar.clone(),
        assets: state.assets.clone(),
        status: Status::default(),
    }
}

/// Sets the status that the page decided on.
pub(super) fn set_status(response: &mut Response, status: &Status) {
    if let Ok(status) = StatusCode::from_u16(status.get())
        && status != StatusCode::OK
    {
        *response.status_mut() = status;
    }
}
