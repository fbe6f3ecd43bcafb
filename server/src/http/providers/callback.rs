//! `/sign-in/callback/{slug}`: a browser that comes back from a provider.

use std::time::Duration;

use axum::extract::{Path, Query, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use http::{HeaderMap, StatusCode};
use latchkey_accounts::{Attempt, Journey, Judgement, LinkByMail, Outcome, Purpose, Refusal};
use latchkey_app::pages::{
    LinkFirstPage, ProviderRefusedPage, ProviderTestOutcome, ProviderTestPage, ProviderTestStep,
};
use latchkey_domain::provider::{Person, Provider};
use latchkey_domain::{Member, MemberId};
use latchkey_oauth::ProviderFailure;
use latchkey_providers::{AuthorizationRequest, Callback, Expected, ProviderError, Transcript};
use latchkey_storage::ActivityReason;
use serde::Deserialize;

use super::{account, find, kept, picture, redirect_uri};
use crate::http::cookies::Cookie;
use crate::http::failure::Failure;
use crate::http::pages::{frame, sentence, visitor};
use crate::http::peer::Peer;
use crate::http::return_to::ReturnTo;
use crate::http::session::MaybeSignedIn;
use crate::http::state::AppState;
use crate::http::{sign_in, sign_in_code};

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
    let Some(journey) = journeys.arrive(&provider, &sent, kept(&state, &headers)).await? else {
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
            Some(host) => show_test(&state, host, provider, person, log).await,
            None => over(&state, &peer, &provider).await,
        },
        Purpose::Link(member) => match (is_of(member), person) {
            (Some(member), Ok(person)) => link(&state, &peer, &provider, &person, member).await,
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

/// Signs in whoever it is here.
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
            for browser in kept(state, headers).take(1) {
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
        sign_in::tell_new_place(state, signed_in, sign_in::place(peer));
    }
    sign_in_code::answer(state, headers, attempt, "", return_to).await
}

/// The same page for every address, a member's or not.
async fn mailed(
    state: &AppState,
    peer: &Peer,
    provider: &Provider,
    return_to: &ReturnTo,
) -> Result<Response, Failure> {
    let name = &provider.spec.name;
    let text = format!(
        "{name} does not say that your email address is yours. If you are a member here, a mail with a link is on its way to \
         that address: open it in this browser, and your account at {name} is linked. Or sign in the way you did so far, and \
         link it under Account > Linked accounts."
    );
    let link = ("Sign in another way", return_to.sign_in());
    let title = "Look into your mail";
    refused(state, peer, StatusCode::FORBIDDEN, (title, text), link).await
}

/// Links the account to the member who asked for it.
async fn link(
    state: &AppState,
    peer: &Peer,
    provider: &Provider,
    person: &Person,
    member: &Member,
) -> Result<Response, Failure> {
    let by = peer.actor(Some(member.id));
    let linked = state
        .instance
        .providers
        .link(provider, person, member, &by)
        .await?;
    match linked {
        Ok(()) => Ok(Redirect::to(&account::after("linked")).into_response()),
        Err(refusal) => {
            let back = ReturnTo::parse(account::PATH);
            refuse(state, peer, provider, refusal, &back).await
        }
    }
}

/// Nobody is signed in, and the person reads why. Nothing on the page says whether an address that was not verified is a
/// member's.
async fn refuse(
    state: &AppState,
    peer: &Peer,
    provider: &Provider,
    refusal: Refusal,
    return_to: &ReturnTo,
) -> Result<Response, Failure> {
    let why = refusal.to_string();
    note(
        state,
        peer,
        provider,
        ActivityReason::ProviderRefused,
        why,
        return_to,
    )
    .await;
    let name = &provider.spec.name;
    let to_link = ReturnTo::parse(account::PATH).sign_in();
    let another_way = ("Sign in another way", return_to.sign_in());
    let (title, text, link) = match refusal {
        Refusal::LinkFirst(email) => {
            let page = LinkFirstPage {
                frame: frame(state).await?,
                provider: name.to_string(),
                email: email.to_string(),
                sign_in: to_link,
                cancel: return_to.sign_in(),
            };
            return Ok((StatusCode::FORBIDDEN, Html(page.to_html())).into_response());
        }
        Refusal::EmailUnverified(_) => (
            "Sign in the way you did so far",
            format!(
                "{name} does not say that your email address is yours, so it is not clear who you are here. If you are a \
                 member, sign in the way you did so far, and then link your account under Account > Linked accounts."
            ),
            ("Sign in and link", to_link),
        ),
        Refusal::NoEmail => (
            "Your email address is missing",
            format!(
                "{name} did not say which email address you have. If you are a member, sign in the way you did so far, and \
                 then link your account under Account > Linked accounts."
            ),
            ("Sign in and link", to_link),
        ),
        Refusal::Suspended => (
            "You cannot sign in",
            "A host of this network suspended your account: ask a host.".to_owned(),
            another_way,
        ),
        Refusal::AnotherAccount(_) => (
            "Another account is linked",
            format!(
                "You are a member here, and sign in with another account at {name}. Choose that one, or sign in another way \
                 and unlink it first."
            ),
            another_way,
        ),
        Refusal::AlreadyLinked => (
            "This account cannot be linked",
            format!(
                "It is linked to another member, or you have linked another account at {name}. Unlink that one first."
            ),
            ("Back to your linked accounts", account::PATH.to_owned()),
        ),
        Refusal::NoMember => (
            "You are not a member yet",
            format!("Nobody here has your account at {name}. Ask a host of this network to add you."),
            another_way,
        ),
    };
    refused(state, peer, StatusCode::FORBIDDEN, (title, text), link).await
}

/// The provider failed: the person reads it in a few words, a host in Activity; a host who tests it reads everything.
pub(super) async fn fail(
    state: &AppState,
    peer: &Peer,
    provider: &Provider,
    journey: &Journey,
    (error, log): (ProviderError, Transcript),
) -> Result<Response, Failure> {
    if let Purpose::Test(host) = journey.purpose
        && let Some(host) = state.instance.providers.acting(host).await?
    {
        return show_test(state, &host, provider.clone(), Err(error), log).await;
    }
    let return_to = ReturnTo::parse(&journey.return_to);
    let declined = matches!(error, ProviderError::Declined);
    if !declined {
        let now = state.instance.clock.now();
        state
            .providers
            .failed(provider.id, now, sentence(&error.to_string()));
    }
    let why = error.to_string();
    note(
        state,
        peer,
        provider,
        ActivityReason::ProviderFailed,
        why,
        &return_to,
    )
    .await;
    let name = &provider.spec.name;
    let (title, status) = if declined {
        (format!("You did not sign in with {name}"), StatusCode::FORBIDDEN)
    } else {
        (format!("Signing in with {name} failed"), StatusCode::BAD_GATEWAY)
    };
    let link = match journey.purpose {
        Purpose::Link(_) => ("Back to your linked accounts", account::PATH.to_owned()),
        _ => ("Sign in another way", return_to.sign_in()),
    };
    let text = error.for_people().to_owned();
    refused(state, peer, status, (&title, text), link).await
}

/// Notes in Activity what went wrong, under the application that sent the person.
async fn note(
    state: &AppState,
    peer: &Peer,
    provider: &Provider,
    reason: ActivityReason,
    why: String,
    return_to: &ReturnTo,
) {
    state.metrics.sign_ins.failed.add();
    tracing::info!(
        provider = provider.spec.slug.as_str(),
        why,
        "a sign-in at a provider failed"
    );
    let failure = ProviderFailure {
        application: return_to.client_id(),
        member: None,
        reason,
        message: format!("{}: {why}.", provider.spec.name),
    };
    state.oauth.record_provider_failure(failure, &peer.origin()).await;
}

/// A browser that began no such journey, or took too long.
async fn over(state: &AppState, peer: &Peer, provider: &Provider) -> Result<Response, Failure> {
    let text = format!(
        "It took more than ten minutes, was finished already, or began in another browser. Start again from the sign-in page, \
         and choose {}.",
        provider.spec.name
    );
    let link = ("Sign in", ReturnTo::home().sign_in());
    let title = "This sign-in is over";
    refused(state, peer, StatusCode::GONE, (title, text), link).await
}

/// A page that says why nobody was signed in.
pub(super) async fn refused(
    state: &AppState,
    peer: &Peer,
    status: StatusCode,
    (title, text): (&str, String),
    (label, href): (&str, String),
) -> Result<Response, Failure> {
    let page = ProviderRefusedPage {
        frame: frame(state).await?,
        title: title.to_owned(),
        text,
        link: (label.to_owned(), href),
        request_id: Some(peer.request_id.clone()),
        is_host: false,
    };
    Ok((status, Html(page.to_html())).into_response())
}

/// What a test showed.
async fn show_test(
    state: &AppState,
    host: &Member,
    provider: Provider,
    person: Result<Person, ProviderError>,
    log: Transcript,
) -> Result<Response, Failure> {
    let outcome = match &person {
        Ok(person) => would_do(state, &provider, person).await?,
        Err(error) => ProviderTestOutcome::Fails(sentence(&error.to_string())),
    };
    let steps = log.steps.into_iter().map(|step| ProviderTestStep {
        title: step.title.to_owned(),
        request: step.request,
        answer: step.answer,
        outcome: step.outcome,
    });
    let page = ProviderTestPage {
        frame: frame(state).await?,
        visitor: visitor(host),
        provider,
        person: person.ok(),
        outcome,
        steps: steps.collect(),
    };
    Ok(Html(page.to_html()).into_response())
}

/// What a sign-in of this person would do.
async fn would_do(
    state: &AppState,
    provider: &Provider,
    person: &Person,
) -> Result<ProviderTestOutcome, Failure> {
    Ok(match state.instance.providers.judge(provider, person).await? {
        Judgement::Linked(member, _) => ProviderTestOutcome::SignsIn {
            name: member.name.to_string(),
            email: member.email.to_string(),
        },
        Judgement::Joins(member) => ProviderTestOutcome::Joins {
            name: member.name.to_string(),
            email: member.email.to_string(),
        },
        Judgement::BecomesMember { .. } => ProviderTestOutcome::BecomesMember,
        Judgement::Refused(Refusal::LinkFirst(email)) => {
            let member = state.instance.store.member_by_email(&email).await?;
            ProviderTestOutcome::AsksToSignIn {
                name: member.map(|member| member.name.to_string()).unwrap_or_default(),
                email: email.to_string(),
                since: "hosts prove themselves before an account is linked".to_owned(),
            }
        }
        Judgement::Refused(refusal) => ProviderTestOutcome::Refuses(sentence(&refusal.to_string())),
    })
}
