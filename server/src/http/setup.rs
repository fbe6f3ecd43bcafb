//! `/setup`

use axum::extract::{Query, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use http::{HeaderMap, StatusCode};
use latchkey_accounts::{AccountError, Founded, FoundingErrors, FoundingForm};
use latchkey_app::pages::{SetupPage, SetupProblems, SetupRefusedPage};
use latchkey_storage::Proof;
use serde::Deserialize;

use super::after_sign_in;
use super::cookies::{self, Cookie};
use super::failure::Failure;
use super::page_form::Form;
use super::pages::{frame, sentence};
use super::peer::Peer;
use super::return_to::ReturnTo;
use super::session;
use super::state::AppState;

#[derive(Deserialize)]
pub(super) struct Link {
    #[serde(default)]
    token: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct SetupForm {
    token: String,
    network_name: String,
    host_name: String,
    email: String,
    password: String,
    /// See [`cookies::are_doubtful`].
    probed: String,
}

/// Where the first host goes after setup.
const FIRST_PAGE: &str = "/admin/settings/oauth-applications";

/// The form, for anyone with the token.
pub(super) async fn show(
    State(state): State<AppState>,
    headers: HeaderMap,
    Query(link): Query<Link>,
) -> Result<Response, Failure> {
    match state.instance.setup.check(&link.token).await {
        Ok(()) => {
            let page = SetupPage {
                frame: frame(&state).await?,
                secure_address: cookies::secure_address(&state, &headers)
                    .map(|origin| format!("{origin}/setup?token={}", link.token)),
                token: link.token,
                ..SetupPage::default()
            };
            let mut response = Html(page.to_html()).into_response();
            Cookie::Probe.set(&mut response, &state, "1", None);
            Ok(response)
        }
        Err(error) => refuse(&state, error, !link.token.is_empty()).await,
    }
}

/// Handles the form: creates the network and signs its host in.
pub(super) async fn create(
    State(state): State<AppState>,
    peer: Peer,
    headers: HeaderMap,
    Form(form): Form<SetupForm>,
) -> Result<Response, Failure> {
    let setup = &state.instance.setup;
    // Checked before the form: without the token, a request learns nothing and causes no password hashing.
    if let Err(error) = setup.check(&form.token).await {
        return refuse(&state, error, !form.token.is_empty()).await;
    }
    let typed = FoundingForm {
        network_name: form.network_name.clone(),
        host_name: form.host_name.clone(),
        email: form.email.clone(),
        password: form.password.clone(),
    };
    let founding = match typed.validate() {
        Ok(founding) => founding,
        Err(errors) => return again(&state, form, problems(errors)).await,
    };
    match setup.found(&form.token, founding, &peer.actor(None)).await {
        Ok(Founded { host, password }) => {
            tracing::info!(member = host.id.0, "the network was set up");
            let sign_in = &state.instance.sign_in;
            let opened = sign_in
                .open(&host, (password, Proof::Password), peer.address, peer.user_agent)
                .await?;
            let first_page = ReturnTo::parse(FIRST_PAGE);
            // Someone has already changed the password at the command line.
            let Some(opened) = opened else {
                return Ok(Redirect::to(&first_page.sign_in()).into_response());
            };
            let onward = after_sign_in::onward(&state, &headers, &form.probed, &first_page);
            let mut response = Redirect::to(&onward).into_response();
            session::keep(&mut response, &state, &opened.token);
            Ok(response)
        }
        Err(error @ (AccountError::EmailTaken(_) | AccountError::Busy)) => {
            let problems = SetupProblems {
                form: Some(sentence(&error.to_string())),
                ..SetupProblems::default()
            };
            again(&state, form, problems).await
        }
        Err(error) => refuse(&state, error, true).await,
    }
}

fn problems(errors: FoundingErrors) -> SetupProblems {
    let FoundingErrors {
        network_name,
        host_name,
        email,
        password,
    } = errors;
    SetupProblems {
        form: None,
        network_name,
        host_name,
        email,
        password,
    }
}

async fn again(state: &AppState, form: SetupForm, problems: SetupProblems) -> Result<Response, Failure> {
    let page = SetupPage {
        frame: frame(state).await?,
        token: form.token,
        network_name: form.network_name,
        host_name: form.host_name,
        email: form.email,
        problems,
        secure_address: None,
    };
    Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.to_html())).into_response())
}

async fn refuse(state: &AppState, error: AccountError, had_token: bool) -> Result<Response, Failure> {
    match error {
        AccountError::AlreadySetUp => Ok(Redirect::to("/").into_response()),
        AccountError::WrongSetupToken => {
            let page = SetupRefusedPage {
                frame: frame(state).await?,
                had_token,
            };
            Ok((StatusCode::FORBIDDEN, Html(page.to_html())).into_response())
        }
        error => Err(error.into()),
    }
}
