//! A new database, to be written: all of it, its tables too, in one transaction. Nobody sees anything of it before that is
//! committed, and a process that ends before leaves nothing.

use std::sync::Arc;

use async_trait::async_trait;

use super::snapshot::{count, highest, read};
use super::{UNHURRIED, failed};
use crate::content::words;
use crate::copy::differs;
use crate::copy::ends::{Destination, Rows};
use crate::copy::table::{Column, Kind, Table};
use crate::copy::tables::TABLES;
use crate::copy::value::{Row, Value};
use crate::postgres::opening::explain;
use crate::postgres::params::Param;
use crate::postgres::pool::Connections;
use crate::postgres::rows;
use crate::postgres::transaction::{Isolation, Transaction};
use crate::postgres::{PostgresUrl, audit, migrations};
use crate::{AuditEntry, StoreError};

/// Those who hold what is needed here are waited for, but not for long.
const PATIENCE: &str = "SET LOCAL lock_timeout = '5s'";

/// The database.
pub(crate) struct NewDatabase {
    tx: Transaction,
    shown: String,
}

impl NewDatabase {
    /// In place of nothing, or of a network that was never used.
    pub(crate) async fn in_place_of_nothing(url: &PostgresUrl) -> Result<Self, StoreError> {
        let connections = Connections::new(url)?;
        let prepared = async {
            let tx = Transaction::begin(&connections, Isolation::RowLocked).await?;
            tx.run_script(UNHURRIED).await?;
            tx.run_script(PATIENCE).await?;
            prepare(&tx, url).await?;
            Ok(tx)
        };
        Ok(Self {
            tx: prepared.await.map_err(|error| explain(url, error))?,
            shown: url.to_string(),
        })
    }

    fn cannot_write(&self, table: &str, error: &StoreError) -> StoreError {
        failed(
            &format!(
                "cannot write {table} to {}; nothing was kept of the copy",
                self.shown
            ),
            error,
        )
    }
}

/// Makes the tables, or takes those that are there and empty.
async fn prepare(tx: &Transaction, url: &PostgresUrl) -> Result<(), StoreError> {
    match migrations::version_in(tx).await? {
        None => migrations::make(tx, url).await?,
        Some(migrations::LATEST) => {
            // A node that runs there may go on reading; what it wants to write waits until the network is there.
            let names: Vec<&str> = TABLES.iter().map(|table| table.name).collect();
            tx.run_script(&format!("LOCK TABLE {} IN EXCLUSIVE MODE", names.join(", ")))
                .await?;
            refuse_used(tx, url).await?;
        }
        Some(version) => return Err(used(url, &format!("schema {version}, of another version"))),
    }
    tx.run_script("DELETE FROM network; DELETE FROM meta").await
}

async fn refuse_used(tx: &Transaction, url: &PostgresUrl) -> Result<(), StoreError> {
    for table in TABLES.iter().filter(|table| !table.is_there_from_the_start()) {
        let sql = format!(
            "SELECT count(*) FROM (SELECT 1 FROM {} LIMIT 1) AS first",
            table.name
        );
        if rows::count(tx, &sql, &[]).await? > 0 {
            return Err(used(url, table.name));
        }
    }
    Ok(())
}

fn used(url: &PostgresUrl, what: &str) -> StoreError {
    StoreError::Open(format!(
        "{url} is not empty: it has {what}; a copy replaces nothing: make a new database with CREATE DATABASE, and name that"
    ))
}

#[async_trait]
impl Rows for NewDatabase {
    async fn count(&self, table: &'static Table) -> Result<u64, StoreError> {
        count(&self.tx, table).await
    }

    async fn read(&self, table: &'static Table, after: Option<Vec<Value>>) -> Result<Vec<Row>, StoreError> {
        read(&self.tx, table, after).await
    }

    async fn highest(&self, table: &'static Table) -> Result<i64, StoreError> {
        highest(&self.tx, table).await
    }
}

#[async_trait]
impl Destination for NewDatabase {
    fn holds_nul(&self) -> bool {
        false
    }

    async fn write(&self, table: &'static Table, rows: Arc<Vec<Row>>) -> Result<(), StoreError> {
        write(&self.tx, table, &rows)
            .await
            .map_err(|error| self.cannot_write(table.name, &error))
    }

    async fn set_highest(&self, table: &'static Table, highest: i64) -> Result<(), StoreError> {
        // Unlike `setval`, it is undone with the transaction.
        let next = highest.saturating_add(1);
        let sql = format!("ALTER TABLE {} ALTER COLUMN id RESTART WITH {next}", table.name);
        self.tx
            .run_script(&sql)
            .await
            .map_err(|error| self.cannot_write(table.name, &error))
    }

