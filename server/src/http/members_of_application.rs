//! `/admin/settings/oauth-applications/{client_id}/members`: the members who are connected to an application, for hosts,
//! and revoking the access of one.

use axum::extract::{Path, Query, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use latchkey_app::pages::MembersOfApplicationPage;
use latchkey_domain::MemberId;
use serde::Deserialize;

use super::failure::Failure;
use super::pages::{frame, visitor};
use super::signed_in_host::SignedInHost;
use super::state::AppState;

/// The page, and the result of the last form. Only fixed texts are shown for it, never any text from the URL.
#[derive(Deserialize)]
pub(super) struct Wanted {
    page: Option<String>,
    revoked: Option<String>,
}

/// A page of the members.
pub(super) async fn show(
    State(state): State<AppState>,
    SignedInHost { host, caller, .. }: SignedInHost,
    Path(client_id): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    let registrar = &state.instance.registrar;
    let listing = registrar.find(&caller, &client_id).await?;
    let number = wanted.page.and_then(|page| page.parse().ok()).unwrap_or(1);
    let members = registrar.connected_members(&caller, &client_id, number).await?;
    let notice = match wanted.revoked.as_deref() {
        Some("one") => Some("The member is disconnected. The application’s tokens for them no longer work."),
        _ => None,
    };
    let page = MembersOfApplicationPage {
        frame: frame(&state).await?,
        visitor: visitor(&host),
        application: listing.application,
        failures: listing.health.failures,
        members,
        notice: notice.map(str::to_owned),
        now: registrar.now(),
    };
    Ok(Html(page.to_html()).into_response())
}

/// Disconnects a member. Repeating it changes nothing.
pub(super) async fn revoke(
    State(state): State<AppState>,
    SignedInHost { caller, .. }: SignedInHost,
    Path((client_id, member)): Path<(String, i64)>,
) -> Result<Response, Failure> {
    let registrar = &state.instance.registrar;
    registrar
        .disconnect_member(&caller, &client_id, MemberId(member))
        .await?;
    let address = format!("/admin/settings/oauth-applications/{client_id}/members?revoked=one");
    Ok(Redirect::to(&address).into_response())
}
