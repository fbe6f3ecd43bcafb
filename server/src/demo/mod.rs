//! The demonstration network: the same people, applications and content each time.

mod applications;
mod chance;
mod community;
mod courses;
mod crowd;
mod people;
mod topics;
mod usage;

use std::time::Duration;

use latchkey_accounts::AccountError;
use latchkey_domain::member::NewPassword;
use latchkey_domain::{Actor, NetworkName, PageRequest, Slug, Timestamp};
use latchkey_store::content::Conflict;
use latchkey_store::{NetworkChange, StoreError};
use thiserror::Error;

use crate::cli::CliError;
use crate::instance::Instance;

/// The host who anyone may sign in as.
pub const HOST: &str = "host@demo.example";
/// The member who anyone may sign in as.
pub const MEMBER: &str = "member@demo.example";
/// Their password.
pub const PASSWORD: &str = "latchkey-demo";

const NETWORK: &str = "Harbor Street Makers";
const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Why the demonstration could not be put in place.
#[derive(Debug, Error)]
pub enum DemoError {
    /// A password could not be hashed.
    #[error(transparent)]
    Account(#[from] AccountError),
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Something of it is there already.
    #[error("something of the demonstration is in the network already: {0:?}")]
    Conflict(Vec<Conflict>),
}

impl From<DemoError> for CliError {
    fn from(error: DemoError) -> Self {
        match error {
            DemoError::Account(error) => error.into(),
            DemoError::Store(error) => error.into(),
            DemoError::Conflict(_) => CliError::Failed(format!("{error}; start it in an empty data folder")),
        }
    }
}

/// How to sign in, for people to read.
pub fn sign_ins() -> String {
    format!("Sign in as {HOST} (a host) or {MEMBER} (a member), both with the password {PASSWORD}")
}

/// Fills the network. Nothing happens if that was done before; what was interrupted is finished.
pub async fn fill(instance: &Instance) -> Result<(), DemoError> {
    let store = &instance.store;
    // The community comes last and at once: who finds its host finds all.
    if store.is_demo().await? && store.has_host().await? {
        return Ok(());
    }
    let (by, now) = (Actor::operator(), instance.clock.now());
    store.mark_demo().await?;
    let change = NetworkChange {
        name: NetworkName::parse(NETWORK).ok(),
        slug: Some(Slug::from_name(NETWORK)),
        plan: None,
    };
    store.change_network(change, &by, now).await?;

    if store.applications("", PageRequest::new(1, 1)).await?.total == 0 {
        for (days_ago, draft) in applications::applications() {
            // Each is valid; a test sees to it.
            if let Ok(spec) = draft.validate() {
                let application = instance.registrar.new_application(spec);
                store
                    .create_applications(vec![application], &by, ago(now, days_ago))
                    .await?;
            }
        }
    }
    if store.usage(ago(now, 30), now).await?.is_empty() {
        let listed = store.applications("", PageRequest::new(1, 100)).await?.items;
        let listed: Vec<_> = listed.into_iter().map(|listing| listing.application).collect();
        store.add_usage(usage::month(&listed, now)).await?;
    }
    let password = NewPassword::new(PASSWORD.to_owned()).map_err(AccountError::from)?;
    let password = instance.passwords.hash(&password).await?;
    // Each text is valid; a test sees to it.
    if let Some(community) = community::community(now, &password) {
        // Nobody signs in as the others: their hash matches no password.
        let locked = instance.passwords.matches_nothing();
        let added = store
            .add_community(community, locked, Box::new(|_| ()), &by, now)
            .await?;
        added.map_err(DemoError::Conflict)?;
    }
    Ok(())
}

fn ago(now: Timestamp, days: u32) -> Timestamp {
    now.minus(DAY * days)
}
