//! Sending a browser to a provider.

use std::time::Duration;

use axum::extract::{Path, RawQuery, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::{HeaderMap, StatusCode};
use latchkey_accounts::{AccountError, Purpose, subscriber};
use latchkey_domain::limits;
use latchkey_domain::provider::{Provider, ProviderKind};
use latchkey_providers::{AuthorizationRequest, Transcript};

use super::refusal::{back, fail, refused};
use super::slug::{find, redirect_uri};
use crate::http::cookies::Cookie;
use crate::http::failure::Failure;
use crate::http::pages::sentence;
use crate::http::peer::Peer;
use crate::http::retry_after::retry_after;
use crate::http::return_to::{ReturnTo, SignInLink};
use crate::http::signed_in_host::SignedInHost;
use crate::http::state::AppState;

/// `/sign-in/with/{slug}`: begins a sign-in. `return_to` and `again` are those of the sign-in page.
pub(super) async fn sign_in(
    State(state): State<AppState>,
    peer: Peer,
    headers: HeaderMap,
    Path(slug): Path<String>,
    RawQuery(query): RawQuery,
) -> Result<Response, Failure> {
    let link = SignInLink::read(&query.unwrap_or_default());
    let provider = find(&state, &slug).await?;
    let Some(provider) = provider.filter(|provider| provider.spec.is_on) else {
        return Err(Failure::NotFound);
    };
    let purpose = Purpose::SignIn { again: link.again };
    begin(&state, &peer, &headers, &provider, purpose, &link.return_to).await
}

/// `/admin/settings/sso/{slug}/test`: begins a test, which signs nobody in.
pub(super) async fn test(
    State(state): State<AppState>,
    SignedInHost { host, .. }: SignedInHost,
    peer: Peer,
    headers: HeaderMap,
    Path(slug): Path<String>,
) -> Result<Response, Failure> {
    let provider = find(&state, &slug).await?.ok_or(Failure::NotFound)?;
    let back = ReturnTo::home();
    begin(&state, &peer, &headers, &provider, Purpose::Test(host.id), &back).await
}

/// Sends the browser to `provider`.
pub(super) async fn begin(
    state: &AppState,
    peer: &Peer,
    headers: &HeaderMap,
    provider: &Provider,
    purpose: Purpose,
    return_to: &ReturnTo,
) -> Result<Response, Failure> {
    let now = state.instance.clock.now();
    let address = peer.address.map(subscriber);
    if let Err(wait) = state.providers.admit(address, now) {
        return too_many(state, peer, wait, back(purpose, return_to)).await;
    }
    let journeys = &state.instance.providers;
    let kept = Cookie::Provider.values(state, headers).next();
    let started = journeys
        .start(provider, purpose, return_to.as_str(), kept)
        .await?;
    let hint = return_to.login_hint();
    // Only OpenID Connect says when somebody signed in.
    let anew = matches!(purpose, Purpose::SignIn { again: true })
        && matches!(provider.spec.kind, ProviderKind::OpenIdConnect { .. });
    let redirect_uri = redirect_uri(state, &provider.spec.slug);
    let request = AuthorizationRequest {
        redirect_uri: &redirect_uri,
        state: &started.state,
        nonce: &started.journey.nonce,
        verifier: &started.journey.verifier,
        login_hint: hint.as_deref(),
        prompt: anew.then_some("login"),
        max_age: anew.then_some(0),
    };
    let mut log = Transcript::default();
    let client = match purpose {
        Purpose::Test(_) => state.providers.client.forgetful(),
        _ => state.providers.client.clone(),
    };
    match client.authorization_url(&provider.spec, &request, &mut log).await {
        Ok(url) => {
            let mut response = Redirect::to(&url).into_response();
            Cookie::Provider.set(
                &mut response,
                state,
                &started.browser,
                Some(limits::PROVIDER_SIGN_IN),
            );
            Ok(response)
        }
        Err(error) => fail(state, peer, provider, &started.journey, (error, log)).await,
    }
}

async fn too_many(
    state: &AppState,
    peer: &Peer,
    wait: Duration,
    link: (&str, String),
) -> Result<Response, Failure> {
    state.metrics.sign_ins.throttled.add();
    let text = sentence(&AccountError::TryLater { wait }.to_string());
    let status = StatusCode::TOO_MANY_REQUESTS;
    let response = refused(state, peer, status, ("Too many attempts", text), link).await?;
    Ok(retry_after(wait, response))
}
