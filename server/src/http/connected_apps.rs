//! `/account/connected-apps`: the applications that a member allowed, and revoking access.

use axum::extract::{Path, Query, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use latchkey_app::pages::ConnectedAppsPage;
use latchkey_domain::ClientId;
use serde::Deserialize;

use super::failure::Failure;
use super::pages::{frame, visitor};
use super::peer::Peer;
use super::session::SignedIn;
use super::state::AppState;

/// The result of the last form, from the URL. Only fixed texts are shown, never any text from the URL.
#[derive(Deserialize)]
pub(super) struct Outcome {
    revoked: Option<String>,
}

/// The applications that the member allowed.
pub(super) async fn show(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Query(outcome): Query<Outcome>,
) -> Result<Response, Failure> {
    let notice = match outcome.revoked.as_deref() {
        Some("one") => Some("The application is disconnected. Its tokens no longer work."),
        _ => None,
    };
    let page = ConnectedAppsPage {
        frame: frame(&state).await?,
        visitor: visitor(&signed_in.member),
        connections: state.oauth.connected_apps(&signed_in.member).await?,
        disconnected: state.oauth.disconnected_by_password(&signed_in.member).await?,
        notice: notice.map(str::to_owned),
        now: state.instance.clock.now(),
    };
    Ok(Html(page.to_html()).into_response())
}

/// Disconnects an application. If it is not connected, the response does not say whether it ever was.
pub(super) async fn revoke(
    State(state): State<AppState>,
    peer: Peer,
    signed_in: SignedIn,
    Path(client_id): Path<String>,
) -> Result<Response, Failure> {
    let client_id: ClientId = client_id.parse().map_err(|_| Failure::NotFound)?;
    state
        .oauth
        .disconnect(&signed_in.member, &client_id, &peer.origin())
        .await?;
    Ok(Redirect::to("/account/connected-apps?revoked=one").into_response())
}
