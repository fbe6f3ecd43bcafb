//! `/sign-in/link`: a member with a link chooses a password.

use axum::extract::{Query, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use http::{HeaderMap, StatusCode};
use latchkey_accounts::{AccountError, LinkToken};
use latchkey_app::pages::{LinkOverPage, SIGN_IN_LINK, SignInLinkPage, browser_name};
use latchkey_domain::Member;
use latchkey_domain::member::NewPassword;
use serde::Deserialize;

use super::after_sign_in;
use super::cookies::{self, Cookie};
use super::failure::Failure;
use super::page_form::Form;
use super::pages::{frame, scripted_frame, sentence};
use super::passkeys;
use super::peer::Peer;
use super::return_to::ReturnTo;
use super::security_headers::allow_own_scripts;
use super::state::AppState;
use super::{sign_in, sign_in_code};

#[derive(Deserialize)]
pub(super) struct Link {
    #[serde(default)]
    token: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct LinkForm {
    token: String,
    password: String,
    /// See [`cookies::are_doubtful`].
    probed: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct PasskeyLinkForm {
    token: String,
    state: String,
    answer: String,
    name: String,
    /// See [`cookies::are_doubtful`].
    probed: String,
}

/// The form. It does not use the link up.
pub(super) async fn show(
    State(state): State<AppState>,
    headers: HeaderMap,
    peer: Peer,
    Query(link): Query<Link>,
) -> Result<Response, Failure> {
    let Some((_, member)) = find(&state, &link.token).await? else {
        return over(&state).await;
    };
    let page = SignInLinkPage {
        secure_address: cookies::secure_address(&state, &headers)
            .map(|origin| format!("{origin}{SIGN_IN_LINK}?token={}", link.token)),
        passkey_name: browser_name(peer.user_agent.as_deref()),
        ..page(&state, &member, link.token).await?
    };
    let mut response = shown(page);
    Cookie::Probe.set(&mut response, &state, "1", None);
    Ok(response)
}

/// Handles the form: the link is used up, and the member is signed in.
pub(super) async fn choose(
    State(state): State<AppState>,
    peer: Peer,
    headers: HeaderMap,
    Form(form): Form<LinkForm>,
) -> Result<Response, Failure> {
    let Some((token, member)) = find(&state, &form.token).await? else {
        return over(&state).await;
    };
    let password = match NewPassword::new(form.password) {
        Ok(password) => password,
        Err(error) => return again(&state, &member, form.token, error.to_string()).await,
    };
    let instance = &state.instance;
    let chosen = instance
        .links
        .choose_password(&token, &password, &peer.actor(None))
        .await;
    let (member, hash) = match chosen {
        Ok(chosen) => chosen,
        Err(AccountError::LinkOver) => return over(&state).await,
        Err(error @ AccountError::Busy) => {
            return again(&state, &member, form.token, error.to_string()).await;
        }
        Err(error) => return Err(error.into()),
    };
    tracing::info!(member = member.id.0, "chose a password with a link");
    after_sign_in::end_others_here(&state, &headers).await?;
    let home = ReturnTo::parse("/");
    let attempt = instance
        .sign_in
        .after_password(&member, hash, peer.address, peer.user_agent)
        .await;
    let attempt = match attempt {
        Ok(attempt) => attempt,
        // Members may sign in only with providers.
        Err(error) => return sign_in::show_error(&state, &headers, error, &home).await,
    };
    match attempt {
        Some(attempt) => sign_in_code::answer(&state, &headers, attempt, &form.probed, &home).await,
        None => Ok(Redirect::to(&home.sign_in()).into_response()),
    }
}

/// Handles the form with a passkey: the link is used up, and the member is signed in.
pub(super) async fn choose_passkey(
    State(state): State<AppState>,
    peer: Peer,
    headers: HeaderMap,
    Form(form): Form<PasskeyLinkForm>,
) -> Result<Response, Failure> {
    let Some((token, member)) = find(&state, &form.token).await? else {
        return over(&state).await;
    };
    let Some(passkeys) = &state.passkeys else {
        return over(&state).await;
    };
    let made = (form.state.as_str(), form.answer.as_str(), form.name.as_str());
    let origin = peer.actor(None);
    let member = match passkeys.choose((&token, member.id), made, &origin).await {
        Ok(member) => member,
        Err(AccountError::LinkOver) => return over(&state).await,
        Err(error @ AccountError::PasskeyRefused) => {
            return again(&state, &member, form.token, error.to_string()).await;
        }
        Err(error) => return Err(error.into()),
    };
    tracing::info!(member = member.id.0, "chose a passkey with a link");
    let home = ReturnTo::parse("/");
    let from = (peer.address, peer.user_agent);
    let signed_in = match state.instance.sign_in.with_passkey(member, &origin, from).await {
        Ok(signed_in) => signed_in,
        Err(error) => return sign_in::show_error(&state, &headers, error, &home).await,
    };
    match signed_in {
        Some(signed_in) => after_sign_in::go_on(&state, &headers, signed_in, &form.probed, &home).await,
        None => Ok(Redirect::to(&home.sign_in()).into_response()),
    }
}

/// The page, with its script if it has one.
fn shown(page: SignInLinkPage) -> Response {
    let has_script = page.passkey.is_some();
    let mut response = Html(page.to_html()).into_response();
    if has_script {
        allow_own_scripts(response.headers_mut());
    }
    response
}

/// The token and the member of a link that works.
async fn find(state: &AppState, text: &str) -> Result<Option<(LinkToken, Member)>, Failure> {
    let Some(token) = LinkToken::parse(text) else {
        return Ok(None);
    };
    match state.instance.links.find(&token).await {
        Ok(member) => Ok(Some((token, member))),
        Err(AccountError::LinkOver) => Ok(None),
        Err(error) => Err(error.into()),
    }
}

async fn page(state: &AppState, member: &Member, token: String) -> Result<SignInLinkPage, Failure> {
    let ceremony = match &state.passkeys {
        Some(passkeys) => passkeys.begin_adding(member).await?,
        None => None,
    };
    let scripts: &[&str] = if ceremony.is_some() {
        &[passkeys::SCRIPT]
    } else {
        &[]
    };
    Ok(SignInLinkPage {
        frame: scripted_frame(state, scripts).await?,
        passkey: ceremony.map(passkeys::options),
        passkey_name: String::new(),
        name: member.name.to_string(),
        email: member.email.to_string(),
        token,
        error: None,
        secure_address: None,
    })
}

async fn again(state: &AppState, member: &Member, token: String, error: String) -> Result<Response, Failure> {
    let page = SignInLinkPage {
        error: Some(sentence(&error)),
        ..page(state, member, token).await?
    };
    Ok((StatusCode::UNPROCESSABLE_ENTITY, shown(page)).into_response())
}

async fn over(state: &AppState) -> Result<Response, Failure> {
    let page = LinkOverPage {
        frame: frame(state).await?,
    };
    Ok((StatusCode::NOT_FOUND, Html(page.to_html())).into_response())
}
