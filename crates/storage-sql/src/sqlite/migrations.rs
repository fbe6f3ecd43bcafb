//! The schema's versions. `PRAGMA user_version` says which one a file has; each step is one transaction, so that a file
//! always has one of them, also after a crash or when two processes open it at once.

use std::path::Path;

use rusqlite::Connection;

use super::errors::explain;
use super::functions;
use super::statements::{Held, now};
use crate::DriverResult;
use crate::keyring::Keyring;
use crate::{Answer, Statements, folded_members, new_database, rows};
use latchkey_storage::StoreError;

/// Marks the file as ours (`PRAGMA application_id`): the letters L, K, e, y.
const APPLICATION_ID: i64 = 0x4C4B_6579;

/// What a step does after its SQL, with the fingerprint of the key.
type Then = for<'a> fn(&'a dyn Statements, &'a str) -> Answer<'a, ()>;

/// A step from one schema to the next.
struct Migration {
    sql: &'static str,
    /// What SQL cannot do.
    then: Option<Then>,
}

impl Migration {
    const fn of(sql: &'static str) -> Self {
        Self { sql, then: None }
    }
}

/// All steps; the first makes schema 1. A step that was released is never changed.
const MIGRATIONS: &[Migration] = &[
    Migration {
        sql: include_str!("migrations/0001_tables.sql"),
        then: Some(|db, key_fingerprint| Box::pin(new_database::fill(db, key_fingerprint))),
    },
    Migration::of(include_str!("migrations/0002_content.sql")),
    Migration::of(include_str!("migrations/0003_usage.sql")),
    Migration::of(include_str!("migrations/0004_audit.sql")),
    Migration::of(include_str!("migrations/0005_client_secrets.sql")),
    Migration {
        sql: include_str!("migrations/0006_limits.sql"),
        then: Some(|db, _| Box::pin(folded_members::members(db))),
    },
    Migration::of(include_str!("migrations/0007_profiles.sql")),
    Migration::of(include_str!("migrations/0008_activity.sql")),
];

/// The first schema whose search index has words that Latchkey took apart.
pub(super) const FOLDED: i64 = 6;

/// The number of the newest schema.
pub(super) const LATEST: usize = MIGRATIONS.len();

