//! Nobody was signed in: what the person reads, and what a host finds in Activity.

use axum::response::{Html, IntoResponse, Response};
use http::StatusCode;
use latchkey_accounts::{Journey, Purpose, Refusal};
use latchkey_app::pages::{LinkFirstPage, ProviderRefusedPage};
use latchkey_domain::provider::Provider;
use latchkey_oauth::ProviderFailure;
use latchkey_providers::{ProviderError, Transcript};
use latchkey_storage::ActivityReason;

use super::{account_address, test};
use crate::http::failure::Failure;
use crate::http::pages::{frame, sentence};
use crate::http::peer::Peer;
use crate::http::return_to::ReturnTo;
use crate::http::state::AppState;

/// Nobody is signed in, and the person reads why. Nothing on the page says whether an address that was not verified is a
/// member's.
pub(super) async fn refuse(
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
    let to_link = account_address::leading_to(return_to).sign_in();
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
            to_linked_accounts(return_to),
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
        return test::show(state, &host, provider.clone(), Err(error), log).await;
    }
    let return_to = ReturnTo::parse(&journey.return_to);
    let declined = matches!(error, ProviderError::Declined);
    let counts = state.metrics.providers.of(&provider.spec.slug);
    if declined {
        counts.declined.add();
    } else {
        counts.failed.add();
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
    let link = back(journey.purpose, &return_to);
    let text = error.for_people().to_owned();
    refused(state, peer, status, (&title, text), link).await
}

/// The link back to where the person began.
pub(super) fn back(purpose: Purpose, return_to: &ReturnTo) -> (&'static str, String) {
    match purpose {
        Purpose::Link(_) => to_linked_accounts(return_to),
        Purpose::SignIn { .. } | Purpose::Test(_) => ("Back to sign-in", return_to.sign_in()),
    }
}

fn to_linked_accounts(return_to: &ReturnTo) -> (&'static str, String) {
    let page = account_address::leading_to(return_to);
    ("Back to your linked accounts", page.as_str().to_owned())
}

/// Notes in Activity what went wrong, under the application that sent the person.
pub(super) async fn note(
    state: &AppState,
    peer: &Peer,
    provider: &Provider,
    reason: ActivityReason,
    why: String,
    return_to: &ReturnTo,
) {
    state.metrics.sign_ins.failed.add();
    if matches!(reason, ActivityReason::ProviderRefused) {
        state.metrics.providers.of(&provider.spec.slug).refused.add();
    }
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
pub(super) async fn over(state: &AppState, peer: &Peer, provider: &Provider) -> Result<Response, Failure> {
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

/// The same page for every address, a member's or not.
pub(super) async fn mailed(
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
