//! What a host sees who tests a provider.

use axum::response::{Html, IntoResponse, Response};
use latchkey_accounts::{Judgement, Refusal};
use latchkey_app::pages::{ProviderTestOutcome, ProviderTestPage, ProviderTestStep};
use latchkey_domain::Member;
use latchkey_domain::provider::{Person, Provider};
use latchkey_providers::{ProviderError, Transcript};

use crate::http::failure::Failure;
use crate::http::pages::{frame, sentence, visitor};
use crate::http::state::AppState;

/// What a test showed.
pub(super) async fn show(
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