/// Refuses a file that another program made, before anything is written to it.
pub(super) fn refuse_foreign(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    let is_ours = || -> rusqlite::Result<bool> {
        // In one statement, which sees one snapshot: another process may be making the first schema right now.
        let both =
            "SELECT (SELECT application_id FROM pragma_application_id), (SELECT count(*) FROM sqlite_schema)";
        let (application, tables): (i64, i64) =
            connection.query_row(both, [], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(application == APPLICATION_ID || (application == 0 && tables == 0))
    };
    if is_ours().map_err(|error| explain(path, &error))? {
        return Ok(());
    }
    Err(StoreError::Open(format!(
        "{} is a database of another program; move it away, or choose another data folder with --data-dir",
        path.display()
    )))
}

/// The schema of a database that [`run`] upgrades; `None` if it is empty, or not older than this version.
pub(super) fn older_schema(db: &Held) -> Result<Option<usize>, StoreError> {
    let schema = version(&db.lock())?;
    Ok((1..LATEST).contains(&schema).then_some(schema))
}

/// Brings the file to this version's schema; refuses one that is newer.
pub(super) fn run(db: &Held, path: &Path, key_fingerprint: &str) -> Result<(), StoreError> {
    let failed = |error: StoreError| match error {
        StoreError::Database(source) | StoreError::Unavailable(source) => StoreError::Open(format!(
            "cannot bring the database {} to this version's schema: {source}; nothing was changed",
            path.display()
        )),
        error => error,
    };
    while step(db, path, key_fingerprint).map_err(failed)? {}
    Ok(())
}

/// The same, up to `schema`, for a draft.
pub(super) fn run_on_draft(db: &Held, path: &Path, schema: usize) -> Result<(), StoreError> {
    while version(&db.lock())? < schema && step(db, path, "")? {}
    Ok(())
}

/// Makes one step; whether there was one to make.
fn step(db: &Held, path: &Path, key_fingerprint: &str) -> Result<bool, StoreError> {
    if version(&db.lock())? == MIGRATIONS.len() {
        return Ok(false);
    }
    db.lock().execute_batch("BEGIN IMMEDIATE").or_store_error()?;
    let made = step_in_transaction(db, path, key_fingerprint).and_then(|made| {
        db.lock().execute_batch("COMMIT").or_store_error()?;
        Ok(made)
    });
    match made {
        Ok(Some(schema)) => {
            tracing::info!(schema, database = %path.display(), "the database has a new schema");
            Ok(true)
        }
        Ok(None) => Ok(false),
        Err(error) => {
            // Some errors (a full disk) make SQLite undo it by itself.
            let _ = db.lock().execute_batch("ROLLBACK");
            Err(error)
        }
    }
}

/// The number of the schema that was made, if one was. The version is read inside the transaction: of two processes, the
/// second finds the step made.
fn step_in_transaction(db: &Held, path: &Path, key_fingerprint: &str) -> Result<Option<usize>, StoreError> {
    let connection = db.lock();
    let version = version(&connection)?;
    if version > MIGRATIONS.len() {
        return Err(newer(&connection, path, version));
    }
    let Some(migration) = MIGRATIONS.get(version) else {
        return Ok(None);
    };
    // The connection may have been opened elsewhere.
    functions::register(&connection).or_store_error()?;
    connection.execute_batch(migration.sql).or_store_error()?;
    drop(connection);
    if let Some(then) = migration.then {
        now(then(db, key_fingerprint))?;
    }
    let connection = db.lock();
    connection.execute(
        "INSERT INTO meta (key, value) VALUES ('written_by', ?1) ON CONFLICT (key) DO UPDATE SET value = excluded.value",
        [env!("CARGO_PKG_VERSION")],
    ).or_store_error()?;
    connection
        .pragma_update(None, "application_id", APPLICATION_ID)
        .or_store_error()?;
    connection
        .pragma_update(
            None,
            "user_version",
            i64::try_from(version + 1).unwrap_or(i64::MAX),
        )
        .or_store_error()?;
    Ok(Some(version + 1))
}

/// Makes the tables of an earlier or this schema in an empty database, with nothing in them.
pub(super) fn make_schema(connection: &Connection, version: usize) -> Result<(), StoreError> {
    functions::register(connection).or_store_error()?;
    for migration in MIGRATIONS.iter().take(version) {
        connection.execute_batch(migration.sql).or_store_error()?;
    }
    Ok(())
}

/// The number of the file's schema.
pub(super) fn version(connection: &Connection) -> Result<usize, StoreError> {
    let version: i64 = connection
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .or_store_error()?;
    usize::try_from(version).map_err(|_| StoreError::Damaged(format!("PRAGMA user_version is {version}")))
}

fn newer(connection: &Connection, path: &Path, version: usize) -> StoreError {
    let written_by = connection
        .query_row("SELECT value FROM meta WHERE key = 'written_by'", [], |row| {
            row.get::<_, String>(0)
        })
        .unwrap_or_else(|_| "of the version that wrote it".to_owned());
    StoreError::Open(format!(
        "the database {} has schema {version}, and this is Latchkey {}, which knows schemas up to {}; install Latchkey \
         {written_by} or newer, or restore the backup made before the upgrade",
        path.display(),
        env!("CARGO_PKG_VERSION"),
        MIGRATIONS.len(),
    ))
}

/// Refuses a file whose schema this version does not know.
pub(super) fn refuse_newer(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    let version = version(connection)?;
    if version > LATEST {
        return Err(newer(connection, path, version));
    }
    Ok(())
}

/// Refuses a key file that has not the key that the database names.
pub(super) fn refuse_other_key(
    db: &Held,
    path: &Path,
    key_path: &Path,
    keys: &Keyring,
) -> Result<(), StoreError> {
    if keys.has(&now(Box::pin(rows::named_key(db)))?) {
        return Ok(());
    }
    Err(StoreError::Open(format!(
        "the key file {} is not the one that the database {} was sealed with; put the original latchkey.key back",
        key_path.display(),
        path.display()
    )))
}
