//! A database as it is at one moment: one transaction, in which whoever writes to it is not seen.

use async_trait::async_trait;
use tokio_postgres::Row as Found;

use super::UNHURRIED;
use crate::StoreError;
use crate::copy::ends::Rows;
use crate::copy::table::{Column, Kind, Table, quoted};
use crate::copy::value::{Row, Value};
use crate::postgres::opening::explain;
use crate::postgres::params::Param;
use crate::postgres::pool::Connections;
use crate::postgres::rows::{self, Statements};
use crate::postgres::transaction::{Isolation, Transaction};
use crate::postgres::{PostgresUrl, migrations};

/// The database, to be read.
pub(crate) struct Snapshot(Transaction);

impl Snapshot {
    /// Opens the database at `url`, which nothing is written to, and which must have this version's schema.
    pub(crate) async fn open(url: &PostgresUrl) -> Result<Self, StoreError> {
        let connections = Connections::new(url)?;
        Self::begin(&connections, url)
            .await
            .map_err(|error| explain(url, error))
    }

    async fn begin(connections: &Connections, url: &PostgresUrl) -> Result<Self, StoreError> {
        let tx = Transaction::begin(connections, Isolation::Snapshot).await?;
        tx.run_script(UNHURRIED).await?;
        match migrations::version_in(&tx).await? {
            Some(migrations::LATEST) => Ok(Self(tx)),
            Some(version) => Err(other_schema(url, version)),
            None => {
                migrations::refuse_foreign(&tx, url).await?;
                Err(StoreError::Open(format!(
                    "there is no network at {url}: nothing was begun there"
                )))
            }
        }
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
    async fn count(&self, table: &'static Table) -> Result<u64, StoreError> {
        count(&self.0, table).await
    }

    async fn read(&self, table: &'static Table, after: Option<Vec<Value>>) -> Result<Vec<Row>, StoreError> {
        read(&self.0, table, after).await
    }

    async fn highest(&self, table: &'static Table) -> Result<i64, StoreError> {
        highest(&self.0, table).await
    }
}

pub(super) async fn count(tx: &Transaction, table: &Table) -> Result<u64, StoreError> {
    let condition = table
        .only
        .map_or_else(String::new, |only| format!(" WHERE {only}"));
    let sql = format!("SELECT count(*) FROM {}{condition}", table.name);
    rows::count(&tx.unhurried(), &sql, &[]).await
}

pub(super) async fn read(
    tx: &Transaction,
    table: &'static Table,
    after: Option<Vec<Value>>,
) -> Result<Vec<Row>, StoreError> {
    // Sorted as SQLite sorts it, whatever the database is set up for.
    let keys = table.keys(|column| match column.kind {
        Kind::Text => format!("{} COLLATE \"C\"", quoted(column.name)),
        _ => quoted(column.name),
    });
    let mut conditions: Vec<String> = table.only.iter().map(|only| (*only).to_owned()).collect();
    if after.is_some() {
        let marks: Vec<String> = (1..=table.key.len()).map(|number| format!("${number}")).collect();
        conditions.push(format!("({keys}) > ({})", marks.join(", ")));
    }
    let condition = if conditions.is_empty() {
        String::new()
    } else {
        format!("WHERE {}", conditions.join(" AND "))
    };
    let sql = format!(
        "SELECT {} FROM {} {condition} ORDER BY {keys} LIMIT {}",
        table.column_names(),
        table.name,
        table.batch
    );
    let after: Vec<Param<'_>> = after.iter().flatten().map(param).collect();
    let found = tx.unhurried().rows(&sql, &after).await?;
    found.iter().map(|found| row(table, found)).collect()
}

/// A value of a key, to look behind.
fn param(value: &Value) -> Param<'_> {
    match value {
        Value::Text(text) => Param::from(text),
        value => Param::from(value.number()),
    }
}

fn row(table: &Table, found: &Found) -> Result<Row, StoreError> {
    table
        .columns
        .iter()
        .enumerate()
        .map(|(index, column)| {
            value(column, found, index)
                .map_err(|error| StoreError::Damaged(format!("{}.{}: {error}", table.name, column.name)))
        })
        .collect()
}

fn value(column: &Column, found: &Found, index: usize) -> Result<Value, tokio_postgres::Error> {
    let value = match column.kind {
        Kind::Number => found.try_get::<_, Option<i64>>(index)?.map(Value::Number),
        Kind::Truth => found.try_get::<_, Option<bool>>(index)?.map(Value::Truth),
        Kind::Text => found.try_get::<_, Option<String>>(index)?.map(Value::Text),
        Kind::Bytes | Kind::Sealed | Kind::Meta => {
            found.try_get::<_, Option<Vec<u8>>>(index)?.map(Value::Bytes)
        }
    };
    Ok(value.unwrap_or(Value::Nothing))
}

pub(super) async fn highest(tx: &Transaction, table: &Table) -> Result<i64, StoreError> {
    let unhurried = tx.unhurried();
    let sequence = rows::first(
        &unhurried,
        "SELECT pg_get_serial_sequence($1, 'id')",
        &[Param::from(table.name)],
        |columns| columns.table(table.name).get::<String>("id"),
    )
    .await?
    .ok_or_else(|| StoreError::Damaged(format!("{}.id: nothing counts it", table.name)))?;
    // One that nothing was asked of yet is before its first number.
    let sql = format!(
        "SELECT greatest((SELECT CASE WHEN is_called THEN last_value ELSE last_value - 1 END FROM {sequence}), \
         (SELECT coalesce(max(id), 0) FROM {}))",
        table.name
    );
    rows::number(&unhurried, &sql, &[]).await
}
