//! A new database, to be written: all of it, its tables too, in one transaction. None of it is visible before that is
//! committed, and a process that ends before leaves nothing.

use std::collections::HashSet;
use std::sync::Arc;

use async_trait::async_trait;

use super::{Snapshot, UNHURRIED, failed};
use crate::audit;
use crate::copy::ends::{Destination, Rows};
use crate::copy::table::{Kind, Table};
use crate::copy::value::{Row, Value};
use crate::copy::{differs, rows as copied};
use crate::postgres::opening::explain;
use crate::postgres::pool::Connections;
use crate::postgres::transaction::{Isolation, Transaction};
use crate::postgres::{PostgresUrl, migrations};
use crate::sqlite;
use crate::sqlite::SqliteStore;
use crate::{Param, Statements, rows};
use latchkey_storage::content::words;
use latchkey_storage::{AuditEntry, StoreError};

/// Those who hold what is needed here are waited for, but not for long.
const PATIENCE: &str = "SET LOCAL lock_timeout = '5s'";

pub(crate) struct NewDatabase {
    to: Snapshot,
    /// The columns that hold yes or no, each behind its table.
    truths: HashSet<(String, String)>,
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
            let truths = truths(&tx).await?;
            Ok(Self {
                to: Snapshot(tx),
                truths,
                shown: url.to_string(),
            })
        };
        prepared.await.map_err(|error| explain(url, error))
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
            tx.run_script(&format!("LOCK TABLE {} IN EXCLUSIVE MODE", table_names()?))
                .await?;
            refuse_used(tx, url).await?;
        }
        Some(version) => return Err(used(url, &format!("schema {version}, of another version"))),
    }
    tx.run_script("DELETE FROM network; DELETE FROM meta").await
}

fn table_names() -> Result<String, StoreError> {
    let tables = sqlite::copy::tables(SqliteStore::latest_schema())?;
    let names: Vec<&str> = tables.iter().map(|table| table.name.as_str()).collect();
    Ok(names.join(", "))
}

async fn refuse_used(tx: &Transaction, url: &PostgresUrl) -> Result<(), StoreError> {
    for table in sqlite::copy::tables(SqliteStore::latest_schema())? {
        if !table.is_there_from_the_start() && copied::has_any(tx, &table).await? {
            return Err(used(url, &table.name));
        }
    }
    Ok(())
}

/// `SQLite`'s catalogue does not tell them from numbers.
async fn truths(db: &dyn Statements) -> Result<HashSet<(String, String)>, StoreError> {
    let sql = "SELECT table_name::text, column_name::text FROM information_schema.columns \
               WHERE table_schema = current_schema() AND data_type = 'boolean'";
    let found = rows::all(db, sql, &[], |columns| {
        columns.table("information_schema.columns");
        Ok((columns.get("table_name")?, columns.get("column_name")?))
    });
    Ok(found.await?.into_iter().collect())
}

fn used(url: &PostgresUrl, what: &str) -> StoreError {
    StoreError::Open(format!(
        "{url} is not empty: it has {what}; a copy replaces nothing: make a new database with CREATE DATABASE, and name that"
    ))
}

#[async_trait]
impl Destination for NewDatabase {
    fn written(&self) -> Result<&dyn Rows, StoreError> {
        Ok(&self.to)
    }

    fn holds_nul(&self) -> bool {
        false
    }

    async fn write(&self, table: &Arc<Table>, rows: Arc<Vec<Row>>) -> Result<(), StoreError> {
        self.insert(table, &rows)
            .await
            .map_err(|error| self.cannot_write(&table.name, &error))
    }

    async fn set_highest(&self, table: &Arc<Table>, highest: i64) -> Result<(), StoreError> {
        // Unlike `setval`, it is undone with the transaction.
        let next = highest.saturating_add(1);
        let sql = format!("ALTER TABLE {} ALTER COLUMN id RESTART WITH {next}", table.name);
        let written = self.to.0.run_script(&sql).await;
        written.map_err(|error| self.cannot_write(&table.name, &error))
    }

