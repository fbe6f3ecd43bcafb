//! The network that this instance serves.

use std::time::Duration;

use async_trait::async_trait;
use latchkey_domain::{Actor, Color, Member, Network, NetworkName, Plan, Role, Slug, Timestamp, WebLink};

use crate::{AddMember, Logo, StoreError};

/// A network to be created.
#[derive(Clone, Debug)]
pub struct NewNetwork {
    /// What people see.
    pub name: NetworkName,
    /// The name in addresses.
    pub slug: Slug,
    /// What it may use.
    pub plan: Plan,
}

/// What to change of the network; `None` leaves as it is.
#[derive(Clone, Debug, Default)]
pub struct NetworkChange {
    /// What people see.
    pub name: Option<NetworkName>,
    /// The name in addresses.
    pub slug: Option<Slug>,
    /// What it may use.
    pub plan: Option<Plan>,
    pub color: Setting<Color>,
    pub terms: Setting<WebLink>,
    pub privacy_policy: Setting<WebLink>,
    /// Whether hosts need a second factor.
    pub hosts_second_factor: Option<bool>,
}

/// What to do with something that a network need not have.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Setting<T> {
    #[default]
    Keep,
    Set(T),
    Remove,
}

impl<T> Setting<T> {
    /// To have exactly this, or nothing.
    pub fn exactly(value: Option<T>) -> Self {
        value.map_or(Self::Remove, Self::Set)
    }
}

impl<T: Clone> Setting<T> {
    fn apply(&self, before: Option<&T>) -> Option<T> {
        match self {
            Self::Keep => before.cloned(),
            Self::Set(value) => Some(value.clone()),
            Self::Remove => None,
        }
    }
}

impl NewNetwork {
    /// The network in the row that is there already.
    pub fn in_row(&self, before: Network) -> Network {
        Network {
            name: self.name.clone(),
            slug: self.slug.clone(),
            plan: self.plan,
            ..before
        }
    }
}

/// The member who founds the network: its host, whatever role was asked for.
pub fn founder(member: &AddMember) -> AddMember {
    AddMember {
        role: Role::Host,
        ..member.clone()
    }
}

impl NetworkChange {
    /// The network with the change, and what the audit trail says of it; nothing, if all is as it was.
    pub fn apply(&self, before: &Network) -> (Network, Option<String>) {
        let after = Network {
            id: before.id,
            name: self.name.as_ref().unwrap_or(&before.name).clone(),
            slug: self.slug.as_ref().unwrap_or(&before.slug).clone(),
            plan: self.plan.unwrap_or(before.plan),
            logo: before.logo.clone(),
            color: self.color.apply(before.color.as_ref()),
            terms: self.terms.apply(before.terms.as_ref()),
            privacy_policy: self.privacy_policy.apply(before.privacy_policy.as_ref()),
            hosts_second_factor: self.hosts_second_factor.unwrap_or(before.hosts_second_factor),
            providers_only: before.providers_only,
        };
        let mut changes = Vec::new();
        if after.name != before.name {
            changes.push(format!("name from “{}” to “{}”", before.name, after.name));
        }
        if after.slug != before.slug {
            changes.push(format!("slug from {} to {}", before.slug, after.slug));
        }
        if after.plan != before.plan {
            changes.push(format!("plan from {} to {}", before.plan, after.plan));
        }
        changes.extend(changed("colour", before.color.as_ref(), after.color.as_ref()));
        changes.extend(changed("terms", before.terms.as_ref(), after.terms.as_ref()));
        changes.extend(changed(
            "privacy policy",
            before.privacy_policy.as_ref(),
            after.privacy_policy.as_ref(),
        ));
        match (before.hosts_second_factor, after.hosts_second_factor) {
            (false, true) => changes.push("hosts need a second factor".to_owned()),
            (true, false) => changes.push("hosts need no second factor".to_owned()),
            _ => {}
        }
        let detail = (!changes.is_empty()).then(|| changes.join(", "));
        (after, detail)
    }
}

/// `colour from #000000 to #1f6feb`; nothing, if it is as it was.
fn changed<T: PartialEq + std::fmt::Display>(
    what: &str,
    before: Option<&T>,
    after: Option<&T>,
) -> Option<String> {
    match (before, after) {
        (before, after) if before == after => None,
        (Some(before), Some(after)) => Some(format!("{what} from {before} to {after}")),
        (None, Some(after)) => Some(format!("{what} {after}")),
        (_, None) => Some(format!("{what} removed")),
    }
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

    /// Sets or removes the network's logo. A logo that nobody uses any more is deleted.
    async fn set_network_logo(&self, logo: Option<Logo>, by: &Actor, at: Timestamp)
    -> Result<(), StoreError>;

    /// The first run: names the network and adds its first host. `None`, and nothing changed, if there is a host
    /// already or the email is taken. The member is a host, whatever role was asked for.
    async fn found_network(
        &self,
        network: NewNetwork,
        host: AddMember,
        by: &Actor,
        at: Timestamp,
    ) -> Result<Option<Member>, StoreError>;

    /// How many members are connected to at least one application. Logins of the API explorer do not count.
    async fn count_connected_members(&self) -> Result<u64, StoreError>;

    /// Whether the database holds the demonstration network.
    async fn is_demo(&self) -> Result<bool, StoreError>;

    /// Marks the database as holding the demonstration network.
    async fn mark_demo(&self) -> Result<(), StoreError>;

    /// 16 random bytes that were made with the database, from which the setup token is derived.
    async fn setup_salt(&self) -> Result<Vec<u8>, StoreError>;

    /// Notes that refresh tokens live this long from now on. The note of a longer one stays: a key that is replaced
    /// has to be kept for as long as what it made may be presented ([`crate::keyring::retired_stays`]).
    async fn note_refresh_lifetime(&self, lifetime: Duration) -> Result<(), StoreError>;

    /// The longest lifetime of refresh tokens that was noted, if any was.
    async fn longest_refresh_lifetime(&self) -> Result<Option<Duration>, StoreError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_says_what_is_different() {
        let before = Network {
            id: 1,
            name: NetworkName::parse("Makers").unwrap(),
            slug: "makers".parse().unwrap(),
            plan: Plan::Launch,
            logo: None,
            color: None,
            terms: Some(WebLink::parse("https://makers.example/terms").unwrap()),
            privacy_policy: None,
            hosts_second_factor: false,
            providers_only: false,
        };
        let same = NetworkChange {
            name: Some(before.name.clone()),
            slug: None,
            plan: Some(before.plan),
            terms: Setting::Set(before.terms.clone().unwrap()),
            color: Setting::Remove,
            ..NetworkChange::default()
        };
        assert_eq!(same.apply(&before), (before.clone(), None));
        let change = NetworkChange {
            name: Some(NetworkName::parse("Builders").unwrap()),
            slug: Some("makers".parse().unwrap()),
            plan: Some(Plan::Pro),
            color: Setting::Set("#1F6FEB".parse().unwrap()),
            terms: Setting::Remove,
            ..NetworkChange::default()
        };
        let (after, detail) = change.apply(&before);
        assert_eq!(
            (after.name.as_str(), after.slug.as_str(), after.plan),
            ("Builders", "makers", Plan::Pro)
        );
        assert_eq!(
            detail.as_deref(),
            Some("name from “Makers” to “Builders”, plan from launch to pro, colour #1f6feb, terms removed")
        );
    }
}
