//! The schema's versions. The one row of `latchkey_schema` says which one a database has; each step is one transaction
//! that holds that row, so that of nodes that start at once one makes the step and the others find it made.

use tokio_postgres::error::SqlState;

use super::PostgresUrl;
use super::errors::statement_error;
use super::folding;
use super::params::params;
use super::pool::Connections;
use super::rows::{self, Statements};
use super::transaction::{Transaction, transact};
use crate::new_database;
use latchkey_storage::StoreError;

/// All steps; the first makes schema 1. A step that was released is never changed.
pub(super) const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001_tables.sql"),
    include_str!("migrations/0002_audit.sql"),
    include_str!("migrations/0003_client_secrets.sql"),
    include_str!("migrations/0004_audit_only_grows.sql"),
    include_str!("migrations/0005_limits.sql"),
    include_str!("migrations/0006_profiles.sql"),
    include_str!("migrations/0007_activity.sql"),
];

/// The step that takes more than tables and indexes. A database that speaks `PostgreSQL`'s language and has no such triggers
/// goes on without: what it is about, the code keeps to by itself.
const NOT_EVERYWHERE: usize = 3;

/// The step that brings texts into the form in which they are searched and sorted.
const FOLDED: usize = 4;

/// The number of the newest schema.
// There are a few of them.
#[allow(clippy::cast_possible_wrap)]
pub(crate) const LATEST: i64 = MIGRATIONS.len() as i64;

/// The schema of `SQLite` that has the same tables and columns as each of these.
const SAME_IN_SQLITE: [usize; MIGRATIONS.len()] = [3, 4, 5, 5, 6, 7, 8];

/// The schema of `SQLite` that has the same tables and columns as `schema`.
pub(crate) fn same_in_sqlite(schema: i64) -> Result<usize, StoreError> {
    usize::try_from(schema - 1)
        .ok()
        .and_then(|index| SAME_IN_SQLITE.get(index).copied())
        .ok_or_else(|| StoreError::Open(format!("schema {schema} is none that this version knows")))
}

/// Gives [`transact`] what it asks a store for.
struct Database<'c> {
    connections: &'c Connections,
}

/// The number of the database's schema; `None` if there is nothing of Latchkey in it.
pub(super) async fn version(connections: &Connections) -> Result<Option<i64>, StoreError> {
    version_in(&connections.named("open")).await
}

/// The same, as a transaction or a connection sees it.
pub(super) async fn version_in(db: &dyn Statements) -> Result<Option<i64>, StoreError> {
    let there = "SELECT count(*) FROM information_schema.tables \
                 WHERE table_schema = current_schema() AND table_name = 'latchkey_schema'";
    if rows::number(db, there, &[]).await? == 0 {
        return Ok(None);
    }
    let version = rows::first(db, "SELECT version FROM latchkey_schema", &[], |columns| {
        columns.table("latchkey_schema").get::<i64>("version")
    })
    .await?;
    Ok(version.filter(|version| *version > 0))
}

/// Brings the database to this version's schema; refuses one that is newer, and one that is another program's.
pub(super) async fn run(
    connections: &Connections,
    url: &PostgresUrl,
    key_fingerprint: &str,
) -> Result<(), StoreError> {
    match version(connections).await? {
        // Nothing is written where nothing is to do.
        Some(LATEST) => return Ok(()),
        Some(_) => {}
        None => begin(connections, url).await?,
    }
    let database = Database { connections };
    while transact!(database, RowLocked, |tx| step(tx, url, key_fingerprint))? {}
    Ok(())
}

/// Makes all tables in a transaction, with no network in them yet. There is nothing of Latchkey, or its beginning.
pub(super) async fn make(tx: &Transaction, url: &PostgresUrl) -> Result<(), StoreError> {
    refuse_foreign(tx, url).await?;
    tx.execute(VERSIONS, &[]).await?;
    tx.execute(NO_VERSION, &[]).await?;
    while step(tx, url, "").await? {}
    Ok(())
}

/// Refuses a database that another program has tables in.
pub(super) async fn refuse_foreign(db: &dyn Statements, url: &PostgresUrl) -> Result<(), StoreError> {
    let foreign = "SELECT count(*) FROM information_schema.tables \
                   WHERE table_schema = current_schema() AND table_name <> 'latchkey_schema'";
    let ours = "SELECT count(*) FROM information_schema.tables \
                WHERE table_schema = current_schema() AND table_name IN ('latchkey_schema', 'meta', 'network')";
    if rows::number(db, foreign, &[]).await? > 0 && rows::number(db, ours, &[]).await? < 3 {
        return Err(StoreError::Open(format!(
            "{url} is a database of another program; give Latchkey a database of its own with --database"
        )));
    }
    Ok(())
}

