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

/// The sessions of a browser are over. Its response clears the cookie.
#[must_use]
pub(super) struct Ended(());

impl Ended {
    pub(super) fn clear(self, response: &mut Response, state: &AppState) {
        session::clear(response, state);
    }
}

/// Ends the session of a browser, if it has one.
pub(super) async fn end_sessions(
    state: &AppState,
    peer: &Peer,
    headers: &HeaderMap,
) -> Result<Ended, Failure> {
    for token in session::tokens(state, headers) {
        if let Some((_, member)) = state.instance.sessions.find(&token).await? {
            note_host(state, peer, &member, AuditAction::SignedOut, "").await?;
            state.oauth.end_explorer_logins(member.id).await?;
        }
        state.instance.sessions.end(&token).await?;
    }
    Ok(Ended(()))
}

/// The sign-out form. Repeating it is not an error. If an application asked for it, the browser goes back there.
pub(super) async fn end(
    State(state): State<AppState>,
    peer: Peer,
    headers: HeaderMap,
    form: Result<Form<SignOutForm>, Response>,
) -> Result<Response, Failure> {
    let ended = end_sessions(&state, &peer, &headers).await?;
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
    ended.clear(&mut response, &state);
    Ok(response)
}
