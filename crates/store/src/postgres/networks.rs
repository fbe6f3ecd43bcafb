//! The network's one row, and what the database knows about itself.

use std::time::Duration;

use async_trait::async_trait;
use latchkey_domain::{Actor, Member, Network, NetworkName, Plan, Role, Slug, Timestamp};

use super::{PostgresStore, audit, members, rows};
use crate::postgres::params::params;
use crate::postgres::rows::Statements;
use crate::postgres::transaction::transact;
use crate::postgres::watch::named;
use crate::{AddMember, AuditAction, NetworkChange, Networks, NewNetwork, StoreError};

/// The network.
pub(super) async fn read(db: &impl Statements) -> Result<Network, StoreError> {
    first(db, "SELECT id, name, slug, plan FROM network").await
}

/// The same, and nobody else changes it until the transaction ends.
async fn locked(db: &impl Statements) -> Result<Network, StoreError> {
    first(db, "SELECT id, name, slug, plan FROM network FOR UPDATE").await
}

async fn first(db: &impl Statements, sql: &str) -> Result<Network, StoreError> {
    rows::first(db, sql, &[], |columns| {
        columns.table("network");
        Ok(Network {
            id: columns.get("id")?,
            name: columns.parsed("name", NetworkName::parse)?,
            slug: columns.parsed("slug", str::parse::<Slug>)?,
            plan: columns.parsed("plan", str::parse::<Plan>)?,
        })
    })
    .await?
    .ok_or_else(|| StoreError::Damaged("network: its row is missing".to_owned()))
}

async fn save(db: &impl Statements, network: &Network) -> Result<(), StoreError> {
    rows::execute(
        db,
        "UPDATE network SET name = $1, slug = $2, plan = $3",
        params![network.name.as_str(), network.slug.as_str(), network.plan.id()],
    )
    .await?;
    Ok(())
}

async fn change(
    db: &impl Statements,
    change: &NetworkChange,
    (by, at): (&Actor, Timestamp),
) -> Result<Network, StoreError> {
    let before = locked(db).await?;
    let after = Network {
        id: before.id,
        name: change.name.clone().unwrap_or_else(|| before.name.clone()),
        slug: change.slug.clone().unwrap_or_else(|| before.slug.clone()),
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
        save(db, &after).await?;
        audit::write(
            db,
            (by, at),
            AuditAction::NetworkChanged,
            after.slug.as_str(),
            &changes.join(", "),
        )
        .await?;
    }
    Ok(after)
}

async fn found(
    db: &impl Statements,
    network: &NewNetwork,
    host: &AddMember,
    (by, at): (&Actor, Timestamp),
) -> Result<Option<Member>, StoreError> {
    // Of two who found the network at once, the second waits here and then finds a host.
    let id = locked(db).await?.id;
    if members::has_host(db).await? {
        return Ok(None);
    }
    // Whatever role was asked for: who founds the network is its host.
    let host = AddMember {
        role: Role::Host,
        ..host.clone()
    };
    let Some(member) = members::add(db, &host, (by, at)).await? else {
        return Ok(None);
    };
    save(
        db,
        &Network {
            id,
            name: network.name.clone(),
            slug: network.slug.clone(),
            plan: network.plan,
        },
    )
    .await?;
    let detail = format!("host {}", member.email);
    audit::write(
        db,
        (by, at),
        AuditAction::NetworkFounded,
        network.slug.as_str(),
        &detail,
    )
    .await?;
    Ok(Some(member))
}

#[async_trait]
impl Networks for PostgresStore {
    async fn network(&self) -> Result<Network, StoreError> {
        read(&named!(self)).await
    }

    async fn change_network(
        &self,
        network: NetworkChange,
        by: &Actor,
        at: Timestamp,
    ) -> Result<Network, StoreError> {
        transact!(self, RowLocked, |tx| change(tx, &network, (by, at)))
    }

    async fn found_network(
        &self,
        network: NewNetwork,
        host: AddMember,
        by: &Actor,
        at: Timestamp,
    ) -> Result<Option<Member>, StoreError> {
        transact!(self, RowLocked, |tx| found(tx, &network, &host, (by, at)))
    }

    async fn is_demo(&self) -> Result<bool, StoreError> {
        let sql = "SELECT count(*) FROM meta WHERE key = 'demo'";
        Ok(rows::count(&named!(self), sql, &[]).await? > 0)
    }

    async fn mark_demo(&self) -> Result<(), StoreError> {
        let sql = "INSERT INTO meta (key, value) VALUES ('demo', '\\x01') ON CONFLICT DO NOTHING";
        named!(self).execute(sql, &[]).await.map(|_| ())
    }

    async fn setup_salt(&self) -> Result<Vec<u8>, StoreError> {
        let sql = "SELECT value FROM meta WHERE key = 'setup_salt'";
        rows::first(&named!(self), sql, &[], |columns| {
            columns.table("meta").get("setup_salt")
        })
        .await?
        .ok_or_else(|| StoreError::Damaged("meta.setup_salt is missing".to_owned()))
    }

    async fn note_refresh_lifetime(&self, lifetime: Duration) -> Result<(), StoreError> {
        // Every start says it, so it is seldom news.
        if self.longest_refresh_lifetime().await? >= Some(lifetime) {
            return Ok(());
        }
        // Eight bytes, the highest first: they are ordered as the number is.
        let millis = u64::try_from(lifetime.as_millis())
            .unwrap_or(u64::MAX)
            .to_be_bytes();
        let sql = "INSERT INTO meta (key, value) VALUES ('longest_refresh_lifetime', $1) \
                   ON CONFLICT (key) DO UPDATE SET value = greatest(meta.value, excluded.value)";
        named!(self)
            .execute(sql, params![millis.as_slice()])
            .await
            .map(|_| ())
    }

    async fn longest_refresh_lifetime(&self) -> Result<Option<Duration>, StoreError> {
        let sql = "SELECT value FROM meta WHERE key = 'longest_refresh_lifetime'";
        let found = rows::first(&named!(self), sql, &[], |columns| {
            columns.table("meta").get::<Vec<u8>>("longest_refresh_lifetime")
        })
        .await?;
        found
            .map(|millis| {
                let millis = millis.try_into().map_err(|_| {
                    StoreError::Damaged("meta.longest_refresh_lifetime is no number".to_owned())
                })?;
                Ok(Duration::from_millis(u64::from_be_bytes(millis)))
            })
            .transpose()
    }
}
