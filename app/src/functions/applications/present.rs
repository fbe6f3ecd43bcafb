//! Converts what the rules return to what the page shows.

use std::time::Duration;

use latchkey_domain::{ApplicationDraft, ClientSecret, ListQuery, Retirement, SecretRecord, Timestamp};
use latchkey_registration::{ApplicationListing, Caller, Registered, Registrar, RegistrationError};

use super::card::{
    ApplicationCard, Date, Details, Listing, Replacement, Saved, SecretPosition, SecretSummary,
};
use crate::time::{ago, date, iso};

/// How long an application counts as in use after its last use.
const IN_USE: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// A page of the list.
pub(crate) async fn listing(
    registrar: &Registrar,
    caller: &Caller,
    query: &ListQuery,
    page: u32,
) -> Result<Listing, RegistrationError> {
    let now = registrar.now();
    Ok(Listing {
        page: registrar
            .list(caller, query, page)
            .await?
            .map(|listing| card(listing, now)),
        plan: registrar.network().await?.plan,
        failing: registrar.failing(caller).await?,
    })
}

/// One application, for its page.
pub(crate) async fn details(
    registrar: &Registrar,
    caller: &Caller,
    client_id: &str,
) -> Result<Details, RegistrationError> {
    let listing = registrar.find(caller, client_id).await?;
    let creator = registrar.creator(&listing.application).await?;
    Ok(Details {
        card: card(listing, registrar.now()),
        created_by: creator.map(|member| member.name.to_string()),
        plan: registrar.network().await?.plan,
    })
}

pub(super) fn card(listing: ApplicationListing, now: Timestamp) -> ApplicationCard {
    let application = listing.application;
    ApplicationCard {
        client_id: application.client_id.into(),
        form: ApplicationDraft::from_spec(&application.spec),
        paused: application.paused_at.is_some(),
        created: to_date(application.created_at),
        last_used: application.last_used_at.map(to_date),
        secrets: secrets(&listing.secrets, now),
        connected_members: listing.connected_members,
        logo: application.logo,
        used: application.last_used_at.map(|at| ago(at, now)),
        failures: listing.health.failures,
        latest_failure: listing.health.latest,
        in_use: listing.connected_members > 0
            || application.last_used_at.is_some_and(|at| now.since(at) < IN_USE),
        revision: application.revision,
    }
}

/// `records` is sorted newest first.
pub(crate) fn secrets(records: &[SecretRecord], now: Timestamp) -> Vec<SecretSummary> {
    let summary = |(index, record): (usize, &SecretRecord)| SecretSummary {
        id: record.id,
        created: ago(record.created_at, now),
        last_used: record.last_used_at.map(|at| ago(at, now)),
        position: match (records.len() > 1, index.checked_sub(1)) {
            (false, _) => SecretPosition::Only,
            (true, None) => SecretPosition::New,
            (true, Some(newer)) => SecretPosition::Old(replacement(record, &records[newer], now)),
        },
    };
    records.iter().enumerate().map(summary).collect()
}

fn replacement(old: &SecretRecord, new: &SecretRecord, now: Timestamp) -> Replacement {
    let first_used = || ago(new.first_used_at.unwrap_or(now), now);
    match old.retirement(new) {
        Retirement::NotMoved => Replacement::NotStarted,
        Retirement::StillUsed => Replacement::Partial(first_used()),
        Retirement::Safe => Replacement::Complete(first_used()),
    }
}

pub(super) fn saved(registered: Registered) -> Saved {
    Saved {
        client_id: registered.application.client_id.into(),
        new_secret: registered.new_secret.map(clear),
    }
}

// Takes the secret by value, so that the caller cannot keep it.
#[allow(clippy::needless_pass_by_value)]
pub(super) fn clear(secret: ClientSecret) -> String {
    secret.expose().to_owned()
}

fn to_date(at: Timestamp) -> Date {
    Date {
        text: date(at),
        iso: iso(at),
    }
}
