//! `/sign-out`

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use http::HeaderMap;
use latchkey_storage::AuditAction;
use serde::Deserialize;

use super::account::note_host;
use super::failure::Failure;
use super::page_form::Form;
use super::peer::Peer;
use super::return_to::ReturnTo;
use super::session;
use super::state::AppState;

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct SignOutForm {
    /// Where the next sign-in leads.
    return_to: String,
}

/// Ends the session. Repeating it is not an error.
pub(super) async fn end(
    State(state): State<AppState>,
    peer: Peer,
    headers: HeaderMap,
    form: Result<Form<SignOutForm>, Response>,
) -> Result<Response, Failure> {
    for token in session::tokens(&state, &headers) {
        if let Some((_, member)) = state.instance.sessions.find(&token).await? {
            note_host(&state, &peer, &member, AuditAction::SignedOut, "").await?;
            state.oauth.end_explorer_logins(member.id).await?;
        }
        state.instance.sessions.end(&token).await?;
    }
    let return_to = form.map_or_else(
        |_| ReturnTo::home(),
        |Form(form)| ReturnTo::parse(&form.return_to),
    );
    let mut response = Redirect::to(&return_to.sign_in()).into_response();
    session::clear(&mut response, &state);
    Ok(response)
}
