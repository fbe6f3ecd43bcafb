//! Access to what only hosts may open.

use axum::extract::FromRequestParts;
use axum::response::{Html, IntoResponse, Response};
use http::request::Parts;
use http::{StatusCode, Uri};
use latchkey_app::pages::ForbiddenPage;
use latchkey_domain::{Actor, Member};
use latchkey_registration::Caller;

use super::failure::Failure;
use super::pages::{frame, visitor};
use super::return_to::ReturnTo;
use super::session::SignedIn;
use super::state::AppState;

/// A signed-in host. As an extractor it sends signed-out visitors to sign in and return, and shows everyone else that
/// they have no access.
#[derive(Clone, Debug)]
pub(super) struct SignedInHost {
    pub(super) host: Member,
    /// The same host as a caller of the applications' rules.
    pub(super) caller: Caller,
    /// The same host in the audit trail.
    pub(super) by: Actor,
}

impl FromRequestParts<AppState> for SignedInHost {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        let SignedIn { member, by, .. } = SignedIn::from_request_parts(parts, state).await?;
        if member.role.is_host() {
            return Ok(Self {
                caller: Caller::member(&member, by.clone()),
                host: member,
                by,
            });
        }
        let page = forbidden(state, &member, &parts.uri).await;
        Err(page.unwrap_or_else(IntoResponse::into_response))
    }
}

/// The page for a signed-in member who is not a host.
pub(super) async fn forbidden(state: &AppState, member: &Member, uri: &Uri) -> Result<Response, Failure> {
    let page = ForbiddenPage {
        frame: frame(state).await?,
        visitor: visitor(member),
        email: member.email.to_string(),
        return_to: ReturnTo::of(uri).as_str().to_owned(),
    };
    Ok((StatusCode::FORBIDDEN, Html(page.to_html())).into_response())
}
