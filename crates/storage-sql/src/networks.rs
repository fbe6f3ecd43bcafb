//! The network's one row, and what the database knows about itself.

use std::time::Duration;

use async_trait::async_trait;
use latchkey_domain::{Actor, Color, LogoId, Member, Network, NetworkName, Plan, Slug, Timestamp, WebLink};

use crate::Isolation::{RowLocked, Statement};
use crate::database::columns::Read;
use crate::database::dialect::Dialect;
use crate::database::statements::Cell;
use crate::{Columns, Database, Param, SqlStore, Statements, audit, logos, members, params, rows};
use latchkey_storage::networks::founder;
use latchkey_storage::{AddMember, AuditAction, Logo, NetworkChange, Networks, NewNetwork, StoreError};

/// What [`read_row`] reads.
macro_rules! select {
    () => {
        "SELECT id, name, slug, plan, logo, color, terms, privacy_policy, hosts_second_factor, providers_only FROM network"
    };
}

pub(crate) async fn read(db: &dyn Statements) -> Result<Network, StoreError> {
    find(db).await?.ok_or_else(missing)
}

/// Locks the network until the transaction ends: who changes what belongs to all of it waits here for another who does.
pub(crate) async fn lock(db: &dyn Statements) -> Result<(), StoreError> {
    rows::lock(db, concat!(select!(), " [[FOR UPDATE|]]"), &[]).await
}

/// The same, locked until the transaction ends.
async fn locked(db: &dyn Statements) -> Result<Network, StoreError> {
    let sql = concat!(select!(), " [[FOR UPDATE|]]");
    rows::first(db, sql, &[], read_row).await?.ok_or_else(missing)
}

async fn find(db: &dyn Statements) -> Result<Option<Network>, StoreError> {
    rows::first(db, select!(), &[], read_row).await
}

fn read_row(columns: &mut Columns<'_>) -> Result<Network, StoreError> {
    columns.table("network");
    Ok(Network {
        id: columns.get("id")?,
        name: columns.parsed("name", NetworkName::parse)?,
        slug: columns.parsed("slug", str::parse::<Slug>)?,
        plan: columns.parsed("plan", str::parse::<Plan>)?,
        logo: columns.optional("logo", str::parse::<LogoId>)?,
        color: columns.optional("color", str::parse::<Color>)?,
        terms: columns.optional("terms", WebLink::parse)?,
        privacy_policy: columns.optional("privacy_policy", WebLink::parse)?,
        hosts_second_factor: columns.get("hosts_second_factor")?,
        providers_only: columns.get("providers_only")?,
    })
}

fn missing() -> StoreError {
    StoreError::Damaged("network: its row is missing".to_owned())
}

/// Writes all but the logo, which [`set_logo`] writes, and what the providers decide.
async fn save(db: &dyn Statements, network: &Network) -> Result<(), StoreError> {
    let sql = "UPDATE network SET name = ?1, slug = ?2, plan = ?3, color = ?4, terms = ?5, privacy_policy = ?6, \
         hosts_second_factor = ?7";
    let color = network.color.map(|color| color.to_string());
    let params = params![
        network.name.as_str(),
        network.slug.as_str(),
        network.plan.id(),
        color.as_deref(),
        network.terms.as_ref().map(WebLink::as_str),
        network.privacy_policy.as_ref().map(WebLink::as_str),
        network.hosts_second_factor,
    ];
    db.execute(sql, params).await.map(|_| ())
}

async fn change(
    db: &dyn Statements,
    change: &NetworkChange,
    by: (&Actor, Timestamp),
) -> Result<Network, StoreError> {
    let (after, detail) = change.apply(&locked(db).await?);
    if let Some(detail) = detail {
        save(db, &after).await?;
        audit::write_if_allowed(db, by, AuditAction::NetworkChanged, after.slug.as_str(), &detail).await?;
    }
    Ok(after)
}

async fn set_logo(
    db: &dyn Statements,
    logo: Option<&Logo>,
    by: (&Actor, Timestamp),
) -> Result<(), StoreError> {
    let Network {
        slug, logo: before, ..
    } = locked(db).await?;
    let id = logo.map(|(id, _)| id);
    if before.as_ref() == id {
        return Ok(());
    }
    logos::keep(db, logo).await?;
    let sql = "UPDATE network SET logo = ?1";
    db.execute(sql, params![id.map(LogoId::as_str)]).await?;
    logos::delete_unused(db, before.as_ref()).await?;
    let detail = if id.is_some() { "logo" } else { "logo removed" };
    audit::write_if_allowed(db, by, AuditAction::NetworkChanged, slug.as_str(), detail).await
}

async fn found(
    db: &dyn Statements,
    network: &NewNetwork,
    host: &AddMember,
    by: (&Actor, Timestamp),
) -> Result<Option<Member>, StoreError> {
    // If two found the network at once, the second waits here and then finds a host.
    let before = locked(db).await?;
    if members::has_host(db).await? {
        return Ok(None);
    }
    let Some(member) = members::add(db, &founder(host), by).await? else {
        return Ok(None);
    };
    save(db, &network.in_row(before)).await?;
    let detail = format!("host {}", member.email);
    audit::write_if_allowed(
        db,
        by,
        AuditAction::NetworkFounded,
        network.slug.as_str(),
        &detail,
    )
    .await?;
    Ok(Some(member))
}

