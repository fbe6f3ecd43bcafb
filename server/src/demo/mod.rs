//! The demonstration network: the same people and applications each time.

mod applications;
mod people;

use std::time::Duration;

use latchkey_accounts::AccountError;
use latchkey_domain::member::NewPassword;
use latchkey_domain::{Actor, Email, MemberName, NetworkName, PageRequest, Role, Slug, Timestamp};
use latchkey_store::{AddMember, NetworkChange, PasswordHash, StoreError};
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
}

impl From<DemoError> for CliError {
    fn from(error: DemoError) -> Self {
        match error {
            DemoError::Account(error) => error.into(),
            DemoError::Store(error) => error.into(),
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
    // The host comes last: who finds one finds all.
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

    for group in people::PEOPLE.chunk_by(|one, other| one.0 == other.0) {
        // Nobody signs in as these: their hash matches no password.
        let nobody = || instance.passwords.matches_nothing();
        let members = group
            .iter()
            .filter_map(|(_, role, name)| member(&people::email_of(name), name, *role, nobody()));
        store
            .add_members(members.collect(), &by, ago(now, group[0].0))
            .await?;
    }
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
    let password = NewPassword::new(PASSWORD.to_owned()).map_err(AccountError::from)?;
    for (email, name, role) in [
        (MEMBER, "Sam Okafor", Role::Member),
        (HOST, "Robin Hale", Role::Host),
    ] {
        let member = member(email, name, role, instance.passwords.hash(&password).await?);
        store
            .add_members(member.into_iter().collect(), &by, ago(now, 730))
            .await?;
    }
    Ok(())
}

fn member(email: &str, name: &str, role: Role, password: PasswordHash) -> Option<AddMember> {
    let (email, name) = (email.parse::<Email>().ok()?, MemberName::parse(name).ok()?);
    Some(AddMember {
        email,
        name,
        role,
        password,
    })
}

fn ago(now: Timestamp, days: u32) -> Timestamp {
    now.minus(DAY * days)
}
