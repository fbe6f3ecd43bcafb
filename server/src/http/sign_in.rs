//! `/sign-in`

use axum::extract::{RawQuery, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use http::header::RETRY_AFTER;
use http::{HeaderMap, HeaderValue, StatusCode};
use latchkey_accounts::{AccountError, Attempt};
use latchkey_app::plain::SignInPage;
use serde::Deserialize;
use zeroize::Zeroizing;

use super::body::Form;
use super::client::Client;
use super::errors::Failure;
use super::oauth::Destination;
use super::pages::{frame, sentence};
use super::return_to::{ReturnTo, SignInLink};
use super::security_headers::allow_form_target;
use super::session::{self, MaybeSignedIn};
use super::state::AppState;

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct SignInForm {
    email: String,
    password: String,
    return_to: String,
}

/// The form; who is signed in already goes on.
pub(super) async fn show(
    State(state): State<AppState>,
    MaybeSignedIn(signed_in): MaybeSignedIn,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let SignInLink { return_to, again } = SignInLink::read(&query.unwrap_or_default());
    let email = match signed_in {
        Some(_) if !again => return Ok(Redirect::to(return_to.as_str()).into_response()),
        Some(signed_in) => signed_in.member.email.to_string(),
        None => String::new(),
    };
    if state.instance.setup.is_needed().await? {
        return Ok(Redirect::to("/setup").into_response());
    }
    page(&state, email, None, &return_to).await
}

/// The form was sent.
pub(super) async fn submit(
    State(state): State<AppState>,
    client: Client,
    headers: HeaderMap,
    Form(form): Form<SignInForm>,
) -> Result<Response, Failure> {
    let return_to = ReturnTo::parse(&form.return_to);
    let attempt = Attempt {
        email: form.email.clone(),
        password: Zeroizing::new(form.password),
        address: client.address,
        user_agent: client.user_agent,
        request_id: Some(client.request_id),
    };
    match state.instance.sign_in.attempt(attempt).await {
        Ok(signed_in) => {
            // Whoever was signed in on this browser before is not any more.
            for before in session::tokens(&state, &headers) {
                state.instance.sessions.end(&before).await?;
            }
            state.metrics.sign_ins.succeeded.add();
            tracing::info!(member = signed_in.member.id.0, "signed in");
            let mut response = Redirect::to(return_to.as_str()).into_response();
            session::keep(&mut response, &state, &signed_in.opened.token);
            Ok(response)
        }
        Err(error) => refuse(&state, form.email, &error, &return_to)
            .await
            .unwrap_or_else(|| Err(error.into())),
    }
}

/// The form again, with what went wrong; `None` if it is nothing that the person can do anything about.
async fn refuse(
    state: &AppState,
    email: String,
    error: &AccountError,
    return_to: &ReturnTo,
) -> Option<Result<Response, Failure>> {
    let (status, retry_after) = match error {
        AccountError::WrongCredentials => (StatusCode::UNPROCESSABLE_ENTITY, None),
        AccountError::TryLater { wait } => (
            StatusCode::TOO_MANY_REQUESTS,
            Some(wait.as_millis().div_ceil(1_000)),
        ),
        AccountError::Busy => (StatusCode::SERVICE_UNAVAILABLE, Some(5)),
        _ => return None,
    };
    let counts = &state.metrics.sign_ins;
    if status == StatusCode::UNPROCESSABLE_ENTITY {
        counts.failed.add();
    } else {
        counts.throttled.add();
    }
    let page = page(state, email, Some(sentence(&error.to_string())), return_to).await;
    Some(page.map(|mut response| {
        *response.status_mut() = status;
        if let Some(seconds) =
            retry_after.and_then(|seconds| HeaderValue::from_str(&seconds.to_string()).ok())
        {
            response.headers_mut().insert(RETRY_AFTER, seconds);
        }
        response
    }))
}

async fn page(
    state: &AppState,
    email: String,
    error: Option<String>,
    return_to: &ReturnTo,
) -> Result<Response, Failure> {
    let destination = Destination::of(return_to, &*state.instance.store).await?;
    let page = SignInPage {
        frame: frame(state).await?,
        application: destination
            .as_ref()
            .map(|destination| destination.application.to_string()),
        email,
        error,
        return_to: return_to.as_str().to_owned(),
    };
    let mut response = Html(page.to_html()).into_response();
    if let Some(destination) = destination {
        allow_form_target(response.headers_mut(), &destination.redirect_uri);
    }
    Ok(response)
}
