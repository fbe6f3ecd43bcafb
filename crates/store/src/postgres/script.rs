//! A database as a script that makes it again, whatever schema of Latchkey's it has: what is kept from before a new one.
//!
//! The steps to its schema are in this version, as they are in every later one, so the script needs nothing of the
//! database but its rows, and whoever wants to go back needs no Latchkey for it: `psql` runs it, as it would run one that
//! `pg_dump` made.

use std::io::{self, Write};

use futures_util::StreamExt;

use super::copy::UNHURRIED;
use super::migrations::{self, NOT_EVERYWHERE};
use super::opening::explain;
use super::pool::Connections;
use super::rows;
use super::transaction::{Isolation, Transaction};
use super::{PostgresStore, PostgresUrl};
use crate::StoreError;

/// A column of a table.
struct Column {
    /// As it is written in SQL.
    quoted: String,
    /// Whether a sequence counts it.
    counted: bool,
}

impl PostgresStore {
    /// Writes the database at `url` to `to` as a script for `psql`, which makes it again in an empty database, in one
    /// transaction. It is the database as it is at one moment; whoever works with it goes on.
    ///
    /// # Errors
    /// If there is no database of Latchkey's there or a newer one, if it does not answer, and if `to` takes no more.
    pub async fn write_script(url: &PostgresUrl, to: &mut (dyn Write + Send)) -> Result<(), StoreError> {
        let connections = Connections::new(url)?;
        let written = async {
            let tx = Transaction::begin(&connections, Isolation::Snapshot).await?;
            tx.run_script(UNHURRIED).await?;
            let written = write(&tx, to).await;
            tx.finish(written).await
        };
        written.await.map_err(|error| explain(url, error))
    }
}

async fn write(tx: &Transaction, to: &mut (dyn Write + Send)) -> Result<(), StoreError> {
    let version = migrations::version_in(tx).await?.unwrap_or(0);
    let steps = usize::try_from(version)
        .ok()
        .and_then(|version| migrations::MIGRATIONS.get(..version))
        .filter(|steps| !steps.is_empty())
        .ok_or_else(|| StoreError::Open(format!("schema {version} is none that this version knows")))?;
    put(to, &beginning(version))?;
    for (index, step) in steps.iter().enumerate() {
        if index != NOT_EVERYWHERE || has_triggers(tx).await? {
            put(to, step)?;
        }
    }
    put(to, migrations::VERSIONS)?;
    put(to, ";\n")?;
    for table in tables(steps) {
        let columns = columns(tx, table).await?;
        if !columns.is_empty() {
            write_rows(tx, table, &columns, to).await?;
        }
    }
    put(to, "\nCOMMIT;\n")
}

fn beginning(version: i64) -> String {
    format!(
        "-- A network of Latchkey's on PostgreSQL, with schema {version}, all of it but the key. To go back to it, run this on a new, \
         empty database:\n\
         --     psql --no-psqlrc --file FILE postgres://…\n\
         -- and give that to the version of Latchkey that had this schema. It is made whole or not at all.\n\
         \\set ON_ERROR_STOP on\n\
         SET client_encoding = 'UTF8';\n\
         SET standard_conforming_strings = on;\n\
         BEGIN;\n\n"
    )
}

/// The tables in the order in which the steps make them, in which each stands behind those that it refers to. Some are gone
/// again in a later step.
fn tables<'sql>(steps: &[&'sql str]) -> Vec<&'sql str> {
    let made = steps.iter().flat_map(|sql| {
        let behind = sql.split("CREATE TABLE ").skip(1);
        behind.filter_map(|rest| rest.split_whitespace().next())
    });
    std::iter::once("latchkey_schema").chain(made).collect()
}

async fn has_triggers(tx: &Transaction) -> Result<bool, StoreError> {
    let sql = "SELECT count(*) FROM information_schema.routines \
               WHERE routine_schema = current_schema() AND routine_name = 'latchkey_audit_only_grows'";
    Ok(rows::number(tx, sql, &[]).await? > 0)
}

async fn columns(tx: &Transaction, table: &str) -> Result<Vec<Column>, StoreError> {
    let sql = "SELECT quote_ident(column_name), is_identity = 'YES' FROM information_schema.columns \
               WHERE table_schema = current_schema() AND table_name = $1 ORDER BY ordinal_position";
    rows::all(tx, sql, &[table.into()], |columns| {
        columns.table("information_schema.columns");
        Ok(Column {
            quoted: columns.get("column_name")?,
            counted: columns.get("is_identity")?,
        })
    })
    .await
}

async fn write_rows(
    tx: &Transaction,
    table: &str,
    columns: &[Column],
    to: &mut (dyn Write + Send),
) -> Result<(), StoreError> {
    let names: Vec<&str> = columns.iter().map(|column| column.quoted.as_str()).collect();
    let names = names.join(", ");
    put(to, &format!("\nCOPY {table} ({names}) FROM stdin;\n"))?;
    let mut lines = Box::pin(tx.copy_out(&format!("COPY {table} ({names}) TO STDOUT")).await?);
    while let Some(line) = lines.next().await {
        to.write_all(&line?).map_err(|error| cannot_write(&error))?;
    }
    put(to, "\\.\n")?;
    for column in columns.iter().filter(|column| column.counted) {
        let quoted = &column.quoted;
        if let Some(last) = last_given(tx, table, quoted).await? {
            put(
                to,
                &format!("SELECT setval(pg_get_serial_sequence('{table}', '{quoted}'), {last});\n"),
            )?;
        }
    }
    Ok(())
}

/// The last number that was given, which a row that is gone may have had; `None` if none ever was.
async fn last_given(tx: &Transaction, table: &str, column: &str) -> Result<Option<i64>, StoreError> {
    let sequence = rows::first(
        tx,
        "SELECT pg_get_serial_sequence($1, $2)",
        &[table.into(), column.into()],
        |columns| columns.table("pg_class").get::<String>("sequence"),
    )
    .await?
    .ok_or_else(|| StoreError::Damaged(format!("{table}.{column}: nothing counts it")))?;
    let sql = format!("SELECT CASE WHEN is_called THEN last_value END FROM {sequence}");
    let last = rows::first(tx, &sql, &[], |columns| {
        columns.table("pg_class").get::<Option<i64>>("last_value")
    });
    Ok(last.await?.flatten())
}

fn put(to: &mut (dyn Write + Send), text: &str) -> Result<(), StoreError> {
    to.write_all(text.as_bytes())
        .map_err(|error| cannot_write(&error))
}

fn cannot_write(error: &io::Error) -> StoreError {
    StoreError::Open(error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_table_of_every_step_is_known() {
        let tables = tables(migrations::MIGRATIONS);
        for table in crate::copy::tables::TABLES {
            assert!(tables.contains(&table.name), "{}", table.name);
        }
        let is_a_name = |table: &&str| {
            table
                .bytes()
                .all(|byte| byte.is_ascii_lowercase() || byte == b'_')
        };
        assert!(tables.iter().all(is_a_name), "{tables:?}");
    }
}
