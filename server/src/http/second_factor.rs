//! `/account/second-factor`: setting up and removing an authenticator app, and recovery codes.

use axum::extract::{Query, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use http::StatusCode;
use latchkey_accounts::AccountError;
use latchkey_app::pages::{SecondFactorPage, SecondFactorState};
use latchkey_domain::Member;
use serde::Deserialize;

use super::failure::Failure;
use super::page_form::Form;
use super::pages::{frame, sentence, visitor};
use super::peer::Peer;
use super::refusal::Refusal;
use super::session::SignedIn;
use super::state::AppState;

const PATH: &str = "/account/second-factor";

/// The result of the last form, from the URL. Only a fixed text is shown.
#[derive(Deserialize)]
pub(super) struct Outcome {
    removed: Option<String>,
}

/// Where the member stands.
pub(super) async fn show(
    State(state): State<AppState>,
    SignedIn { member, .. }: SignedIn,
    Query(outcome): Query<Outcome>,
) -> Result<Response, Failure> {
    let page = SecondFactorPage {
        notice: outcome
            .removed
            .map(|_| "The app is removed. The password alone is enough now.".to_owned()),
        ..page(&state, &member).await?
    };
    Ok(Html(page.to_html()).into_response())
}

/// Makes a secret. It is not in use before its first code.
pub(super) async fn begin(
    State(state): State<AppState>,
    SignedIn { member, .. }: SignedIn,
) -> Result<Response, Failure> {
    let network = state.instance.store.network().await?.name;
    state.instance.second_factor.begin(&member, &network).await?;
    Ok(Redirect::to(PATH).into_response())
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct CodeForm {
    code: String,
}

/// Takes the app into use, and shows the recovery codes.
pub(super) async fn confirm(
    State(state): State<AppState>,
    peer: Peer,
    SignedIn { member, by, .. }: SignedIn,
    Form(form): Form<CodeForm>,
) -> Result<Response, Failure> {
    let factor = &state.instance.second_factor;
    match factor.confirm(&member, &form.code, peer.address, &by).await {
        Ok(Some(codes)) => codes_page(&state, &member, codes).await,
        Ok(None) => Ok(Redirect::to(PATH).into_response()),
        Err(error) => {
            let Some(refusal) = Refusal::of(&error) else {
                return Err(error.into());
            };
            let mut page = page(&state, &member).await?;
            let words = Some(sentence(&error.to_string()));
            match (&error, &mut page.state) {
                (AccountError::WrongCode, SecondFactorState::SettingUp { code_error, .. }) => {
                    *code_error = words;
                }
                _ => page.error = words,
            }
            Ok(refusal.with(Html(page.to_html()).into_response()))
        }
    }
}

/// New recovery codes.
pub(super) async fn new_codes(
    State(state): State<AppState>,
    SignedIn { member, by, .. }: SignedIn,
) -> Result<Response, Failure> {
    match state.instance.second_factor.new_codes(&member, &by).await? {
        Some(codes) => codes_page(&state, &member, codes).await,
        None => Ok(Redirect::to(PATH).into_response()),
    }
}

pub(super) async fn remove(
    State(state): State<AppState>,
    SignedIn { member, by, .. }: SignedIn,
) -> Result<Response, Failure> {
    match state.instance.second_factor.remove(&member, &by).await {
        Ok(_) => Ok(Redirect::to(&format!("{PATH}?removed=1")).into_response()),
        Err(error @ AccountError::SecondFactorNeeded) => {
            let page = SecondFactorPage {
                error: Some(sentence(&error.to_string())),
                ..page(&state, &member).await?
            };
            Ok((StatusCode::CONFLICT, Html(page.to_html())).into_response())
        }
        Err(error) => Err(error.into()),
    }
}

async fn codes_page(state: &AppState, member: &Member, codes: Vec<String>) -> Result<Response, Failure> {
    let page = SecondFactorPage {
        state: SecondFactorState::Codes(codes),
        ..page(state, member).await?
    };
    Ok(Html(page.to_html()).into_response())
}

async fn page(state: &AppState, member: &Member) -> Result<SecondFactorPage, Failure> {
    let factor = &state.instance.second_factor;
    let network = state.instance.store.network().await?.name;
    let is = match factor.waiting(member, &network).await? {
        Some(enrolment) => SecondFactorState::SettingUp {
            secret: enrolment.secret.as_str().to_owned(),
            address: enrolment.address.as_str().to_owned(),
            code_error: None,
        },
        None if member.second_factor => SecondFactorState::On {
            codes_left: factor.codes_left(member).await?,
        },
        None => SecondFactorState::Off,
    };
    Ok(SecondFactorPage {
        frame: frame(state).await?,
        visitor: visitor(member),
        state: is,
        is_needed: factor.is_needed(member).await?,
        notice: None,
        error: None,
    })
}
