//! `/sign-out`

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use http::HeaderMap;
use latchkey_storage::AuditAction;
use serde::Deserialize;

use super::account::note_host;
use super::failure::Failure;
use super::oauth::logged_out;
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

/// Ends the session of a browser, if it has one. The response has to clear the cookie.
pub(super) async fn end_sessions(state: &AppState, peer: &Peer, headers: &HeaderMap) -> Result<(), Failure> {
    for token in session::tokens(state, headers) {
        if let Some((_, member)) = state.instance.sessions.find(&token).await? {
            let by = peer.actor(Some(member.id));
            note_host(state, &member, by, AuditAction::SignedOut, "").await?;
            state.oauth.end_explorer_logins(member.id).await?;
        }
        state.instance.sessions.end(&token).await?;
    }
    Ok(())
}

/// The sign-out form. Repeating it is not an error. If an application asked for it, the browser goes back there.
pub(super) async fn end(
    State(state): State<AppState>,
    peer: Peer,
    headers: HeaderMap,
    form: Result<Form<SignOutForm>, Response>,
) -> Result<Response, Failure> {
    end_sessions(&state, &peer, &headers).await?;
    let return_to = form.map_or_else(
        |_| ReturnTo::home(),
        |Form(form)| ReturnTo::parse(&form.return_to),
    );
    let address = match return_to.logout_query() {
        Some(query) => match logged_out(&state, query, &peer.origin()).await? {
            Some(back) => back,
            None => return_to.as_str().to_owned(),
        },
        None => return_to.sign_in(),
    };
    let mut response = Redirect::to(&address).into_response();
    session::clear(&mut response, &state);
    Ok(response)
}
