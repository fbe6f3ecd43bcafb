//! `GET` and `POST /oauth/authorize` (RFC 6749 section 3.1): the pages between an application's link and its
//! response.

use axum::extract::{RawQuery, State};
use axum::response::{Html, IntoResponse, Redirect as Redirection, Response};
use http::StatusCode;
use latchkey_app::pages::{Background, ConsentPage, ErrorPage};
use latchkey_domain::Application;
use latchkey_oauth::{ConsentQuestion, Decision, PageError, Redirect, SignIn, SignedIn as Person};

use super::{form, response};
use crate::http::failure::Failure;
use crate::http::page_form::FormBody;
use crate::http::pages::{bare_frame, frame};
use crate::http::peer::Peer;
use crate::http::return_to::ReturnTo;
use crate::http::security_headers::allow_any_redirect;
use crate::http::session::{MaybeSignedIn, SignedIn};
use crate::http::state::AppState;

/// An application sent the browser here.
pub(super) async fn show(
    State(state): State<AppState>,
    peer: Peer,
    MaybeSignedIn(signed_in): MaybeSignedIn,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let query = form::pairs(query.unwrap_or_default().as_bytes()).ok_or(Failure::BadRequest)?;
    let is_host = is_host(signed_in.as_ref());
    let person = signed_in.map(person);
    let decision = state
        .oauth
        .authorize(&query, person.as_ref(), &peer.origin())
        .await;
    respond(&state, &peer, is_host, decision).await
}

/// Handles the consent form. That it came from our page was checked before.
pub(super) async fn decide(
    State(state): State<AppState>,
    peer: Peer,
    MaybeSignedIn(signed_in): MaybeSignedIn,
    FormBody(body): FormBody,
) -> Result<Response, Failure> {
    let fields = form::pairs(&body).ok_or(Failure::BadRequest)?;
    let is_host = is_host(signed_in.as_ref());
    let person = signed_in.map(person);
    let decision = state
        .oauth
        .answer_consent(&fields, person.as_ref(), &peer.origin())
        .await;
    respond(&state, &peer, is_host, decision).await
}

fn is_host(signed_in: Option<&SignedIn>) -> bool {
    signed_in.is_some_and(|signed_in| signed_in.member.role.is_host())
}

/// Only a password opens a session.
fn person(signed_in: SignedIn) -> Person {
    Person {
        member: signed_in.member,
        at: signed_in.session.created_at,
        proof: signed_in.session.proof,
        session: Some(signed_in.session.id),
    }
}

async fn respond(
    state: &AppState,
    peer: &Peer,
    is_host: bool,
    decision: Decision,
) -> Result<Response, Failure> {
    match decision {
        Decision::SignIn(sign_in) => Ok(to_sign_in(&sign_in)),
        Decision::Consent(question) => ask(state, *question).await,
        Decision::Redirect(redirect) => Ok(send_back(&redirect)),
        Decision::Page(error) => Ok(explain(state, peer, is_host, &error).await),
    }
}

/// The sign-in page finds the application on its own.
fn to_sign_in(sign_in: &SignIn) -> Response {
    let return_to = ReturnTo::parse(&sign_in.return_to);
    let address = if sign_in.again {
        return_to.sign_in_again()
    } else {
        return_to.sign_in()
    };
    Redirection::to(&address).into_response()
}

async fn ask(state: &AppState, question: ConsentQuestion) -> Result<Response, Failure> {
    let status = if question.nothing_approved {
        StatusCode::UNPROCESSABLE_ENTITY
    } else {
        StatusCode::OK
    };
    let page = ConsentPage {
        frame: frame(state).await?,
        background: background(state, &question.application).await?,
        question,
    };
    let mut response = (status, Html(page.to_html())).into_response();
    allow_any_redirect(response.headers_mut());
    Ok(response)
}

async fn background(state: &AppState, application: &Application) -> Result<Background, Failure> {
    let store = &state.instance.store;
    let listing = store
        .application_listing(&application.client_id, state.instance.clock.now())
        .await?;
    Ok(Background {
        added_by: match application.created_by {
            Some(member) => store.member(member).await?,
            None => None,
        },
        connected_members: listing.map_or(0, |listing| listing.connected_members),
    })
}

/// 303: the browser follows with GET and does not resend the form (RFC 9700 section 4.12).
fn send_back(redirect: &Redirect) -> Response {
    if let Some(cause) = &redirect.cause {
        response::log(cause);
    }
    Redirection::to(&redirect.location).into_response()
}

/// Shows an error here, because there is no trusted redirect URI.
pub(super) async fn explain(state: &AppState, peer: &Peer, is_host: bool, error: &PageError) -> Response {
    if let PageError::Unavailable(cause) = error {
        response::log(cause);
    }
    let page = ErrorPage {
        frame: match error {
            // Asking the store would take as long again to fail.
            PageError::Unavailable(_) => bare_frame(state),
            _ => frame(state).await.unwrap_or_else(|_| bare_frame(state)),
        },
        title: error.title().to_owned(),
        lead: error.to_string(),
        missing_application: None,
        request_id: Some(peer.request_id.clone()),
        is_host: is_host && !matches!(error, PageError::Unavailable(_)),
    };
    (response::status(error.status()), Html(page.to_html())).into_response()
}