/// The table that says which schema there is.
const VERSIONS: &str = "CREATE TABLE IF NOT EXISTS latchkey_schema (\
                        only_row BOOLEAN PRIMARY KEY CHECK (only_row), version BIGINT NOT NULL, written_by TEXT NOT NULL)";
const NO_VERSION: &str =
    "INSERT INTO latchkey_schema (only_row, version, written_by) VALUES (TRUE, 0, '') ON CONFLICT DO NOTHING";

/// Makes the row that says which schema there is.
async fn begin(connections: &Connections, url: &PostgresUrl) -> Result<(), StoreError> {
    let connections = &connections.named("open");
    refuse_foreign(connections, url).await?;
    match connections.execute(VERSIONS, &[]).await {
        // Another node was a little faster.
        Err(error) if is_taken(&error) => {}
        made => {
            made?;
        }
    }
    connections.execute(NO_VERSION, &[]).await?;
    Ok(())
}

fn is_taken(error: &StoreError) -> bool {
    statement_error(error)
        .and_then(tokio_postgres::Error::code)
        .is_some_and(|code| {
            // Of the row in the catalogue, the table, or the type that goes with it: whichever was met first.
            [
                SqlState::UNIQUE_VIOLATION,
                SqlState::DUPLICATE_TABLE,
                SqlState::DUPLICATE_OBJECT,
            ]
            .contains(code)
        })
}

/// Makes one step; whether there was one to make. The version is read under its lock: of two nodes, the second finds
/// the step made.
async fn step(tx: &Transaction, url: &PostgresUrl, key_fingerprint: &str) -> Result<bool, StoreError> {
    let (version, written_by) = rows::first(
        tx,
        "SELECT version, written_by FROM latchkey_schema FOR UPDATE",
        &[],
        |columns| {
            columns.table("latchkey_schema");
            Ok((
                columns.get::<i64>("version")?,
                columns.get::<String>("written_by")?,
            ))
        },
    )
    .await?
    .ok_or_else(|| StoreError::Damaged("latchkey_schema: its row is missing".to_owned()))?;
    let index = usize::try_from(version)
        .map_err(|_| StoreError::Damaged(format!("latchkey_schema.version is {version}")))?;
    if index > MIGRATIONS.len() {
        return Err(newer(url, version, &written_by));
    }
    let Some(sql) = MIGRATIONS.get(index) else {
        return Ok(false);
    };
    if index == NOT_EVERYWHERE {
        run_if_it_can(tx, sql, url).await?;
    } else {
        tx.run_script(sql).await?;
    }
    match index {
        0 => new_database::fill(tx, key_fingerprint).await?,
        FOLDED => folding::bring_over(tx, MIGRATIONS[NOT_EVERYWHERE]).await?,
        _ => {}
    }
    tx.execute(
        "UPDATE latchkey_schema SET version = $1, written_by = $2",
        params![version + 1, env!("CARGO_PKG_VERSION")],
    )
    .await?;
    tracing::info!(schema = version + 1, database = %url, "the database has a new schema");
    Ok(true)
}

/// Makes a step that not every database can make; one that cannot is left as it was, and the log says so.
async fn run_if_it_can(tx: &Transaction, sql: &str, url: &PostgresUrl) -> Result<(), StoreError> {
    tx.run_script("SAVEPOINT before_it").await?;
    match tx.run_script(sql).await {
        Err(error) if lacks_something(&error) => {
            tx.run_script("ROLLBACK TO SAVEPOINT before_it").await?;
            tracing::warn!(
                database = %url,
                error = &error as &dyn std::error::Error,
                "this database has no triggers of whole statements: Latchkey never changes the audit trail, and the database \
                 would let others do so"
            );
            Ok(())
        }
        made => made,
    }
}

/// Whether the database does not know what it was asked for.
fn lacks_something(error: &StoreError) -> bool {
    statement_error(error)
        .and_then(tokio_postgres::Error::code)
        .is_some_and(|code| {
            [
                SqlState::FEATURE_NOT_SUPPORTED,
                SqlState::SYNTAX_ERROR,
                SqlState::UNDEFINED_OBJECT,
            ]
            .contains(code)
        })
}

fn newer(url: &PostgresUrl, version: i64, written_by: &str) -> StoreError {
    StoreError::Open(format!(
        "the database {url} has schema {version}, and this is Latchkey {}, which knows schemas up to {}; install \
         Latchkey {written_by} or newer, or restore the backup made before the upgrade",
        env!("CARGO_PKG_VERSION"),
        MIGRATIONS.len(),
    ))
}
