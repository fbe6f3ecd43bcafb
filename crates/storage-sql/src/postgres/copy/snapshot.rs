//! A database at one time: one transaction, which does not see what others write.

use std::sync::Arc;

use async_trait::async_trait;

use super::UNHURRIED;
use crate::copy::ends::Rows;
use crate::copy::rows as copied;
use crate::copy::table::Table;
use crate::copy::value::{Row, Value};
use crate::postgres::opening::explain;
use crate::postgres::pool::Connections;
use crate::postgres::transaction::{Isolation, Transaction};
use crate::postgres::{PostgresUrl, migrations};
use crate::{params, rows};
use latchkey_storage::StoreError;

/// The database, to be read.
pub(crate) struct Snapshot(pub(super) Transaction);

impl Snapshot {
    /// Opens the database at `url`, which nothing is written to, and which must have this version's schema.
    pub(crate) async fn open(url: &PostgresUrl) -> Result<Self, StoreError> {
        match Self::open_as_it_is(url).await? {
            (snapshot, migrations::LATEST) => Ok(snapshot),
            (_, version) => Err(other_schema(url, version)),
        }
    }

    /// The same whatever schema it has, with the number of that.
    pub(crate) async fn open_as_it_is(url: &PostgresUrl) -> Result<(Self, i64), StoreError> {
        let connections = Connections::new(url)?;
        Self::begin(&connections, url)
            .await
            .map_err(|error| explain(url, error))
    }

    async fn begin(connections: &Connections, url: &PostgresUrl) -> Result<(Self, i64), StoreError> {
        let tx = Transaction::begin(connections, Isolation::Snapshot).await?;
        tx.run_script(UNHURRIED).await?;
        if let Some(version) = migrations::version_in(&tx).await? {
            return Ok((Self(tx), version));
        }
        migrations::refuse_foreign(&tx, url).await?;
        Err(StoreError::Open(format!(
            "there is no network at {url}: nothing was created there"
        )))
    }
}

fn other_schema(url: &PostgresUrl, version: i64) -> StoreError {
    let latest = migrations::LATEST;
    let advice = if version > latest {
        "install the version of Latchkey that wrote it, or a newer one"
    } else {
        "use the version that wrote it, or bring it up first, with any other command like `latchkey network show`"
    };
    StoreError::Open(format!(
        "the database {url} has schema {version}, and this version copies and backs up schema {latest}: {advice}"
    ))
}

#[async_trait]
impl Rows for Snapshot {
    async fn count(&self, table: &Arc<Table>) -> Result<u64, StoreError> {
        copied::count(&self.0.unhurried(), table).await
    }

    async fn read(&self, table: &Arc<Table>, after: Option<Vec<Value>>) -> Result<Vec<Row>, StoreError> {
        copied::read(&self.0.unhurried(), table, after.as_deref()).await
    }

    async fn highest(&self, table: &Arc<Table>) -> Result<i64, StoreError> {
        let db = self.0.unhurried();
        let sql = "SELECT pg_get_serial_sequence(?1, 'id')";
        let sequence = rows::first(&db, sql, params![&table.name], |columns| {
            columns.table("pg_class").get::<String>("relname")
        })
        .await?
        .ok_or_else(|| StoreError::Damaged(format!("{}.id: nothing counts it", table.name)))?;
        // One that nothing was asked of yet is before its first number.
        let sql = format!(
            "SELECT greatest((SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END FROM {sequence}), \
             (SELECT coalesce(max(id), 0) FROM {}))",
            table.name
        );
        rows::number(&db, &sql, &[]).await
    }
}
