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
use http::header::{ACCEPT, CONTENT_LENGTH, REFERER};
use http::{HeaderMap, Method, StatusCode, Uri};
use latchkey_accounts::{AccountError, Opened};
use latchkey_app::pages::{AskAgainPage, PASSWORD_AGAIN};
use latchkey_domain::provider::Provider;
use latchkey_domain::{Member, limits};
use latchkey_storage::Session;
use zeroize::Zeroizing;

use super::failure::Failure;
use super::page_form::fields;
use super::pages::{scripted_frame, sentence, visitor};
use super::passkeys;
use super::peer::Peer;
use super::providers::buttons::provider_buttons;
use super::refusal::Refusal;
use super::return_to::ReturnTo;
use super::security_headers::allow_own_scripts;
use super::session::{self, MaybeSignedIn, SignedIn};
use super::state::AppState;

/// For how long a sign-in is enough.
const RECENT: Duration = Duration::from_secs(15 * 60);

/// Whether the member signed in a moment ago.
pub(super) fn is_recent(state: &AppState, session: &Session) -> bool {
    state.instance.clock.now().since(session.created_at) < RECENT
}

/// Asks for the password first, if the last time is long ago. The handler behind it answers those who are signed out or may not do it.
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
        back: came_from(&state, &parts.headers),
        fields: Vec::new(),
    };
    let (mut password, mut ceremony, mut answer) = (None, String::new(), None);
    for (name, value) in form_urlencoded::parse(&bytes) {
        match name.as_ref() {
            PASSWORD_AGAIN => password = Some(Zeroizing::new(value.into_owned())),
            // Of the page that asked. No form behind it has fields of these names.
            "username" => {}
            "state" => ceremony = value.into_owned(),
            "answer" => answer = Some(value.into_owned()),
            _ => asked.fields.push((name.into_owned(), value.into_owned())),
        }
    }
    let member = &signed_in.member;
    let proof = match (password, answer) {
        (Some(password), _) => Proof::Password(password),
        (None, Some(answer)) => Proof::Passkey(ceremony, answer),
        (None, None) => return asked.page(StatusCode::FORBIDDEN, None, None).await,
    };
    let opened = match proved(&state, member, proof, &peer).await {
        Ok(opened) => opened,
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

/// The page of this site that a form was on.
fn came_from(state: &AppState, headers: &HeaderMap) -> ReturnTo {
    let referer = headers.get(REFERER).and_then(|referer| referer.to_str().ok());
    let path = referer.and_then(|referer| referer.strip_prefix(state.public_url.origin()));
    path.map_or_else(ReturnTo::home, ReturnTo::parse)
}

/// With what a member shows that it is them.
enum Proof {
    Password(Zeroizing<String>),
    /// The state of the ceremony, and the answer of the browser.
    Passkey(String, String),
}

/// A new session for who proved that it is them. `None` if the password changed meanwhile.
async fn proved(
    state: &AppState,
    member: &Member,
    proof: Proof,
    peer: &Peer,
) -> Result<Option<Opened>, AccountError> {
    let sign_in = &state.instance.sign_in;
    match proof {
        Proof::Password(password) => {
            let hash = sign_in.confirm(member, password, peer.address).await?;
            sign_in
                .open(
                    member,
                    (hash, latchkey_storage::Proof::Password),
                    peer.address,
                    peer.user_agent.clone(),
                )
                .await
        }
        Proof::Passkey(ceremony, answer) => {
            let passkeys = state.passkeys.as_ref().ok_or(AccountError::PasskeyRefused)?;
            let found = passkeys.sign_in(&ceremony, &answer).await?;
            if found.id != member.id {
                return Err(AccountError::PasskeyRefused);
            }
            let from = (peer.address, peer.user_agent.clone());
            let signed_in = sign_in.with_passkey(found, &peer.actor(None), from).await?;
            Ok(signed_in.map(|signed_in| signed_in.opened))
        }
    }
}

/// A form that came too late.
struct Asked<'a> {
    state: &'a AppState,
    signed_in: &'a SignedIn,
    uri: Uri,
    /// The page with the form.
    back: ReturnTo,
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
        let member = &self.signed_in.member;
        let ceremony = match &self.state.passkeys {
            Some(passkeys) if !passkeys.list(member.id).await?.is_empty() => passkeys.begin_sign_in(),
            _ => None,
        };
        let scripts: &[&str] = if ceremony.is_some() {
            &[passkeys::SCRIPT]
        } else {
            &[]
        };
        let store = &self.state.instance.store;
        let ways = store.ways_in(member.id).await?;
        let linked = store.linked_accounts(member.id).await?;
        let is_linked = |provider: &Provider| linked.iter().any(|account| account.provider.id == provider.id);
        // The form itself does not go along: the page that it is on is where the person does it once more.
        let providers = provider_buttons(self.state, &self.back, true, is_linked).await?;
        let page = AskAgainPage {
            frame: scripted_frame(self.state, scripts).await?,
            passkey: ceremony.map(passkeys::options),
            visitor: visitor(&self.signed_in.member),
            email: self.signed_in.member.email.to_string(),
            action: action.to_owned(),
            fields: self.fields.clone(),
            password_is_set: ways.has_password,
            providers,
            password_error,
            error,
        };
        let mut response = (status, Html(page.to_html())).into_response();
        if !scripts.is_empty() {
            allow_own_scripts(response.headers_mut());
        }
        Ok(response)
    }

    /// The form as it was.
    fn form(&self) -> String {
        form_urlencoded::Serializer::new(String::new())
            .extend_pairs(&self.fields)
            .finish()
    }
}
