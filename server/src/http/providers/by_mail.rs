//! `/sign-in/link-account`: the link in a mail that links an account at a provider.

use axum::extract::{Query, State};
use axum::response::{Html, IntoResponse, Response};
use http::{HeaderMap, StatusCode};
use latchkey_accounts::{LinkToken, Outcome};
use latchkey_app::pages::LinkAccountPage;
use serde::Deserialize;

use super::callback::go_on_with;
use super::refusal::refused;
use crate::http::cookies::Cookie;
use crate::http::failure::Failure;
use crate::http::page_form::Form;
use crate::http::pages::frame;
use crate::http::peer::Peer;
use crate::http::return_to::ReturnTo;
use crate::http::security_headers::allow_any_redirect;
use crate::http::state::AppState;

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Link {
    token: String,
}

/// Asks. It changes nothing, whatever opens it.
pub(super) async fn show(
    State(state): State<AppState>,
    Query(Link { token }): Query<Link>,
) -> Result<Response, Failure> {
    let page = LinkAccountPage {
        frame: frame(&state).await?,
        token,
    };
    let mut response = Html(page.to_html()).into_response();
    // The form may end at the application that the sign-in was for.
    allow_any_redirect(response.headers_mut());
    Ok(response)
}

/// Links the account and signs in.
pub(super) async fn link(
    State(state): State<AppState>,
    peer: Peer,
    headers: HeaderMap,
    Form(Link { token }): Form<Link>,
) -> Result<Response, Failure> {
    let Some(token) = LinkToken::parse(&token) else {
        return over(&state, &peer).await;
    };
    let (origin, browsers) = (peer.actor(None), Cookie::Provider.values(&state, &headers));
    let from = (peer.address, peer.user_agent.clone());
    let linked = state
        .instance
        .providers
        .link_by_mail(&token, browsers, &origin, from)
        .await?;
    match linked {
        Some((return_to, Outcome::Attempt(attempt))) => {
            let return_to = ReturnTo::parse(&return_to);
            go_on_with(&state, &peer, &headers, attempt, &return_to).await
        }
        Some((_, Outcome::Refused(_))) | None => over(&state, &peer).await,
    }
}

async fn over(state: &AppState, peer: &Peer) -> Result<Response, Failure> {
    let text = "It was used, it is more than an hour old, or it was opened in another browser than the one in which you \
                signed in. Start again from the sign-in page, and open the link in the same browser.";
    let link = ("Sign in", ReturnTo::home().sign_in());
    let title = "This link does not work";
    refused(state, peer, StatusCode::GONE, (title, text.to_owned()), link).await
}
