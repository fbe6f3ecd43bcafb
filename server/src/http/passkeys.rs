//! `/account/passkeys`: the passkeys of a member, and what a page with a passkey has.

use axum::extract::{Path, Query, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use http::StatusCode;
use latchkey_accounts::{AccountError, Ceremony};
use latchkey_app::pages::{AddPasskeyPage, PasskeyOptions, PasskeyRow, PasskeysPage, browser_name};
use latchkey_domain::Member;
use latchkey_storage::{PasskeyId, PasskeyRecord};
use serde::Deserialize;

use super::failure::Failure;
use super::page_form::Form;
use super::pages::{frame, scripted, scripted_frame, sentence, visitor};
use super::peer::Peer;
use super::session::SignedIn;
use super::state::AppState;

const PATH: &str = "/account/passkeys";

/// The script of the pages with a passkey.
pub(super) const SCRIPT: &str = "passkey.js";

/// A ceremony as a page has it.
pub(super) fn options(ceremony: Ceremony) -> PasskeyOptions {
    PasskeyOptions {
        options: ceremony.options,
        state: ceremony.state,
    }
}

/// The result of the last form, from the URL. Only fixed texts are shown.
#[derive(Deserialize)]
pub(super) struct Outcome {
    done: Option<String>,
}

pub(super) async fn show(
    State(state): State<AppState>,
    SignedIn { member, .. }: SignedIn,
    Query(outcome): Query<Outcome>,
) -> Result<Response, Failure> {
    let notice = match outcome.done.as_deref() {
        Some("added") => Some("The passkey is added."),
        Some("removed") => Some("The passkey is removed."),
        _ => None,
    };
    let page = PasskeysPage {
        notice: notice.map(str::to_owned),
        ..page(&state, &member).await?
    };
    Ok(Html(page.to_html()).into_response())
}

/// The page on which the browser makes one.
pub(super) async fn begin(
    State(state): State<AppState>,
    peer: Peer,
    SignedIn { member, .. }: SignedIn,
) -> Result<Response, Failure> {
    let Some(passkeys) = &state.passkeys else {
        return Ok(Redirect::to(PATH).into_response());
    };
    let Some(ceremony) = passkeys.begin_adding(&member).await? else {
        return Ok(Redirect::to(PATH).into_response());
    };
    let page = AddPasskeyPage {
        frame: scripted_frame(&state, &[SCRIPT]).await?,
        visitor: visitor(&member),
        options: options(ceremony),
        name: browser_name(peer.user_agent.as_deref()),
    };
    Ok(scripted(StatusCode::OK, page.to_html()))
}

/// What the form with a new passkey brings back.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct NewPasskeyForm {
    state: String,
    answer: String,
    name: String,
}

pub(super) async fn add(
    State(state): State<AppState>,
    SignedIn { member, by, .. }: SignedIn,
    Form(form): Form<NewPasskeyForm>,
) -> Result<Response, Failure> {
    let Some(passkeys) = &state.passkeys else {
        return Ok(Redirect::to(PATH).into_response());
    };
    let made = (form.state.as_str(), form.answer.as_str(), form.name.as_str());
    match passkeys.add(&member, made, &by).await {
        Ok(()) => Ok(Redirect::to(&format!("{PATH}?done=added")).into_response()),
        Err(error @ AccountError::PasskeyRefused) => refuse(&state, &member, &error).await,
        Err(error) => Err(error.into()),
    }
}

pub(super) async fn remove(
    State(state): State<AppState>,
    SignedIn { member, by, .. }: SignedIn,
    Path(id): Path<i64>,
) -> Result<Response, Failure> {
    let Some(passkeys) = &state.passkeys else {
        return Ok(Redirect::to(PATH).into_response());
    };
    match passkeys.remove(&member, PasskeyId(id), &by).await {
        Ok(_) => Ok(Redirect::to(&format!("{PATH}?done=removed")).into_response()),
        Err(error @ AccountError::LastWayIn) => refuse(&state, &member, &error).await,
        Err(error) => Err(error.into()),
    }
}

async fn refuse(state: &AppState, member: &Member, error: &AccountError) -> Result<Response, Failure> {
    let page = PasskeysPage {
        error: Some(sentence(&error.to_string())),
        ..page(state, member).await?
    };
    Ok((StatusCode::CONFLICT, Html(page.to_html())).into_response())
}

async fn page(state: &AppState, member: &Member) -> Result<PasskeysPage, Failure> {
    let passkeys = match &state.passkeys {
        Some(passkeys) => passkeys.list(member.id).await?,
        None => Vec::new(),
    };
    Ok(PasskeysPage {
        frame: frame(state).await?,
        visitor: visitor(member),
        passkeys: passkeys.into_iter().map(row).collect(),
        is_available: state.passkeys.is_some(),
        notice: None,
        error: None,
        now: state.instance.clock.now(),
    })
}

fn row(passkey: PasskeyRecord) -> PasskeyRow {
    PasskeyRow {
        id: passkey.id.0,
        name: passkey.name,
        created_at: passkey.created_at,
        last_used_at: passkey.last_used_at,
    }
}
