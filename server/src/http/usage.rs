//! `/admin/headless-api`: the API's URL and its use, for hosts.

use axum::extract::{Query, State};
use axum::response::Response;
use http::StatusCode;
use latchkey_app::pages::{UsagePage, period_of};
use serde::Deserialize;

use super::failure::Failure;
use super::pages::{scripted, scripted_frame, visitor};
use super::signed_in_host::SignedInHost;
use super::state::AppState;

/// The period to show.
#[derive(Deserialize)]
pub(super) struct Wanted {
    period: Option<String>,
}

/// The page.
pub(super) async fn show(
    State(state): State<AppState>,
    SignedInHost { host, caller, .. }: SignedInHost,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    // Includes the latest counts.
    state.usage.write_down(&*state.instance.store).await?;
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
    Ok(scripted(StatusCode::OK, page.to_html()))
}
