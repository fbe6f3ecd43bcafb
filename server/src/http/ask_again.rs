//! Dangerous acts ask for the password again, if the member signed in more than 15 minutes ago: a browser that was left open
//! shows no secret and makes nobody a host.
//!
//! A form that comes too late is kept in a page that asks, and goes on from there. The password opens a new session in place
//! of the one before, so that there is one time that counts: that of the sign-in.

use std::time::Duration;

use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{Html, IntoResponse, Redirect, Response};
use http::header::{ACCEPT, CONTENT_LENGTH};
use http::{Method, StatusCode, Uri};
use latchkey_accounts::AccountError;
use latchkey_app::pages::{AskAgainPage, PASSWORD_AGAIN};
use latchkey_domain::limits;
use latchkey_storage::Session;
use zeroize::Zeroizing;

use super::failure::Failure;
use super::page_form::fields;
use super::pages::{frame, sentence, visitor};
use super::peer::Peer;
use super::return_to::ReturnTo;
use super::session::{self, MaybeSignedIn, SignedIn};
use super::sign_in::Refusal;
use super::state::AppState;

/// For how long a sign-in is enough.
const RECENT: Duration = Duration::from_secs(15 * 60);

/// Whether the member signed in a moment ago.
pub(super) fn is_recent(state: &AppState, session: &Session) -> bool {
    state.instance.clock.now().since(session.created_at) < RECENT
}

/// Asks first, where it is long ago. Who is signed out, or may not do it, is told so behind it.
pub(super) async fn first(
    State(state): State<AppState>,
    peer: Peer,
    MaybeSignedIn(signed_in): MaybeSignedIn,
    request: Request,
    next: Next,
) -> Result<Response, Failure> {
    let Some(signed_in) = signed_in.filter(|signed_in| !is_recent(&state, &signed_in.session)) else {
        return Ok(next.run(request).await);
    };
    if request.method() != Method::POST {
        let back = ReturnTo::of(request.uri());
        return Ok(Redirect::to(&back.sign_in_again()).into_response());
    }
    // A program of the page wants text, and cannot show a form.
    let wants_html = request
        .headers()
        .get(ACCEPT)
        .is_some_and(|types| types.to_str().is_ok_and(|types| types.contains("text/html")));
    if !wants_html {
        return Ok(StatusCode::FORBIDDEN.into_response());
    }
    let (mut parts, body) = request.into_parts();
    let bytes = state.bodies.read(body, limits::PAGE_FORM_BYTES).await?;
    if fields(&bytes) > limits::FORM_FIELDS {
        return Err(Failure::TooLarge);
    }
    let mut asked = Asked {
        state: &state,
        signed_in: &signed_in,
        uri: parts.uri.clone(),
        fields: Vec::new(),
    };
    let mut password = None;
    for (name, value) in form_urlencoded::parse(&bytes) {
        match name.as_ref() {
            PASSWORD_AGAIN => password = Some(Zeroizing::new(value.into_owned())),
            // Of the page that asked.
            "username" => {}
            _ => asked.fields.push((name.into_owned(), value.into_owned())),
        }
    }
    let Some(password) = password else {
        return asked.page(StatusCode::FORBIDDEN, None, None).await;
    };
    let sign_in = &state.instance.sign_in;
    let member = &signed_in.member;
    let hash = match sign_in.confirm(member, password, peer.address).await {
        Ok(hash) => hash,
        Err(AccountError::WrongCredentials) => {
            let wrong = Some("That is not your password.".to_owned());
            return asked.page(StatusCode::UNPROCESSABLE_ENTITY, wrong, None).await;
        }
        Err(error) => {
            let Some(refusal) = Refusal::of(&error) else {
                return Err(error.into());
            };
            let error = Some(sentence(&error.to_string()));
            return Ok(refusal.with(asked.page(StatusCode::FORBIDDEN, None, error).await?));
        }
    };
    let opened = sign_in.open(member, hash, peer.address, peer.user_agent).await?;
    let Some(opened) = opened else {
        return Ok(Redirect::to("/sign-in").into_response());
    };
    let form = asked.form();
    parts.headers.remove(CONTENT_LENGTH);
    let mut response = next.run(Request::from_parts(parts, Body::from(form))).await;
    // What the form did may have ended it already.
    let sessions = &state.instance.sessions;
    sessions.end_one(member.id, signed_in.session.id).await?;
    session::keep(&mut response, &state, &opened.token);
    Ok(response)
}

/// A form that came too late.
struct Asked<'a> {
    state: &'a AppState,
    signed_in: &'a SignedIn,
    uri: Uri,
    fields: Vec<(String, String)>,
}

impl Asked<'_> {
    async fn page(
        &self,
        status: StatusCode,
        password_error: Option<String>,
        error: Option<String>,
    ) -> Result<Response, Failure> {
        let action = self.uri.path_and_query().map_or("/", |path| path.as_str());
        let page = AskAgainPage {
            frame: frame(self.state).await?,
            visitor: visitor(&self.signed_in.member),
            email: self.signed_in.member.email.to_string(),
            action: action.to_owned(),
            fields: self.fields.clone(),
            password_error,
            error,
        };
        Ok((status, Html(page.to_html())).into_response())
    }

    /// The form as it was.
    fn form(&self) -> String {
        form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&self.fields)
            .finish()
    }
}
