//! Who is signed in: the cookie and what it leads to.

use axum::extract::FromRequestParts;
use axum::response::{IntoResponse, Redirect, Response};
use http::header::SET_COOKIE;
use http::request::Parts;
use http::{HeaderMap, HeaderValue, Method};
use latchkey_accounts::{SESSION_LIFETIME, SessionToken};
use latchkey_domain::Member;
use latchkey_store::Session;

use super::cookies;
use super::errors::Failure;
use super::return_to::ReturnTo;
use super::state::AppState;

/// Who is signed in, and in which session. As an extractor it sends the signed-out to sign in and come back.
#[derive(Clone, Debug)]
pub(super) struct SignedIn {
    pub(super) member: Member,
    pub(super) session: Session,
}

/// Who is signed in, if anyone is.
#[derive(Clone, Debug)]
pub(super) struct MaybeSignedIn(pub(super) Option<SignedIn>);

impl FromRequestParts<AppState> for MaybeSignedIn {
    type Rejection = Failure;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Failure> {
        // One that a parent domain set under the same name must not hide ours.
        for token in tokens(state, &parts.headers) {
            if let Some((session, member)) = state.instance.sessions.find(&token).await? {
                return Ok(Self(Some(SignedIn { member, session })));
            }
        }
        Ok(Self(None))
    }
}

impl FromRequestParts<AppState> for SignedIn {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Response> {
        match MaybeSignedIn::from_request_parts(parts, state).await {
            Ok(MaybeSignedIn(Some(signed_in))) => Ok(signed_in),
            Ok(MaybeSignedIn(None)) => {
                // A form cannot be sent again by coming back to its address.
                let back = if parts.method == Method::GET {
                    ReturnTo::of(&parts.uri)
                } else {
                    ReturnTo::home()
                };
                Err(Redirect::to(&back.sign_in()).into_response())
            }
            Err(failure) => Err(failure.into_response()),
        }
    }
}

/// The most tokens that are tried: each is a query to the database.
const TRIED: usize = 8;

/// What may be the session's token in the request's cookies: usually one.
pub(super) fn tokens(state: &AppState, headers: &HeaderMap) -> Vec<SessionToken> {
    cookies::values(headers, cookie_name(state))
        .filter_map(SessionToken::parse)
        .take(TRIED)
        .collect()
}

/// Makes the browser keep `token`.
pub(super) fn keep(response: &mut Response, state: &AppState, token: &SessionToken) {
    set_cookie(response, state, token.expose(), SESSION_LIFETIME.as_secs());
}

/// Makes the browser forget its session.
pub(super) fn forget(response: &mut Response, state: &AppState) {
    set_cookie(response, state, "", 0);
}

/// With HTTPS, the name itself makes browsers refuse the cookie from anywhere but this host (RFC 6265bis section 4.1.3).
fn cookie_name(state: &AppState) -> &'static str {
    if state.public_url.is_https() {
        "__Host-latchkey_session"
    } else {
        "latchkey_session"
    }
}

fn set_cookie(response: &mut Response, state: &AppState, value: &str, seconds: u64) {
    let name = cookie_name(state);
    let secure = if state.public_url.is_https() {
        "; Secure"
    } else {
        ""
    };
    let cookie = format!("{name}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}");
    if let Ok(mut cookie) = HeaderValue::from_str(&cookie) {
        cookie.set_sensitive(true);
        response.headers_mut().append(SET_COOKIE, cookie);
    }
}