    async fn settle(&mut self) -> Result<(), StoreError> {
        Ok(())
    }

    async fn check_search(&self, table: &'static Table, rows: Arc<Vec<Row>>) -> Result<(), StoreError> {
        let ids = rows.iter().filter_map(|row| row[table.place("id")].number());
        let vectors = vectors(table, &rows);
        let vectors = Param::Texts(vectors.iter().map(|vector| Some(vector.as_str())).collect());
        let sql = format!(
            "SELECT t.id FROM unnest($1::bigint[], $2::text[]) AS expected (id, words) JOIN {} t ON t.id = expected.id \
             WHERE t.words <> expected.words::tsvector LIMIT 1",
            table.name
        );
        let params = [Param::Numbers(ids.collect()), vectors];
        let wrong = rows::first(&self.tx.unhurried(), &sql, &params, |columns| {
            columns.table(table.name).get::<i64>("id")
        })
        .await?;
        match wrong {
            None => Ok(()),
            Some(id) => Err(differs(&format!(
                "{}, id {id}: the words that search finds it by",
                table.name
            ))),
        }
    }

    async fn publish(self: Box<Self>, entry: Option<AuditEntry>) -> Result<(), StoreError> {
        let Self { tx, shown } = *self;
        let last = async {
            if let Some(entry) = &entry {
                let by = (&entry.actor, entry.at);
                audit::write(&tx, by, entry.action, &entry.target, &entry.detail).await?;
            }
            // The first plans are as good as later ones.
            let names: Vec<&str> = TABLES.iter().map(|table| table.name).collect();
            tx.run_script(&format!("ANALYZE {}", names.join(", "))).await
        };
        let outcome = last.await;
        tx.finish(outcome)
            .await
            .map_err(|error| failed(&format!("cannot finish the copy to {shown}"), &error))
    }
}

/// Many rows with one statement: an array for each column.
async fn write(tx: &Transaction, table: &Table, rows: &[Row]) -> Result<(), StoreError> {
    let names = table.column_names();
    let mut arrays: Vec<String> = Vec::new();
    let mut params: Vec<Param<'_>> = Vec::new();
    for (index, column) in table.columns.iter().enumerate() {
        arrays.push(format!("${}::{}[]", index + 1, type_name(column)));
        params.push(array(column, index, rows));
    }
    let vectors = vectors(table, rows);
    let (mut into, mut from, mut listed) = (names.clone(), names.clone(), names);
    if table.searched.is_some() {
        arrays.push(format!("${}::text[]", params.len() + 1));
        params.push(Param::Texts(
            vectors.iter().map(|vector| Some(vector.as_str())).collect(),
        ));
        into.push_str(", words");
        from.push_str(", words::tsvector");
        listed.push_str(", words");
    }
    let sql = format!(
        "INSERT INTO {} ({into}) SELECT {from} FROM unnest({}) AS fresh ({listed})",
        table.name,
        arrays.join(", ")
    );
    rows::execute(&tx.unhurried(), &sql, &params).await.map(|_| ())
}

const fn type_name(column: &Column) -> &'static str {
    match column.kind {
        Kind::Number => "bigint",
        Kind::Truth => "boolean",
        Kind::Text => "text",
        Kind::Bytes | Kind::Sealed | Kind::Meta => "bytea",
    }
}

fn array<'rows>(column: &Column, index: usize, rows: &'rows [Row]) -> Param<'rows> {
    let values = rows.iter().map(|row| &row[index]);
    match column.kind {
        Kind::Number => Param::OptionalNumbers(values.map(Value::number).collect()),
        Kind::Truth => Param::OptionalTruths(values.map(Value::truth).collect()),
        Kind::Text => Param::Texts(values.map(Value::text).collect()),
        Kind::Bytes | Kind::Sealed | Kind::Meta => Param::ByteStrings(values.map(Value::bytes).collect()),
    }
}

/// The words that search finds each row by; none for a table that is not searched.
fn vectors(table: &Table, rows: &[Row]) -> Vec<String> {
    let Some(searched) = table.searched else {
        return Vec::new();
    };
    let title = searched.title.map(|title| table.place(title));
    let body = table.place(searched.body);
    rows.iter()
        .map(|row| {
            let text = |place: usize| row[place].text().unwrap_or_default();
            words::vector(title.map_or("", text), text(body))
        })
        .collect()
}