/// How many members are connected to an application, each once.
async fn count_connected_members(db: &dyn Statements) -> Result<u64, StoreError> {
    let sql = "SELECT count(*) FROM (SELECT member_id FROM grants WHERE redeemed_at IS NOT NULL \
               AND revoked_at IS NULL AND NOT trial UNION SELECT member_id FROM consents) connected";
    rows::count(db, sql, &[]).await
}

async fn setup_salt(db: &dyn Statements) -> Result<Vec<u8>, StoreError> {
    rows::first(
        db,
        "SELECT value FROM meta WHERE key = 'setup_salt'",
        &[],
        |columns| columns.table("meta").get("setup_salt"),
    )
    .await?
    .ok_or_else(|| StoreError::Damaged("meta.setup_salt is missing".to_owned()))
}

/// A lifetime in milliseconds as it is kept. `meta` holds bytes on `PostgreSQL`: eight, the highest first, which are ordered
/// as the number is.
struct Lifetime(Duration);

impl Read for Lifetime {
    fn read(cell: Cell<'_>) -> Result<Self, String> {
        let millis = match cell {
            Cell::Number(millis) => u64::try_from(millis).unwrap_or(0),
            Cell::Bytes(bytes) => u64::from_be_bytes(
                bytes
                    .try_into()
                    .map_err(|_| "eight bytes are expected".to_owned())?,
            ),
            _ => return Err("a number is expected".to_owned()),
        };
        Ok(Self(Duration::from_millis(millis)))
    }
}

/// The longest lifetime of refresh tokens that was noted.
pub(crate) async fn longest_refresh_lifetime(db: &dyn Statements) -> Result<Option<Duration>, StoreError> {
    let sql = "SELECT value FROM meta WHERE key = 'longest_refresh_lifetime'";
    rows::first(db, sql, &[], |columns| {
        let Lifetime(noted) = columns.table("meta").get("longest_refresh_lifetime")?;
        Ok(noted)
    })
    .await
}

async fn note_refresh_lifetime(db: &dyn Statements, lifetime: Duration) -> Result<(), StoreError> {
    let millis = i64::try_from(lifetime.as_millis()).unwrap_or(i64::MAX);
    let bytes = millis.to_be_bytes();
    let value = match db.dialect() {
        Dialect::Postgres => Param::from(&bytes),
        Dialect::Sqlite => Param::from(millis),
    };
    let sql = "INSERT INTO meta (key, value) VALUES ('longest_refresh_lifetime', ?1) \
               ON CONFLICT (key) DO UPDATE SET value = [[greatest|max]](meta.value, excluded.value)";
    db.execute(sql, &[value]).await.map(|_| ())
}

#[async_trait]
impl<D: Database> Networks for SqlStore<D> {
    async fn network(&self) -> Result<Network, StoreError> {
        self.recall(|memory| &mut memory.network, &(), (), |db, ()| Box::pin(find(db)))
            .await?
            .ok_or_else(missing)
    }

    async fn change_network(
        &self,
        network: NetworkChange,
        by: &Actor,
        at: Timestamp,
    ) -> Result<Network, StoreError> {
        let args = (network, by.clone(), at);
        self.write(RowLocked, args, |db, (network, by, at)| {
            Box::pin(change(db, network, (by, *at)))
        })
        .await
    }

    async fn set_network_logo(
        &self,
        logo: Option<Logo>,
        by: &Actor,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        self.write(RowLocked, (logo, by.clone(), at), |db, (logo, by, at)| {
            Box::pin(set_logo(db, logo.as_ref(), (by, *at)))
        })
        .await
    }

    async fn found_network(
        &self,
        network: NewNetwork,
        host: AddMember,
        by: &Actor,
        at: Timestamp,
    ) -> Result<Option<Member>, StoreError> {
        let args = (network, host, by.clone(), at);
        self.write(RowLocked, args, |db, (network, host, by, at)| {
            Box::pin(found(db, network, host, (by, *at)))
        })
        .await
    }

    async fn count_connected_members(&self) -> Result<u64, StoreError> {
        self.scan((), |db, ()| Box::pin(count_connected_members(db)))
            .await
    }

    async fn is_demo(&self) -> Result<bool, StoreError> {
        self.look_up((), |db, ()| {
            let sql = "SELECT EXISTS (SELECT 1 FROM meta WHERE key = 'demo')";
            Box::pin(rows::exists(db, sql, &[]))
        })
        .await
    }

    async fn mark_demo(&self) -> Result<(), StoreError> {
        self.write(Statement, (), |db, ()| {
            let sql = "INSERT INTO meta (key, value) VALUES ('demo', [['\\x01'|1]]) ON CONFLICT DO NOTHING";
            Box::pin(async move { db.execute(sql, &[]).await.map(|_| ()) })
        })
        .await
    }

    async fn setup_salt(&self) -> Result<Vec<u8>, StoreError> {
        self.look_up((), |db, ()| Box::pin(setup_salt(db))).await
    }

    async fn note_refresh_lifetime(&self, lifetime: Duration) -> Result<(), StoreError> {
        // Every start says it, so it is seldom news.
        if self.longest_refresh_lifetime().await? >= Some(lifetime) {
            return Ok(());
        }
        self.write(Statement, lifetime, |db, lifetime| {
            Box::pin(note_refresh_lifetime(db, *lifetime))
        })
        .await
    }

    async fn longest_refresh_lifetime(&self) -> Result<Option<Duration>, StoreError> {
        self.look_up((), |db, ()| Box::pin(longest_refresh_lifetime(db)))
            .await
    }
}
