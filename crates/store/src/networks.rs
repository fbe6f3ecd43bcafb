//! The network that this instance serves.

use std::time::Duration;

use async_trait::async_trait;
use latchkey_domain::{Actor, Member, Network, NetworkName, Plan, Slug, Timestamp};

use crate::{AddMember, StoreError};

/// A network to be created.
#[derive(Clone, Debug)]
pub struct NewNetwork {
    /// What people see.
    pub name: NetworkName,
    /// What stands in addresses.
    pub slug: Slug,
    /// What it may use.
    pub plan: Plan,
}

/// What to change of the network; `None` leaves as it is.
#[derive(Clone, Debug, Default)]
pub struct NetworkChange {
    /// What people see.
    pub name: Option<NetworkName>,
    /// What stands in addresses.
    pub slug: Option<Slug>,
    /// What it may use.
    pub plan: Option<Plan>,
}

/// Reading and changing the network.
#[async_trait]
pub trait Networks: Send + Sync {
    /// The network. A new database has one already, with the name “My Community” and the slug `my-community`.
    async fn network(&self) -> Result<Network, StoreError>;

    /// Changes the network and returns it as it is now.
    async fn change_network(
        &self,
        change: NetworkChange,
        by: &Actor,
        at: Timestamp,
    ) -> Result<Network, StoreError>;

    /// The first run: names the network and adds its first host. `None`, and nothing changed, if there is a host
    /// already or the email is taken. The member is a host, whatever role was asked for.
    async fn found_network(
        &self,
        network: NewNetwork,
        host: AddMember,
        by: &Actor,
        at: Timestamp,
    ) -> Result<Option<Member>, StoreError>;

    /// Whether the database holds the demonstration network.
    async fn is_demo(&self) -> Result<bool, StoreError>;

    /// Marks the database as holding the demonstration network.
    async fn mark_demo(&self) -> Result<(), StoreError>;

    /// 16 random bytes that were made with the database, from which the setup token is derived.
    async fn setup_salt(&self) -> Result<Vec<u8>, StoreError>;

    /// Notes that refresh tokens are good for so long from now on. The note of a longer one stays: a key that is replaced
    /// has to be kept for as long as what it made may be presented ([`crate::keyring::retired_stays`]).
    async fn note_refresh_lifetime(&self, lifetime: Duration) -> Result<(), StoreError>;

    /// The longest lifetime of refresh tokens that was noted, if any was.
    async fn longest_refresh_lifetime(&self) -> Result<Option<Duration>, StoreError>;
}
