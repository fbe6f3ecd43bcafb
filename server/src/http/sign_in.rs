//! `/sign-in`

use axum::extract::{RawQuery, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use http::{HeaderMap, StatusCode};
use latchkey_accounts::{AccountError, Attempt, Passkeys, SignInRequest};
use latchkey_app::pages::{CookieLostPage, SignInFormFor, SignInPage};
use serde::Deserialize;
use zeroize::Zeroizing;

use super::after_sign_in;
use super::cookies::{self, Cookie};
use super::failure::Failure;
use super::oauth::destination;
use super::page_form::Form;
use super::pages::{frame, scripted_frame, sentence};
use super::passkeys;
use super::peer::Peer;
use super::providers::buttons::provider_buttons;
use super::refusal::Refusal;
use super::return_to::{ReturnTo, SignInLink};
use super::security_headers::{allow_any_redirect, allow_own_scripts};
use super::session::MaybeSignedIn;
use super::sign_in_code;
use super::state::AppState;

#[derive(Default, Deserialize)]
#[serde(default)]
pub(super) struct SignInForm {
    email: String,
    password: String,
    return_to: String,
    /// See [`cookies::are_doubtful`].
    probed: String,
    /// Whether it is the page for hosts.
    for_hosts: String,
}

/// Which sign-in page it is.
#[derive(Clone, Copy, Default)]
struct Which {
    /// An application, or something dangerous, wants a new sign-in.
    again: bool,
    /// The page for hosts, who have a password even where members sign in only with providers.
    for_hosts: bool,
}

/// The form; a signed-in member is sent on.
pub(super) async fn show(
    State(state): State<AppState>,
    MaybeSignedIn(signed_in): MaybeSignedIn,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let SignInLink {
        return_to,
        again,
        signed_in: mark,
    } = SignInLink::read(&query.unwrap_or_default());
    let instance = &state.instance;
    let just_signed_in = instance.sign_in_marker.is_recent(&mark, instance.clock.now());
    let email = match signed_in {
        Some(_) if !again || just_signed_in => {
            return Ok(Redirect::to(return_to.as_str()).into_response());
        }
        None if just_signed_in => return cookie_lost(&state, &return_to).await,
        Some(signed_in) => signed_in.member.email.to_string(),
        None => return_to.email_hint(),
    };
    if state.instance.setup.is_needed().await? {
        return Ok(Redirect::to("/setup").into_response());
    }
    let which = Which {
        again,
        for_hosts: false,
    };
    let mut response = page(&state, &headers, email, None, &return_to, which).await?;
    Cookie::Probe.set(&mut response, &state, "1", None);
    Ok(response)
}

/// `/sign-in/hosts`: the form for hosts. It needs no provider.
pub(super) async fn show_for_hosts(
    State(state): State<AppState>,
    headers: HeaderMap,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let SignInLink { return_to, .. } = SignInLink::read(&query.unwrap_or_default());
    let which = Which {
        for_hosts: true,
        ..Which::default()
    };
    let mut response = page(&state, &headers, String::new(), None, &return_to, which).await?;
    Cookie::Probe.set(&mut response, &state, "1", None);
    Ok(response)
}

/// The sign-in succeeded, but the browser returned without the cookie.
async fn cookie_lost(state: &AppState, return_to: &ReturnTo) -> Result<Response, Failure> {
    let page = CookieLostPage {
        frame: frame(state).await?,
        address: state.public_url.origin().to_owned(),
        sign_in: return_to.sign_in(),
    };
    Ok(Html(page.to_html()).into_response())
}

/// Handles the form.
pub(super) async fn create(
    State(state): State<AppState>,
    peer: Peer,
    headers: HeaderMap,
    Form(form): Form<SignInForm>,
) -> Result<Response, Failure> {
    let return_to = ReturnTo::parse(&form.return_to);
    let place = after_sign_in::place(&peer);
    let request = SignInRequest {
        email: form.email.clone(),
        password: Zeroizing::new(form.password),
        address: peer.address,
        user_agent: peer.user_agent,
        request_id: Some(peer.request_id),
    };
    match state.instance.sign_in.attempt(request).await {
        Ok(attempt) => {
            if let Attempt::SignedIn(signed_in) = &attempt {
                after_sign_in::tell_new_place(&state, signed_in, place);
            }
            sign_in_code::answer(&state, &headers, attempt, &form.probed, &return_to).await
        }
        Err(error) => {
            let which = Which {
                for_hosts: !form.for_hosts.is_empty(),
                ..Which::default()
            };
            refuse(&state, &headers, form.email, &error, (&return_to, which))
                .await
                .unwrap_or_else(|| Err(error.into()))
        }
    }
}

/// The form again with an error; `None` if the person cannot fix it.
async fn refuse(
    state: &AppState,
    headers: &HeaderMap,
    email: String,
    error: &AccountError,
    (return_to, which): (&ReturnTo, Which),
) -> Option<Result<Response, Failure>> {
    let refusal = Refusal::of(error)?;
    let counts = &state.metrics.sign_ins;
    if refusal.status == StatusCode::UNPROCESSABLE_ENTITY {
        counts.failed.add();
    } else {
        counts.throttled.add();
    }
    let page = page(
        state,
        headers,
        email,
        Some(sentence(&error.to_string())),
        return_to,
        which,
    )
    .await;
    Some(page.map(|response| refusal.with(response)))
}

/// The form after somebody could not be signed in with a passkey or a link.
pub(super) async fn show_error(
    state: &AppState,
    headers: &HeaderMap,
    error: AccountError,
    return_to: &ReturnTo,
) -> Result<Response, Failure> {
    refuse(
        state,
        headers,
        String::new(),
        &error,
        (return_to, Which::default()),
    )
    .await
    .unwrap_or_else(|| Err(error.into()))
}

async fn page(
    state: &AppState,
    headers: &HeaderMap,
    email: String,
    error: Option<String>,
    return_to: &ReturnTo,
    which: Which,
) -> Result<Response, Failure> {
    let providers = provider_buttons(state, return_to, which.again, |_| true).await?;
    let only = state.instance.store.network().await?.providers_only;
    let form = match (only, which.for_hosts) {
        (false, _) => SignInFormFor::Everyone,
        (true, true) => SignInFormFor::Hosts,
        (true, false) => SignInFormFor::Nobody {
            hosts: return_to.sign_in_of_hosts(),
        },
    };
    let application = destination(return_to, &*state.instance.store).await?;
    let leads_to_application = application.is_some();
    let passkeys_at = state
        .passkeys
        .as_ref()
        .filter(|_| !matches!(form, SignInFormFor::Nobody { .. }));
    let ceremony = passkeys_at.and_then(Passkeys::begin_sign_in);
    let scripts: &[&str] = if ceremony.is_some() {
        &[passkeys::SCRIPT]
    } else {
        &[]
    };
    let page = SignInPage {
        frame: scripted_frame(state, scripts).await?,
        passkey: ceremony.map(passkeys::options),
        application: application.map(|name| name.to_string()),
        email,
        error,
        secure_address: cookies::secure_address(state, headers)
            .map(|origin| format!("{origin}{}", return_to.sign_in())),
        return_to: return_to.as_str().to_owned(),
        providers,
        form,
    };
    let mut response = Html(page.to_html()).into_response();
    if !scripts.is_empty() {
        allow_own_scripts(response.headers_mut());
    }
    if leads_to_application {
        allow_any_redirect(response.headers_mut());
    }
    Ok(response)
}
