//! `/sign-out`

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use http::HeaderMap;
use serde::Deserialize;

use super::end_sessions::end_sessions;
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
