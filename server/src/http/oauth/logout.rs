//! `/oauth/logout`: an application asks to sign somebody out (OpenID Connect RP-Initiated Logout 1.0).

use axum::extract::{RawQuery, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use form_urlencoded::Serializer;
use http::HeaderMap;
use latchkey_app::pages::{LogoutPage, LogoutState};
use latchkey_oauth::openid::logout::PATH;
use latchkey_oauth::{Logout, RequestOrigin};

use super::authorize::explain;
use super::form;
use crate::http::end_sessions::end_sessions;
use crate::http::failure::Failure;
use crate::http::page_form::FormBody;
use crate::http::pages::frame;
use crate::http::peer::Peer;
use crate::http::return_to::ReturnTo;
use crate::http::security_headers::allow_any_redirect;
use crate::http::session::{self, MaybeSignedIn};
use crate::http::state::AppState;

/// An application sent the browser here. Only an ID token of who is signed in ends the session without a question.
pub(super) async fn show(
    State(state): State<AppState>,
    peer: Peer,
    MaybeSignedIn(signed_in): MaybeSignedIn,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let query = query.unwrap_or_default();
    let pairs = form::pairs(query.as_bytes()).ok_or(Failure::BadRequest)?;
    let logout = match state.oauth.logout(&pairs, &peer.origin()).await {
        Ok(logout) => logout,
        Err(error) => return Ok(explain(&state, &peer, false, &error).await),
    };
    let Logout {
        application,
        member,
        back,
        is_refused,
    } = logout;
    let is_proven = member.is_some() && !is_refused;
    let is_them = signed_in
        .as_ref()
        .is_some_and(|signed_in| is_proven && member == Some(signed_in.member.id));
    if is_them {
        end_sessions(&state, &peer, &headers).await?;
    }
    let page_state = match signed_in {
        Some(signed_in) if !is_them => LogoutState::Asks {
            member: signed_in.member,
            return_to: ReturnTo::parse(&format!("{PATH}?{query}")).as_str().to_owned(),
        },
        _ => LogoutState::Done { back },
    };
    // Its form leads to the application in the end.
    let asks = matches!(page_state, LogoutState::Asks { .. });
    let mut response = match page_state {
        LogoutState::Done { back: Some(back) } if is_proven => Redirect::to(&back).into_response(),
        page_state => {
            let page = LogoutPage {
                frame: frame(&state).await?,
                application: application.map(|application| application.spec.name.to_string()),
                stays: is_refused,
                state: page_state,
            };
            Html(page.to_html()).into_response()
        }
    };
    if asks {
        allow_any_redirect(response.headers_mut());
    }
    if is_them {
        session::clear(&mut response, &state);
    }
    Ok(response)
}

/// The same as a form of the application (section 2). Such a request comes without the session's cookie, so that the browser
/// has to come again.
pub(super) async fn again(FormBody(body): FormBody) -> Result<Response, Failure> {
    let pairs = form::pairs(&body).ok_or(Failure::BadRequest)?;
    let query = Serializer::new(String::new()).extend_pairs(pairs).finish();
    Ok(Redirect::to(&format!("{PATH}?{query}")).into_response())
}

/// Where the browser goes after the person has signed out for a request with this query.
pub(in crate::http) async fn after(
    state: &AppState,
    query: &str,
    origin: &RequestOrigin,
) -> Result<Option<String>, Failure> {
    let pairs = form::pairs(query.as_bytes()).ok_or(Failure::BadRequest)?;
    let logout = state.oauth.logout(&pairs, origin).await;
    Ok(logout.ok().and_then(|logout| logout.back))
}
