//! The network's one row, and what the database knows about itself.

use std::time::Duration;

use async_trait::async_trait;
use latchkey_domain::{Actor, Member, Network, NetworkName, Plan, Role, Slug, Timestamp};
use rusqlite::{Connection, params};

use super::{SqliteStore, audit, members, rows};
use crate::{AddMember, AuditAction, NetworkChange, Networks, NewNetwork, StoreError};

/// The network.
pub(super) fn read(connection: &Connection) -> Result<Network, StoreError> {
    rows::first(
        connection,
        "SELECT id, name, slug, plan FROM network",
        [],
        |columns| {
            columns.table("network");
            Ok(Network {
                id: columns.get("id")?,
                name: columns.parsed("name", NetworkName::parse)?,
                slug: columns.parsed("slug", str::parse::<Slug>)?,
                plan: columns.parsed("plan", str::parse::<Plan>)?,
            })
        },
    )?
    .ok_or_else(missing)
}

fn missing() -> StoreError {
    StoreError::Damaged("network: its row is missing".to_owned())
}

fn save(connection: &Connection, network: &Network) -> Result<(), StoreError> {
    rows::execute(
        connection,
        "UPDATE network SET name = ?1, slug = ?2, plan = ?3",
        params![network.name.as_str(), network.slug.as_str(), network.plan.id()],
    )?;
    Ok(())
}

fn change(
    connection: &Connection,
    change: NetworkChange,
    (by, at): (&Actor, Timestamp),
) -> Result<Network, StoreError> {
    let before = read(connection)?;
    let after = Network {
        id: before.id,
        name: change.name.unwrap_or_else(|| before.name.clone()),
        slug: change.slug.unwrap_or_else(|| before.slug.clone()),
        plan: change.plan.unwrap_or(before.plan),
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
    if !changes.is_empty() {
        save(connection, &after)?;
        audit::write(
            connection,
            (by, at),
            AuditAction::NetworkChanged,
            after.slug.as_str(),
            &changes.join(", "),
        )?;
    }
    Ok(after)
}

fn found(
    connection: &Connection,
    network: NewNetwork,
    host: AddMember,
    (by, at): (&Actor, Timestamp),
) -> Result<Option<Member>, StoreError> {
    if members::has_host(connection)? {
        return Ok(None);
    }
    // Whatever role was asked for: who founds the network is its host.
    let host = AddMember {
        role: Role::Host,
        ..host
    };
    let Some(member) = members::add(connection, &host, (by, at))? else {
        return Ok(None);
    };
    let id = read(connection)?.id;
    save(
        connection,
        &Network {
            id,
            name: network.name,
            slug: network.slug.clone(),
            plan: network.plan,
        },
    )?;
    let detail = format!("host {}", member.email);
    audit::write(
        connection,
        (by, at),
        AuditAction::NetworkFounded,
        network.slug.as_str(),
        &detail,
    )?;
    Ok(Some(member))
}

/// The longest lifetime of refresh tokens that was noted.
pub(super) fn longest_refresh_lifetime(connection: &Connection) -> Result<Option<Duration>, StoreError> {
    let sql = "SELECT value FROM meta WHERE key = 'longest_refresh_lifetime'";
    rows::first(connection, sql, [], |columns| {
        columns.table("meta");
        let millis: i64 = columns.get("longest_refresh_lifetime")?;
        Ok(Duration::from_millis(u64::try_from(millis).unwrap_or(0)))
    })
}

#[async_trait]
impl Networks for SqliteStore {
    async fn network(&self) -> Result<Network, StoreError> {
        let network =
            self.recall(|memory, database| memory.network.recall(&(), || read(database).map(Some)))?;
        network.ok_or_else(missing)
    }

    async fn change_network(
        &self,
        network: NetworkChange,
        by: &Actor,
        at: Timestamp,
    ) -> Result<Network, StoreError> {
        let by = by.clone();
        self.write(move |connection| change(connection, network, (&by, at)))
            .await
    }

    async fn found_network(
        &self,
        network: NewNetwork,
        host: AddMember,
        by: &Actor,
        at: Timestamp,
    ) -> Result<Option<Member>, StoreError> {
        let by = by.clone();
        self.write(move |connection| found(connection, network, host, (&by, at)))
            .await
    }

    async fn is_demo(&self) -> Result<bool, StoreError> {
        self.look_up(|connection| {
            Ok(rows::count(connection, "SELECT count(*) FROM meta WHERE key = 'demo'", [])? > 0)
        })
    }

    async fn mark_demo(&self) -> Result<(), StoreError> {
        self.write(|connection| {
            rows::execute(
                connection,
                "INSERT INTO meta (key, value) VALUES ('demo', 1) ON CONFLICT DO NOTHING",
                [],
            )
            .map(|_| ())
        })
        .await
    }

    async fn setup_salt(&self) -> Result<Vec<u8>, StoreError> {
        self.look_up(|connection| {
            rows::first(
                connection,
                "SELECT value FROM meta WHERE key = 'setup_salt'",
                [],
                |columns| columns.table("meta").get("setup_salt"),
            )?
            .ok_or_else(|| StoreError::Damaged("meta.setup_salt is missing".to_owned()))
        })
    }

    async fn note_refresh_lifetime(&self, lifetime: Duration) -> Result<(), StoreError> {
        // Every start says it, so it is seldom news.
        if self.look_up(longest_refresh_lifetime)? >= Some(lifetime) {
            return Ok(());
        }
        let millis = i64::try_from(lifetime.as_millis()).unwrap_or(i64::MAX);
        self.write(move |connection| {
            rows::execute(
                connection,
                "INSERT INTO meta (key, value) VALUES ('longest_refresh_lifetime', ?1) \
                 ON CONFLICT (key) DO UPDATE SET value = max(value, excluded.value)",
                [millis],
            )
            .map(|_| ())
        })
        .await
    }

    async fn longest_refresh_lifetime(&self) -> Result<Option<Duration>, StoreError> {
        self.look_up(longest_refresh_lifetime)
    }
}
