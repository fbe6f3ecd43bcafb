//! `/admin/headless-api`: the API's address and its use, for hosts.

use axum::extract::{Query, State};
use axum::response::{Html, IntoResponse, Response};
use latchkey_app::pages::{UsagePage, period_of};
use latchkey_registration::Caller;
use serde::Deserialize;

use super::client::Client;
use super::errors::Failure;
use super::hosts::SignedInHost;
use super::pages::{scripted_frame, visitor};
use super::security_headers::allow_own_scripts;
use super::state::AppState;

/// How far back.
#[derive(Deserialize)]
pub(super) struct Wanted {
    period: Option<String>,
}

/// The page.
pub(super) async fn show(
    State(state): State<AppState>,
    client: Client,
    SignedInHost(host): SignedInHost,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    // What was counted a moment ago belongs to it.
    state.usage.write_down(&*state.instance.store).await?;
    let caller = Caller::member(&host, client.actor(Some(host.id)));
    let registrar = &state.instance.registrar;
    let report = registrar
        .usage(&caller, period_of(wanted.period.as_deref()))
        .await?;
    let network = registrar.network().await?;
    let page = UsagePage {
        frame: scripted_frame(&state, &["copy.js"]).await?,
        visitor: visitor(&host),
        endpoint: format!("{}/networks/{}/graphql", state.public_url.origin(), network.slug),
        report,
    };
    let mut response = Html(page.to_html()).into_response();
    allow_own_scripts(response.headers_mut());
    Ok(response)
}
