//! The demonstration network: the same people, applications and content each time.

mod chance;
mod community;
mod content;
mod people;
mod stage;
mod story;
mod usage;

use std::time::Duration;

use latchkey_accounts::AccountError;
use latchkey_domain::member::NewPassword;
use latchkey_domain::{Actor, ListQuery, NetworkName, PageRequest, Slug, Timestamp};
use latchkey_storage::{AuditAction, AuditFilter, NetworkChange, Store, StoreError};

use crate::error::CliError;
use crate::instance::Instance;

/// The public host account.
pub const HOST: &str = "host@demo.example";
/// The public member account.
pub const MEMBER: &str = "member@demo.example";
/// Their password.
pub const PASSWORD: &str = "latchkey-demo";

const NETWORK: &str = "Harbor Street Makers";
/// How many days ago the network was founded.
const FOUNDED: u32 = 731;
const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const HOUR: Duration = Duration::from_secs(60 * 60);

/// A rule returned something that the story does not expect.
fn unexpected(what: &str) -> CliError {
    CliError::Failed(format!("the story of the demonstration went another way: {what}"))
}

/// How to sign in, for people to read.
pub fn sign_ins() -> String {
    format!("Sign in as {HOST} (a host) or {MEMBER} (a member), both with the password {PASSWORD}")
}

/// Whether the network has nothing in it, or is a demonstration already.
pub async fn may_fill(store: &dyn Store) -> Result<bool, StoreError> {
    let page = PageRequest::new(1, 1);
    let is_empty = store.count_members().await? == 0
        && store
            .applications(&ListQuery::default(), page, Timestamp::from_millis(0))
            .await?
            .total
            == 0;
    Ok(is_empty || store.is_demo().await?)
}

/// Fills the network. Does nothing if it is complete; finishes an interrupted run.
pub async fn fill(instance: &Instance) -> Result<(), CliError> {
    let store = &instance.store;
    if store.is_demo().await? && is_complete(instance).await? {
        return Ok(());
    }
    let (by, now) = (Actor::operator(), instance.clock.now());
    store.mark_demo().await?;
    if !store.has_host().await? {
        let password = NewPassword::new(PASSWORD.to_owned()).map_err(AccountError::from)?;
        let password = instance.passwords.hash(&password).await?;
        // Each text is valid; a test verifies it.
        if let Some(community) = community::community(now, &password) {
            // Nobody can sign in as the others: their hash matches no password.
            let locked = instance.passwords.matches_nothing();
            let added = store
                .add_community(community, locked, Box::new(|_| ()), &by, ago(now, FOUNDED))
                .await?;
            added.map_err(|conflicts| {
                CliError::Failed(format!(
                    "something of the demonstration is in the network already: {conflicts:?}; start it in an empty data folder"
                ))
            })?;
        }
    }
    // An interrupted story starts again.
    for listing in store
        .applications(
            &latchkey_domain::ListQuery::default(),
            PageRequest::new(1, 100),
            latchkey_domain::Timestamp::from_millis(0),
        )
        .await?
        .items
    {
        store
            .delete_application(&listing.application.client_id, &by, now)
            .await?;
    }
    story::tell(instance, now).await?;
    // The network gets its name last, so the next start knows that everything is there.
    let change = NetworkChange {
        name: NetworkName::parse(NETWORK).ok(),
        slug: Some(Slug::from_name(NETWORK)),
        ..NetworkChange::default()
    };
    store.change_network(change, &by, now).await?;
    Ok(())
}

/// Whether the whole demonstration exists.
async fn is_complete(instance: &Instance) -> Result<bool, StoreError> {
    let store = &instance.store;
    let named = AuditFilter {
        action: Some(AuditAction::NetworkChanged),
        ..AuditFilter::default()
    };
    Ok(store.has_host().await? && !store.audit_page(named, None, 1).await?.is_empty())
}

fn ago(now: Timestamp, days: u32) -> Timestamp {
    now.minus(DAY * days)
}
