//! `/`

use axum::extract::State;
use axum::response::{Html, IntoResponse, Redirect, Response};
use latchkey_app::pages::HomePage;

use super::failure::Failure;
use super::pages::{frame, visitor};
use super::session::MaybeSignedIn;
use super::state::AppState;

/// Redirects to setup, to sign-in, or to the member's first page.
pub(super) async fn show(
    State(state): State<AppState>,
    MaybeSignedIn(signed_in): MaybeSignedIn,
) -> Result<Response, Failure> {
    if let Some(signed_in) = signed_in {
        let page = HomePage {
            frame: frame(&state).await?,
            visitor: visitor(&signed_in.member),
        };
        return Ok(Html(page.to_html()).into_response());
    }
    let next = if state.instance.setup.is_needed().await? {
        "/setup"
    } else {
        "/sign-in"
    };
    Ok(Redirect::to(next).into_response())
}
