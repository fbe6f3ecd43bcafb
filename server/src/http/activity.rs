//! `/admin/settings/oauth-applications/{client_id}/activity`: what happened to an application, for hosts, with forms
//! that mend it. `/admin/activity`: the same over all applications.

use axum::extract::{Path, Query, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use http::StatusCode;
use latchkey_app::pages::{
    ActivityPage, AddFromActivityPage, Addition, NetworkActivityPage, Shown, UNMATCHED,
};
use latchkey_registration::{
    ActivityFilter, ActivityOf, ActivityQuery, ActivityReport, Candidate, RegistrationError, request_id,
};
use serde::Deserialize;

use super::failure::Failure;
use super::page_form::Form;
use super::pages::{frame, scripted, scripted_frame, sentence, visitor};
use super::signed_in_host::SignedInHost;
use super::state::AppState;

/// Shows times in the reader's own time zone.
const SCRIPT: &str = "local-time.js";

/// The page, and the result of the last form. Only fixed texts are shown for it, never any text from the URL.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct Wanted {
    before: Option<i64>,
    filter: Option<String>,
    q: String,
    request: Option<String>,
    done: Option<String>,
}

impl Wanted {
    fn filter(&self) -> Option<ActivityFilter> {
        self.filter.as_deref().and_then(ActivityFilter::from_id)
    }

    fn is_unmatched(&self) -> bool {
        self.filter.as_deref() == Some(UNMATCHED)
    }

    fn shown(&self, path: String) -> Shown {
        Shown {
            path,
            filter: if self.is_unmatched() {
                Some(UNMATCHED)
            } else {
                self.filter().map(ActivityFilter::id)
            },
            search: self.q.trim().to_owned(),
            is_newest: self.before.is_none(),
        }
    }

    fn query(&self, of: ActivityOf) -> ActivityQuery {
        ActivityQuery {
            of,
            filter: self.filter(),
            search: self.q.clone(),
        }
    }

    /// What was just done.
    fn notice(&self) -> Option<&'static str> {
        match self.done.as_deref()? {
            "redirect-uri" => Some("The redirect URI is registered. The application can be tried again."),
            "scopes" => Some(
                "The scopes are registered. Members have to go through the application's link to grant them.",
            ),
            "resumed" => Some("The application is resumed. Everything works again."),
            _ => None,
        }
    }
}

/// The application's revision when the host saw the question.
#[derive(Deserialize)]
pub(super) struct Confirmation {
    revision: u32,
}

fn path_of(client_id: &str) -> String {
    format!("/admin/settings/oauth-applications/{client_id}/activity")
}

fn done(client_id: &str, what: &str) -> Response {
    Redirect::to(&format!("{}?done={what}", path_of(client_id))).into_response()
}

/// A page of an application's activity.
pub(super) async fn show(
    State(state): State<AppState>,
    signed_in: SignedInHost,
    Path(client_id): Path<String>,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    let registrar = &state.instance.registrar;
    let SignedInHost { host, caller, .. } = signed_in;
    let listing = registrar.find(&caller, &client_id).await?;
    let application = listing.application;
    if wanted.before.is_none() {
        // Housekeeping records unexchanged codes each hour; an integrator wants to see them now.
        let client_id = Some(&application.client_id);
        state.oauth.record_expired_codes(client_id).await?;
        state.oauth.write_unkept().await?;
    }
    let query = wanted.query(ActivityOf::Application(application.client_id.clone()));
    let page = ActivityPage {
        frame: scripted_frame(&state, &[SCRIPT]).await?,
        visitor: visitor(&host),
        report: registrar.activity(&caller, &query, wanted.before).await?,
        application,
        failures: listing.health.failures,
        shown: wanted.shown(path_of(&client_id)),
        notice: wanted.notice().map(str::to_owned),
    };
    Ok(scripted(StatusCode::OK, page.to_html()))
}

/// A page of the activity of all applications, or the entries of one request.
pub(super) async fn show_all(
    State(state): State<AppState>,
    signed_in: SignedInHost,
    Query(wanted): Query<Wanted>,
) -> Result<Response, Failure> {
    let registrar = &state.instance.registrar;
    let SignedInHost { host, caller, .. } = signed_in;
    if wanted.before.is_none() {
        state.oauth.write_unkept().await?;
    }
    let request = wanted
        .request
        .as_deref()
        .map(str::trim)
        .filter(|typed| !typed.is_empty());
    let report = if let Some(typed) = request {
        match request_id(typed) {
            Some(id) => {
                let query = ActivityQuery {
                    search: id,
                    ..ActivityQuery::default()
                };
                registrar.activity(&caller, &query, None).await?
            }
            None => ActivityReport {
                lines: Vec::new(),
                older: None,
            },
        }
    } else {
        let of = if wanted.is_unmatched() {
            ActivityOf::Unmatched
        } else {
            ActivityOf::All
        };
        registrar
            .activity(&caller, &wanted.query(of), wanted.before)
            .await?
    };
    let page = NetworkActivityPage {
        frame: scripted_frame(&state, &[SCRIPT]).await?,
        visitor: visitor(&host),
        report,
        shown: wanted.shown("/admin/activity".to_owned()),
        request: request.map(str::to_owned),
    };
    Ok(scripted(StatusCode::OK, page.to_html()))
}

