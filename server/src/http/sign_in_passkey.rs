//! `/sign-in/passkey`: signing in with a passkey.

use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use http::HeaderMap;
use serde::Deserialize;

use super::failure::Failure;
use super::page_form::Form;
use super::peer::Peer;
use super::return_to::ReturnTo;
use super::state::AppState;
use super::{after_sign_in, sign_in};

/// What the form brings back.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct PasskeyForm {
    state: String,
    answer: String,
    return_to: String,
    /// See [`cookies::are_doubtful`](super::cookies::are_doubtful).
    probed: String,
}

/// Handles the form.
pub(super) async fn create(
    State(state): State<AppState>,
    peer: Peer,
    headers: HeaderMap,
    Form(form): Form<PasskeyForm>,
) -> Result<Response, Failure> {
    let return_to = ReturnTo::parse(&form.return_to);
    let Some(passkeys) = &state.passkeys else {
        return Ok(Redirect::to(&return_to.sign_in()).into_response());
    };
    let member = match passkeys.sign_in(&form.state, &form.answer).await {
        Ok(member) => member,
        Err(error) => return sign_in::show_error(&state, &headers, error, &return_to).await,
    };
    let (origin, place) = (peer.actor(None), after_sign_in::place(&peer));
    let from = (peer.address, peer.user_agent);
    let signed_in = match state.instance.sign_in.with_passkey(member, &origin, from).await {
        Ok(signed_in) => signed_in,
        Err(error) => return sign_in::show_error(&state, &headers, error, &return_to).await,
    };
    match signed_in {
        Some(signed_in) => {
            after_sign_in::tell_new_place(&state, &signed_in, place);
            after_sign_in::go_on(&state, &headers, signed_in, &form.probed, &return_to).await
        }
        None => Ok(Redirect::to(&return_to.sign_in()).into_response()),
    }
}
