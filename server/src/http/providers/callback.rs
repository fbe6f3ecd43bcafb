//! `/sign-in/callback/{slug}`: a browser that comes back from a provider.

use std::time::Duration;

use axum::extract::{Path, Query, State};
use axum::response::{IntoResponse, Redirect, Response};
use http::HeaderMap;
use latchkey_accounts::{Attempt, Journey, LinkByMail, Outcome, Purpose, Refusal};
use latchkey_domain::provider::{Person, Provider};
use latchkey_domain::{Member, MemberId};
use latchkey_providers::{AuthorizationRequest, Callback, Expected, ProviderError, Transcript};
use latchkey_storage::ActivityReason;
use serde::Deserialize;

use super::refusal::{fail, mailed, note, over, refuse};
use super::slug::{find, redirect_uri};
use super::{account_address, picture, test};
use crate::http::cookies::Cookie;
use crate::http::failure::Failure;
use crate::http::peer::Peer;
use crate::http::return_to::ReturnTo;
use crate::http::session::MaybeSignedIn;
use crate::http::state::AppState;
use crate::http::{after_sign_in, sign_in_code};

/// How long a browser that waits for a mail keeps its cookie.
const KEPT_FOR_MAIL: Duration = Duration::from_secs(60 * 60);

/// What a provider answers (RFC 6749 section 4.1.2, RFC 9207).
#[derive(Deserialize)]
pub(super) struct Answer {
    state: Option<String>,
    code: Option<String>,
    error: Option<String>,
    error_description: Option<String>,
    iss: Option<String>,
}

/// Goes on with what the browser left for.
pub(super) async fn arrive(
    State(state): State<AppState>,
    MaybeSignedIn(signed_in): MaybeSignedIn,
    peer: Peer,
    headers: HeaderMap,
    Path(slug): Path<String>,
    Query(answer): Query<Answer>,
) -> Result<Response, Failure> {
    let provider = find(&state, &slug).await?.ok_or(Failure::NotFound)?;
    let sent = answer.state.unwrap_or_default();
    let journeys = &state.instance.providers;
    let kept = Cookie::Provider.values(&state, &headers);
    let Some(journey) = journeys.arrive(&provider, &sent, kept).await? else {
        return over(&state, &peer, &provider).await;
    };
    let visitor = signed_in.map(|signed_in| signed_in.member);
    let callback = Callback {
        code: answer.code,
        error: answer.error,
        error_description: answer.error_description,
        iss: answer.iss,
    };
    let mut log = Transcript::default();
    let person = identify(&state, &provider, &journey, (&sent, &callback), &mut log).await?;
    let is_of = |id: MemberId| visitor.as_ref().filter(|visitor| visitor.id == id);
    match journey.purpose {
        Purpose::Test(host) => match is_of(host).filter(|host| host.role.is_host()) {
            Some(host) => test::show(&state, host, provider, person, log).await,
            None => over(&state, &peer, &provider).await,
        },
        Purpose::Link(member) => match (is_of(member), person) {
            (Some(member), Ok(person)) => link(&state, &peer, &provider, &person, (member, &journey)).await,
            (_, Err(error)) => fail(&state, &peer, &provider, &journey, (error, log)).await,
            (None, Ok(_)) => over(&state, &peer, &provider).await,
        },
        Purpose::SignIn { .. } if !provider.spec.is_on => Err(Failure::NotFound),
        Purpose::SignIn { .. } => match person {
            Ok(person) => go_on(&state, peer, &headers, &provider, &person, &journey).await,
            Err(error) => fail(&state, &peer, &provider, &journey, (error, log)).await,
        },
    }
}

