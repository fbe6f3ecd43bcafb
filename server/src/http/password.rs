//! `/account/password`

use axum::extract::{Query, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use http::StatusCode;
use latchkey_accounts::AccountError;
use latchkey_app::pages::{PasswordPage, PasswordProblems};
use latchkey_domain::Member;
use latchkey_domain::member::NewPassword;
use latchkey_storage::Proof;
use serde::Deserialize;
use zeroize::Zeroizing;

use super::failure::Failure;
use super::page_form::Form;
use super::pages::{frame, sentence, visitor};
use super::peer::Peer;
use super::refusal::Refusal;
use super::session::{self, SignedIn};
use super::state::AppState;

/// The result of the last form, from the URL. Only a fixed text is shown.
#[derive(Deserialize)]
pub(super) struct Outcome {
    changed: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct PasswordForm {
    current: String,
    new: String,
    keep_apps: Option<String>,
}

/// The form.
pub(super) async fn show(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Query(outcome): Query<Outcome>,
) -> Result<Response, Failure> {
    let page = PasswordPage {
        notice: outcome
            .changed
            .map(|_| "Your password is changed. You are signed out on all other browsers.".to_owned()),
        ..page(&state, &signed_in.member).await?
    };
    Ok(Html(page.to_html()).into_response())
}

/// Changes the password and opens a new session here: the change ends all that there are.
pub(super) async fn change(
    State(state): State<AppState>,
    SignedIn { member, by, .. }: SignedIn,
    peer: Peer,
    Form(form): Form<PasswordForm>,
) -> Result<Response, Failure> {
    let keep_apps = form.keep_apps.is_some();
    // Checked first: it costs nothing, and no attempt is counted for a new password that is too short.
    let new = match NewPassword::new(form.new) {
        Ok(new) => new,
        Err(error) => {
            let problems = PasswordProblems {
                new: Some(sentence(&error.to_string())),
                ..PasswordProblems::default()
            };
            let page = again(&state, &member, keep_apps, problems).await?;
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
        }
    };
    let instance = &state.instance;
    let current = Zeroizing::new(form.current);
    let current = match instance.sign_in.confirm(&member, current, peer.address).await {
        Ok(current) => current,
        Err(error) => {
            let Some(refusal) = Refusal::of(&error) else {
                return Err(error.into());
            };
            let page = again(&state, &member, keep_apps, problems(&error)).await?;
            return Ok(refusal.with(page.into_response()));
        }
    };
    let changed = instance
        .roster
        .change_password(&member, current, &new, keep_apps, &by)
        .await?;
    let Some(hash) = changed else {
        let problems = PasswordProblems {
            form: Some(
                "Your password was changed in the same moment, in another browser or with a link, and this form changed nothing."
                    .to_owned(),
            ),
            ..PasswordProblems::default()
        };
        let page = again(&state, &member, keep_apps, problems).await?;
        return Ok((StatusCode::CONFLICT, page).into_response());
    };
    tracing::info!(member = member.id.0, "changed the password");
    let opened = instance
        .sign_in
        .open(&member, (hash, Proof::Password), peer.address, peer.user_agent)
        .await?;
    // Someone else changed it in the same moment: sign in with theirs.
    let Some(opened) = opened else {
        let mut response = Redirect::to("/sign-in").into_response();
        session::clear(&mut response, &state);
        return Ok(response);
    };
    let mut response = Redirect::to("/account/password?changed=1").into_response();
    session::keep(&mut response, &state, &opened.token);
    Ok(response)
}

/// What the form says of the current password.
fn problems(error: &AccountError) -> PasswordProblems {
    match error {
        AccountError::WrongCredentials => PasswordProblems {
            current: Some("That is not your current password.".to_owned()),
            ..PasswordProblems::default()
        },
        error => PasswordProblems {
            form: Some(sentence(&error.to_string())),
            ..PasswordProblems::default()
        },
    }
}

async fn again(
    state: &AppState,
    member: &Member,
    keep_apps: bool,
    problems: PasswordProblems,
) -> Result<Html<String>, Failure> {
    let page = PasswordPage {
        keep_apps,
        problems,
        ..page(state, member).await?
    };
    Ok(Html(page.to_html()))
}

async fn page(state: &AppState, member: &Member) -> Result<PasswordPage, Failure> {
    Ok(PasswordPage {
        frame: frame(state).await?,
        visitor: visitor(member),
        email: member.email.to_string(),
        keep_apps: false,
        problems: PasswordProblems::default(),
        notice: None,
    })
}
