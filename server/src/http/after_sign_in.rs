//! What follows once somebody is known: a session in this browser, the way on, and a mail about a new place.

use axum::response::{IntoResponse, Redirect, Response};
use http::HeaderMap;
use latchkey_accounts::SignedIn;
use latchkey_app::pages::browser_name;

use super::cookies;
use super::failure::Failure;
use super::peer::Peer;
use super::return_to::ReturnTo;
use super::session;
use super::state::AppState;

/// Sends somebody who is signed in now on their way.
pub(super) async fn go_on(
    state: &AppState,
    headers: &HeaderMap,
    signed_in: SignedIn,
    probed: &str,
    return_to: &ReturnTo,
) -> Result<Response, Failure> {
    end_others_here(state, headers).await?;
    state.metrics.sign_ins.succeeded.add();
    tracing::info!(member = signed_in.member.id.0, "signed in");
    let onward = onward(state, headers, probed, return_to);
    let mut response = Redirect::to(&onward).into_response();
    session::keep(&mut response, state, &signed_in.opened.token);
    Ok(response)
}

/// Ends the sessions of anyone signed in on this browser before.
pub(super) async fn end_others_here(state: &AppState, headers: &HeaderMap) -> Result<(), Failure> {
    for before in session::tokens(state, headers) {
        state.instance.sessions.end(&before).await?;
    }
    Ok(())
}

/// Tells a host by mail that their account was used at a place that is new.
pub(super) fn tell_new_place(state: &AppState, signed_in: &SignedIn, place: String) {
    if signed_in.is_new_place && signed_in.member.role.is_host() {
        state.mailing.tell_new_place(signed_in.member.id, place);
    }
}

/// The browser and the address of a sign-in, for a mail about it.
pub(super) fn place(peer: &Peer) -> String {
    let browser = browser_name(peer.user_agent.as_deref());
    match peer.address {
        Some(address) => format!("{browser}, {address}"),
        None => browser,
    }
}

/// Where a browser goes after signing in: on, or to a check if it may not keep cookies.
pub(super) fn onward(state: &AppState, headers: &HeaderMap, probed: &str, return_to: &ReturnTo) -> String {
    if !cookies::are_doubtful(state, headers, probed) {
        return return_to.as_str().to_owned();
    }
    let instance = &state.instance;
    let mark = instance.sign_in_marker.mark(instance.clock.now());
    return_to.just_signed_in(&mark)
}