/// Resumes the application.
pub(super) async fn resume(
    State(state): State<AppState>,
    signed_in: SignedInHost,
    Path(client_id): Path<String>,
) -> Result<Response, Failure> {
    let registrar = &state.instance.registrar;
    registrar.set_paused(&signed_in.caller, &client_id, false).await?;
    Ok(done(&client_id, "resumed"))
}

/// Asks whether to register the redirect URI of an entry.
pub(super) async fn confirm(
    State(state): State<AppState>,
    signed_in: SignedInHost,
    Path((client_id, entry)): Path<(String, i64)>,
) -> Result<Response, Failure> {
    ask(
        &state,
        &signed_in,
        (&client_id, entry),
        Addition::RedirectUri,
        None,
    )
    .await
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
    let what = Addition::RedirectUri;
    let (Candidate::Addable, Some(uri)) = (line.candidate, line.entry.event.redirect_uri) else {
        return ask(&state, &signed_in, (&client_id, entry), what, None).await;
    };
    match registrar
        .add_redirect_uri(caller, &client_id, revision, &uri)
        .await
    {
        Ok(_) => Ok(done(&client_id, "redirect-uri")),
        Err(error) => ask_again(&state, &signed_in, (&client_id, entry), what, error).await,
    }
}

/// Asks whether to register the scopes of an entry.
pub(super) async fn confirm_scopes(
    State(state): State<AppState>,
    signed_in: SignedInHost,
    Path((client_id, entry)): Path<(String, i64)>,
) -> Result<Response, Failure> {
    ask(&state, &signed_in, (&client_id, entry), Addition::Scopes, None).await
}

/// Registers the scopes of an entry.
pub(super) async fn add_scopes(
    State(state): State<AppState>,
    signed_in: SignedInHost,
    Path((client_id, entry)): Path<(String, i64)>,
    Form(Confirmation { revision }): Form<Confirmation>,
) -> Result<Response, Failure> {
    let registrar = &state.instance.registrar;
    let caller = &signed_in.caller;
    let (_, line) = registrar.activity_line(caller, &client_id, entry).await?;
    let (scopes, what) = (line.addable_scopes(), Addition::Scopes);
    if scopes.is_empty() {
        return ask(&state, &signed_in, (&client_id, entry), what, None).await;
    }
    match registrar.add_scopes(caller, &client_id, revision, scopes).await {
        Ok(_) => Ok(done(&client_id, "scopes")),
        Err(error) => ask_again(&state, &signed_in, (&client_id, entry), what, error).await,
    }
}

/// Asks again after an error that the host can do something about.
async fn ask_again(
    state: &AppState,
    signed_in: &SignedInHost,
    entry: (&str, i64),
    what: Addition,
    error: RegistrationError,
) -> Result<Response, Failure> {
    match error {
        RegistrationError::PlanTooLow(_) | RegistrationError::Invalid(_) | RegistrationError::Stale => {
            ask(state, signed_in, entry, what, Some(&error)).await
        }
        error => Err(error.into()),
    }
}

async fn ask(
    state: &AppState,
    SignedInHost { host, caller, .. }: &SignedInHost,
    (client_id, entry): (&str, i64),
    what: Addition,
    error: Option<&RegistrationError>,
) -> Result<Response, Failure> {
    let registrar = &state.instance.registrar;
    let (application, line) = registrar.activity_line(caller, client_id, entry).await?;
    let status = if error.is_some() {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    let page = AddFromActivityPage {
        frame: frame(state).await?,
        visitor: visitor(host),
        application,
        line,
        error: error.map(text),
        what,
    };
    Ok((status, Html(page.to_html())).into_response())
}

fn text(error: &RegistrationError) -> String {
    match error {
        RegistrationError::Stale => {
            "Someone else changed the application in the meantime. This is its current state: check it, then add it.".to_owned()
        }
        error => sentence(error.to_string().trim_end_matches('.')),
    }
}
