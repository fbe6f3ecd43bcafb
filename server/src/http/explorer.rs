//! `/admin/headless-api/explorer`: a host chooses an application, goes through its authorization in this browser, and
//! returns with a token that has its scopes. A cookie keeps the browser's state in between.

use std::time::Duration;

use axum::extract::{Query, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use http::HeaderMap;
use latchkey_app::pages::{ExplorerPage, Pass};
use latchkey_domain::{ClientId, Member};
use latchkey_headless::starter_query;
use latchkey_oauth::{EndpointError, ExplorerLogin};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use subtle::ConstantTimeEq;

use super::cookies::Cookie;
use super::failure::Failure;
use super::oauth::log;
use super::page_form::Form;
use super::pages::{frame, scripted_frame, sentence, visitor};
use super::peer::Peer;
use super::security_headers::allow_explorer;
use super::signed_in_host::SignedInHost;
use super::state::AppState;

/// How long the login may take: a person may have to sign in.
const LIFETIME: Duration = Duration::from_secs(600);

/// The chosen application.
#[derive(Deserialize)]
pub(super) struct Choice {
    application: Option<String>,
}

/// The parameters of the authorization response (RFC 6749 section 4.1.2, RFC 9207).
#[derive(Deserialize)]
pub(super) struct Callback {
    code: Option<String>,
    state: Option<String>,
    iss: Option<String>,
    error_description: Option<String>,
}

/// The page without a token, where the host chooses an application.
pub(super) async fn show(
    State(state): State<AppState>,
    signed_in: SignedInHost,
    Query(choice): Query<Choice>,
) -> Result<Response, Failure> {
    page(&state, &signed_in, choice.application, Err(None)).await
}

/// Sends the browser through the same flow as a member.
pub(super) async fn start(
    State(state): State<AppState>,
    signed_in: SignedInHost,
    Form(choice): Form<Choice>,
) -> Result<Response, Failure> {
    let client_id = choice.application.unwrap_or_default();
    let SignedInHost { host, caller, .. } = &signed_in;
    let application = state
        .instance
        .registrar
        .find(caller, &client_id)
        .await?
        .application;
    let Some(login) = state.oauth.begin_explorer_login(&application, host.id).await? else {
        let words = "Applications can be tried out only where people reach this server by HTTPS, or on this machine. The operator sets that with --public-url.";
        return page(&state, &signed_in, Some(client_id), Err(Some(words.to_owned()))).await;
    };
    let mut response = Redirect::to(&login.location).into_response();
    keep(&mut response, &state, &login, &application.client_id);
    Ok(response)
}

/// The browser returns.
pub(super) async fn finish(
    State(state): State<AppState>,
    peer: Peer,
    signed_in: SignedInHost,
    headers: HeaderMap,
    Query(answer): Query<Callback>,
) -> Result<Response, Failure> {
    let pending = PendingLogin::read(&state, &headers, answer.state.as_deref());
    let chosen = pending.as_ref().map(|pending| pending.client_id.to_string());
    let outcome = match pending {
        Some(pending) => receive(&state, &peer, &signed_in.host, &pending, answer).await,
        None => Err(
            "This response matches no attempt that was started in this browser in the last ten minutes. Start again. If that does \
             not help, your browser does not keep the cookies of this site: allow them."
                .to_owned(),
        ),
    };
    let mut response = page(&state, &signed_in, chosen, outcome.map_err(Some)).await?;
    Cookie::ExplorerLogin.delete(&mut response, &state);
    Ok(response)
}

/// Exchanges the response for a token, or says why there is none.
async fn receive(
    state: &AppState,
    peer: &Peer,
    host: &Member,
    pending: &PendingLogin,
    answer: Callback,
) -> Result<Pass, String> {
    let expected: bool = answer
        .state
        .as_deref()
        .is_some_and(|given| given.as_bytes().ct_eq(pending.state.as_bytes()).into());
    if !expected || answer.iss.as_deref() != Some(state.oauth.issuer()) {
        return Err("This response belongs to an earlier attempt in this browser. Start again.".to_owned());
    }
    let Some(code) = answer.code else {
        let why = answer.error_description.unwrap_or_default();
        return Err(sentence(why.trim_end_matches('.')));
    };
    let tokens = state
        .oauth
        .finish_explorer_login(
            &pending.client_id,
            host.id,
            &code,
            &pending.code_verifier,
            &peer.origin(),
        )
        .await
        .map_err(|error| {
            if let EndpointError::Unavailable(cause) = &error {
                log(cause);
            }
            sentence(error.description().trim_end_matches('.'))
        })?;
    Ok(Pass {
        token: tokens.access_token.expose().to_owned(),
        scopes: tokens.scope,
        expires_in: tokens.expires_in,
        query: starter_query(tokens.scope),
    })
}

async fn page(
    state: &AppState,
    SignedInHost { host, caller, .. }: &SignedInHost,
    chosen: Option<String>,
    outcome: Result<Pass, Option<String>>,
) -> Result<Response, Failure> {
    let registrar = &state.instance.registrar;
    let mut choices = registrar.choices(caller).await?;
    // An application that is not among the newest comes first.
    if let Some(id) = &chosen
        && !choices
            .0
            .iter()
            .any(|application| application.client_id.as_str() == id)
        && let Ok(listing) = registrar.find(caller, id).await
    {
        choices.0.insert(0, listing.application);
    }
    let network = registrar.network().await?;
    let (pass, problem) = match outcome {
        Ok(pass) => (Some(pass), None),
        Err(problem) => (None, problem),
    };
    let has_token = pass.is_some();
    let page = ExplorerPage {
        frame: if has_token {
            scripted_frame(state, &["graphiql.css", "graphiql.js", "explorer.js"]).await?
        } else {
            frame(state).await?
        },
        visitor: visitor(host),
        endpoint: format!("/networks/{}/graphql", network.slug),
        choices,
        chosen,
        pass,
        problem,
    };
    let mut response = Html(page.to_html()).into_response();
    if has_token {
        allow_explorer(response.headers_mut());
    }
    Ok(response)
}

/// The browser's state during a login.
struct PendingLogin {
    state: String,
    code_verifier: SecretString,
    client_id: ClientId,
}

impl PendingLogin {
    /// Reads the cookie that belongs to this state; if there is none, any other.
    fn read(state: &AppState, headers: &HeaderMap, answered: Option<&str>) -> Option<Self> {
        let mut all: Vec<Self> = Cookie::ExplorerLogin
            .values(state, headers)
            .filter_map(|value| Self::parse(&value))
            .collect();
        let wanted = all
            .iter()
            .position(|pending| Some(pending.state.as_str()) == answered);
        (!all.is_empty()).then(|| all.swap_remove(wanted.unwrap_or(0)))
    }

    fn parse(value: &str) -> Option<Self> {
        let mut parts = value.split('.');
        Some(Self {
            state: parts.next()?.to_owned(),
            code_verifier: parts.next()?.to_owned().into(),
            client_id: parts.next()?.parse().ok()?,
        })
    }
}

fn keep(response: &mut Response, state: &AppState, login: &ExplorerLogin, client_id: &ClientId) {
    let value = format!(
        "{}.{}.{client_id}",
        login.state,
        login.code_verifier.expose_secret()
    );
    Cookie::ExplorerLogin.set(response, state, &value, Some(LIFETIME));
}