/// Who the provider says it is.
async fn identify(
    state: &AppState,
    provider: &Provider,
    journey: &Journey,
    (sent, callback): (&str, &Callback),
    log: &mut Transcript,
) -> Result<Result<Person, ProviderError>, Failure> {
    let secret = state.instance.store.provider_secret(provider.id).await?;
    let redirect_uri = redirect_uri(state, &provider.spec.slug);
    let expected = Expected {
        redirect_uri: &redirect_uri,
        nonce: &journey.nonce,
        verifier: &journey.verifier,
        signed_in_since: matches!(journey.purpose, Purpose::SignIn { again: true })
            .then_some(journey.started_at),
    };
    let secret = secret.as_ref().map(|secret| secret.as_str());
    let client = match journey.purpose {
        // A test shows requests as they are, not what is remembered of earlier ones.
        Purpose::Test(_) => state.providers.client.forgetful(),
        _ => state.providers.client.clone(),
    };
    if let Purpose::Test(_) = journey.purpose {
        // What the browser was sent with, once more: the first time was another request.
        let request = AuthorizationRequest {
            redirect_uri: &redirect_uri,
            state: sent,
            nonce: &journey.nonce,
            verifier: &journey.verifier,
            login_hint: None,
            prompt: None,
            max_age: None,
        };
        if let Err(error) = client.authorization_url(&provider.spec, &request, log).await {
            return Ok(Err(error));
        }
    }
    Ok(client
        .identify(&provider.spec, secret, callback, &expected, log)
        .await)
}

/// Signs the person in.
async fn go_on(
    state: &AppState,
    peer: Peer,
    headers: &HeaderMap,
    provider: &Provider,
    person: &Person,
    journey: &Journey,
) -> Result<Response, Failure> {
    let origin = peer.actor(None);
    let from = (peer.address, peer.user_agent.clone());
    let outcome = state
        .instance
        .providers
        .sign_in(provider, person, &origin, from)
        .await?;
    let return_to = ReturnTo::parse(&journey.return_to);
    match outcome {
        Outcome::Attempt(attempt) => {
            state.providers.worked(provider.id);
            state.metrics.providers.of(&provider.spec.slug).succeeded.add();
            if let (Attempt::SignedIn(signed_in), true, Some(address)) =
                (&attempt, provider.spec.follows_profile, &person.picture)
            {
                picture::follow(state, &signed_in.member, address.clone());
            }
            go_on_with(state, &peer, headers, attempt, &return_to).await
        }
        Outcome::Refused(Refusal::EmailUnverified(email)) if state.mailing.is_set_up() => {
            let why = Refusal::EmailUnverified(email.clone()).to_string();
            note(
                state,
                &peer,
                provider,
                ActivityReason::ProviderRefused,
                why,
                &return_to,
            )
            .await;
            state
                .mailing
                .link_account(email, LinkByMail::of(provider, person, journey));
            let mut response = mailed(state, &peer, provider, &return_to).await?;
            // The link works in this browser for as long as the mail says.
            for browser in Cookie::Provider.values(state, headers).take(1) {
                Cookie::Provider.set(&mut response, state, &browser, Some(KEPT_FOR_MAIL));
            }
            Ok(response)
        }
        Outcome::Refused(refusal) => refuse(state, &peer, provider, refusal, &return_to).await,
    }
}

/// Sends somebody who is known now on their way, or asks for the second factor.
pub(super) async fn go_on_with(
    state: &AppState,
    peer: &Peer,
    headers: &HeaderMap,
    attempt: Attempt,
    return_to: &ReturnTo,
) -> Result<Response, Failure> {
    if let Attempt::SignedIn(signed_in) = &attempt {
        after_sign_in::tell_new_place(state, signed_in, after_sign_in::place(peer));
    }
    sign_in_code::answer(state, headers, attempt, "", return_to).await
}

/// Links the account to the member who asked for it.
async fn link(
    state: &AppState,
    peer: &Peer,
    provider: &Provider,
    person: &Person,
    (member, journey): (&Member, &Journey),
) -> Result<Response, Failure> {
    let by = peer.actor(Some(member.id));
    let return_to = ReturnTo::parse(&journey.return_to);
    let linked = state
        .instance
        .providers
        .link(provider, person, member, &by)
        .await?;
    match linked {
        Ok(()) => {
            state.metrics.providers.of(&provider.spec.slug).succeeded.add();
            Ok(Redirect::to(&account_address::after_linking(&return_to)).into_response())
        }
        Err(refusal) => refuse(state, peer, provider, refusal, &return_to).await,
    }
}
