//! `/sign-in/forgot`: a mail with a link for who forgot the password.

use axum::extract::State;
use axum::response::{Html, IntoResponse, Response};
use http::StatusCode;
use latchkey_app::pages::ForgotPage;
use latchkey_domain::Email;
use serde::Deserialize;

use super::failure::Failure;
use super::page_form::Form;
use super::pages::{frame, sentence};
use super::peer::Peer;
use super::refusal::Refusal;
use super::state::AppState;

/// The form, or whom to ask.
pub(super) async fn show(State(state): State<AppState>) -> Result<Response, Failure> {
    Ok(Html(page(&state).await?.to_html()).into_response())
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct ForgotForm {
    email: String,
}

/// Queues a mail, if there is such a member. Neither the answer nor its time shows that.
pub(super) async fn send(
    State(state): State<AppState>,
    peer: Peer,
    Form(form): Form<ForgotForm>,
) -> Result<Response, Failure> {
    let page = page(&state).await?;
    if !page.has_mail {
        return Ok(Html(page.to_html()).into_response());
    }
    let email: Email = match form.email.parse() {
        Ok(email) => email,
        Err(error) => {
            let page = ForgotPage {
                email_error: Some(sentence(&format!("{error}"))),
                email: form.email,
                ..page
            };
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, Html(page.to_html())).into_response());
        }
    };
    match state.mailing.forgot(email, peer.address) {
        Ok(()) => {
            let page = ForgotPage {
                is_sent: true,
                email: form.email.trim().to_owned(),
                ..page
            };
            Ok(Html(page.to_html()).into_response())
        }
        Err(error) => {
            let Some(refusal) = Refusal::of(&error) else {
                return Err(error.into());
            };
            let page = ForgotPage {
                error: Some(sentence(&error.to_string())),
                email: form.email,
                ..page
            };
            Ok(refusal.with(Html(page.to_html()).into_response()))
        }
    }
}

async fn page(state: &AppState) -> Result<ForgotPage, Failure> {
    Ok(ForgotPage {
        frame: frame(state).await?,
        has_mail: state.mailing.is_set_up(),
        ..ForgotPage::default()
    })
}
