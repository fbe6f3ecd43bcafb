//! `/admin/settings/oauth-applications/{client_id}/activity`: what happened to an application, for hosts, and a form
//! to register the redirect URI of a request.

use axum::extract::{Path, Query, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use http::StatusCode;
use latchkey_app::pages::{ActivityPage, AddRedirectUriPage};
use latchkey_registration::{Candidate, RegistrationError};
use serde::Deserialize;

use super::failure::Failure;
use super::page_form::Form;
use super::pages::{frame, sentence, visitor};
use super::signed_in_host::SignedInHost;
use super::state::AppState;

/// The page, and the result of the last form. Only fixed texts are shown for it, never any text from the URL.
#[derive(Deserialize)]
pub(super) struct Wanted {
    before: Option<i64>,
    added: Option<String>,
}

/// The application's revision when the host saw the question.
#[derive(Deserialize)]
pub(super) struct Confirmation {
    revision: u32,
}

/// A page of the activity.
pub(super) async fn show(
    State(state): State<AppState>,
    signed_in: SignedInHost,
    Path(client_id): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    let registrar = &state.instance.registrar;
    let SignedInHost { host, caller } = signed_in;
    // Housekeeping records unexchanged codes each hour; an integrator wants to see them now.
    if let (None, Ok(client_id)) = (wanted.before, client_id.parse()) {
        state.oauth.record_expired_codes(Some(&client_id)).await?;
    }
    let report = registrar.activity(&caller, &client_id, wanted.before).await?;
    let notice = match wanted.added.as_deref() {
        Some("redirect-uri") => Some("The redirect URI is registered. The application can be tried again."),
        _ => None,
    };
    let page = ActivityPage {
        frame: frame(&state).await?,
        visitor: visitor(&host),
        report,
        is_newest: wanted.before.is_none(),
        notice: notice.map(str::to_owned),
    };
    Ok(Html(page.to_html()).into_response())
}

/// Asks whether to register the redirect URI of an entry.
pub(super) async fn confirm(
    State(state): State<AppState>,
    signed_in: SignedInHost,
    Path((client_id, entry)): Path<(String, i64)>,
) -> Result<Response, Failure> {
    question(&state, &signed_in, (&client_id, entry), None).await
}

/// Registers the redirect URI of an entry. It comes from the entry, not from the form: what the host read is what is
/// registered.
pub(super) async fn add(
    State(state): State<AppState>,
    signed_in: SignedInHost,
    Path((client_id, entry)): Path<(String, i64)>,
    Form(Confirmation { revision }): Form<Confirmation>,
) -> Result<Response, Failure> {
    let registrar = &state.instance.registrar;
    let caller = &signed_in.caller;
    let (_, line) = registrar.activity_line(caller, &client_id, entry).await?;
    let (Candidate::Addable, Some(uri)) = (line.candidate, line.entry.event.redirect_uri) else {
        return question(&state, &signed_in, (&client_id, entry), None).await;
    };
    match registrar
        .add_redirect_uri(caller, &client_id, revision, &uri)
        .await
    {
        Ok(_) => {
            let address =
                format!("/admin/settings/oauth-applications/{client_id}/activity?added=redirect-uri");
            Ok(Redirect::to(&address).into_response())
        }
        Err(
            error @ (RegistrationError::PlanTooLow(_)
            | RegistrationError::Invalid(_)
            | RegistrationError::Stale),
        ) => question(&state, &signed_in, (&client_id, entry), Some(&error)).await,
        Err(error) => Err(error.into()),
    }
}

async fn question(
    state: &AppState,
    SignedInHost { host, caller }: &SignedInHost,
    (client_id, entry): (&str, i64),
    error: Option<&RegistrationError>,
) -> Result<Response, Failure> {
    let registrar = &state.instance.registrar;
    let (application, line) = registrar.activity_line(caller, client_id, entry).await?;
    let status = if error.is_some() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    let page = AddRedirectUriPage {
        frame: frame(state).await?,
        visitor: visitor(host),
        application,
        line,
        error: error.map(text),
    };
    Ok((status, Html(page.to_html())).into_response())
}

fn text(error: &RegistrationError) -> String {
    match error {
        RegistrationError::Stale => {
            "Someone else changed the application in the meantime. This is its current state: check it, then add the redirect URI.".to_owned()
        }
        error => sentence(error.to_string().trim_end_matches('.')),
    }
}