    async fn settle(&mut self) -> Result<(), StoreError> {
        Ok(())
    }

    async fn check_search(&self, table: &Arc<Table>, rows: Arc<Vec<Row>>) -> Result<(), StoreError> {
        let ids = rows.iter().filter_map(|row| row[table.place("id")].number());
        let vectors = vectors(table, &rows);
        let sql = format!(
            "SELECT t.id FROM unnest(?1::bigint[], ?2::text[]) AS expected (id, words) JOIN {} t ON t.id = expected.id \
             WHERE t.words <> expected.words::tsvector LIMIT 1",
            table.name
        );
        let params = [Param::Numbers(ids.collect()), texts(&vectors)];
        let wrong = rows::first(&self.to.0.unhurried(), &sql, &params, |columns| {
            columns.table("words").get::<i64>("id")
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
        let Self {
            to: Snapshot(tx),
            shown,
            ..
        } = *self;
        let last = async {
            if let Some(entry) = &entry {
                let by = (&entry.actor, entry.at);
                audit::write_if_allowed(&tx, by, entry.action, &entry.target, &entry.detail).await?;
            }
            // The first plans are as good as later ones.
            tx.run_script(&format!("ANALYZE {}", table_names()?)).await
        };
        let outcome = last.await;
        tx.finish(outcome)
            .await
            .map_err(|error| failed(&format!("cannot finish the copy to {shown}"), &error))
    }
}

impl NewDatabase {
    /// Many rows with one statement: an array for each column.
    async fn insert(&self, table: &Table, batch: &[Row]) -> Result<(), StoreError> {
        let names = table.column_names();
        let mut arrays: Vec<String> = Vec::new();
        let mut params: Vec<Param<'_>> = Vec::new();
        for (index, column) in table.columns.iter().enumerate() {
            let values = batch.iter().map(|row| &row[index]);
            let (name, array) = match column.kind {
                Kind::Number if self.truths.contains(&(table.name.clone(), column.name.clone())) => {
                    let truths = values.map(|value| value.number().map(|number| number != 0));
                    ("boolean", Param::OptionalTruths(truths.collect()))
                }
                Kind::Number => (
                    "bigint",
                    Param::OptionalNumbers(values.map(Value::number).collect()),
                ),
                Kind::Text => ("text", Param::Texts(values.map(Value::text).collect())),
                Kind::Bytes | Kind::Meta => ("bytea", Param::ByteStrings(values.map(Value::bytes).collect())),
            };
            params.push(array);
            arrays.push(format!("?{}::{name}[]", params.len()));
        }
        let vectors = vectors(table, batch);
        let (mut words, mut vector) = ("", "");
        if table.searched().is_some() {
            params.push(texts(&vectors));
            arrays.push(format!("?{}::text[]", params.len()));
            (words, vector) = (", words", ", words::tsvector");
        }
        let sql = format!(
            "INSERT INTO {} ({names}{words}) SELECT {names}{vector} FROM unnest({}) AS fresh ({names}{words})",
            table.name,
            arrays.join(", ")
        );
        rows::execute(&self.to.0.unhurried(), &sql, &params)
            .await
            .map(|_| ())
    }
}

/// The words that search finds each row by; none for a table that is not searched.
fn vectors(table: &Table, batch: &[Row]) -> Vec<String> {
    let Some(searched) = table.searched() else {
        return Vec::new();
    };
    let title = searched.title.map(|title| table.place(title));
    let body = table.place(searched.body);
    batch
        .iter()
        .map(|row| {
            let text = |place: usize| row[place].text().unwrap_or_default();
            words::vector(title.map_or("", text), text(body))
        })
        .collect()
}

fn texts(texts: &[String]) -> Param<'_> {
    Param::Texts(texts.iter().map(|text| Some(text.as_str())).collect())
}
