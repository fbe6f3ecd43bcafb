//! Helpers of the plain pages' handlers.

use axum::response::{Html, IntoResponse, Response};
use http::StatusCode;
use latchkey_app::pages::{Frame, Visitor};
use latchkey_domain::Member;
use latchkey_storage::StoreError;

use super::brand;
use super::security_headers::allow_own_scripts;
use super::state::AppState;

/// The frame of every page.
pub(super) async fn frame(state: &AppState) -> Result<Frame, StoreError> {
    let network = state.instance.store.network().await?;
    let bare = bare_frame(state);
    Ok(Frame {
        // Behind the page's own styles, whose colours it changes.
        extras: bare.extras.into_iter().chain(brand::sheet(&network)).collect(),
        network: network.name.to_string(),
        terms: network.terms,
        privacy_policy: network.privacy_policy,
        css: bare.css,
    })
}

/// The same without what is known of the network, when the store is unavailable.
pub(super) fn bare_frame(state: &AppState) -> Frame {
    Frame {
        network: "Latchkey".into(),
        css: state.assets.css.clone(),
        extras: extras(state, &[PAGE_STYLES]).collect(),
        ..Frame::default()
    }
}

/// Styles of single pages, which the interactive pages do not load.
const PAGE_STYLES: &str = "pages.css";

fn extras<'a>(state: &'a AppState, names: &'a [&str]) -> impl Iterator<Item = String> + 'a {
    names
        .iter()
        .map(|name| state.assets.extra(name))
        .filter(|address| !address.is_empty())
}

/// The frame of a page that also loads `names`: scripts of `public/scripts`, `graphiql.css` and the like. It is
/// sent with [`scripted`], which lets them run.
pub(super) async fn scripted_frame(state: &AppState, names: &[&str]) -> Result<Frame, StoreError> {
    let mut frame = frame(state).await?;
    frame.extras.extend(extras(state, names));
    Ok(frame)
}

/// The response with a page that has a [`scripted_frame`].
pub(super) fn scripted(status: StatusCode, html: String) -> Response {
    let mut response = (status, Html(html)).into_response();
    allow_own_scripts(response.headers_mut());
    response
}

/// The member who views the page.
pub(super) fn visitor(member: &Member) -> Visitor {
    Visitor {
        name: member.name.to_string(),
        is_host: member.role.is_host(),
    }
}

/// Turns a message into a sentence: `the email … is wrong` becomes `The email … is wrong.`
pub(super) fn sentence(message: &str) -> String {
    let mut characters = message.chars();
    let first = characters
        .next()
        .map(|first| first.to_uppercase().to_string())
        .unwrap_or_default();
    format!("{first}{}.", characters.as_str())
}
