//! A new file, to be written: a draft that takes its place at the end.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use async_trait::async_trait;

use super::{Shared, Snapshot, search_check, tables};
use crate::DriverResult;
use crate::copy::ends::{Destination, Rows};
use crate::copy::rows as copied;
use crate::copy::table::{Kind, Table};
use crate::copy::value::{Row, Value};
use crate::files::{BESIDE, Draft, with_ending};
use crate::sqlite::backup::{self, BackedUp, Existing};
use crate::sqlite::contents::Contents;
use crate::sqlite::errors::explain;
use crate::sqlite::in_use::InUse;
use crate::sqlite::opening::create_folder;
use crate::sqlite::statements::{Held, blocking, now};
use crate::sqlite::{connection, migrations};
use crate::{Param, Statements, audit, params, rows};
use latchkey_storage::{AuditEntry, StoreError};

/// The file.
pub(crate) struct NewDatabase {
    // Dropped before the file that it has open.
    writing: Shared,
    /// There once all is written.
    reading: Option<Snapshot>,
    draft: Draft,
    becomes: Becomes,
    /// Keeps others from opening the new database meanwhile.
    alone: Option<InUse>,
}

/// The outcome of it.
enum Becomes {
    /// A database that is served.
    Database(PathBuf),
    /// A backup, and where it says what was written.
    Backup(PathBuf, Existing, Arc<OnceLock<BackedUp>>),
}

impl NewDatabase {
    /// In place of nothing, or of a network that was never used.
    pub(crate) async fn in_place_of_nothing(path: &Path) -> Result<Self, StoreError> {
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            create_folder(folder)?;
        }
        let alone = InUse::alone(path)?;
        if fs::metadata(path).is_ok_and(|metadata| metadata.len() > 0) {
            refuse_used(path)?;
        }
        let becomes = Becomes::Database(path.to_owned());
        Self::begin(path, migrations::LATEST, becomes, Some(alone)).await
    }

    /// A backup at `path` with this or an earlier schema; `made` gets what was written.
    pub(crate) async fn backup(
        path: &Path,
        existing: Existing,
        schema: usize,
        made: Arc<OnceLock<BackedUp>>,
    ) -> Result<Self, StoreError> {
        backup::refuse_taken(path, existing)?;
        let becomes = Becomes::Backup(path.to_owned(), existing, made);
        Self::begin(path, schema, becomes, None).await
    }

    async fn begin(
        path: &Path,
        schema: usize,
        becomes: Becomes,
        alone: Option<InUse>,
    ) -> Result<Self, StoreError> {
        let path = path.to_owned();
        let (draft, db) = blocking(move || {
            let draft = Draft::beside(&path).map_err(|error| cannot_write(&path, &error))?;
            let db = prepare(draft.path(), schema).map_err(|error| cannot_write(&path, &error))?;
            Ok((draft, db))
        })
        .await?;
        Ok(Self {
            writing: Shared::new(db),
            reading: None,
            draft,
            becomes,
            alone,
        })
    }
}

/// A new file with the tables of this or an earlier schema and nothing in them.
fn prepare(path: &Path, schema: usize) -> Result<Held, StoreError> {
    connection::create_file(path).map_err(|error| StoreError::Open(error.to_string()))?;
    let connection = connection::open_for_writing(path).or_store_error()?;
    // The file is useless if this process ends before it is whole; it is brought onto the disk at the end.
    connection
        .execute_batch("PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF; PRAGMA cache_size = -65536")
        .or_store_error()?;
    let db = Held::new(connection);
    migrations::run_on_draft(&db, path, schema)?;
    db.lock()
        .execute_batch("BEGIN IMMEDIATE; DELETE FROM network; DELETE FROM meta WHERE key <> 'written_by'")
        .or_store_error()?;
    Ok(db)
}

fn cannot_write(path: &Path, error: &dyn std::fmt::Display) -> StoreError {
    StoreError::Open(format!("cannot write {}: {error}", path.display()))
}

/// Refuses a file that has a network in it that was used.
fn refuse_used(path: &Path) -> Result<(), StoreError> {
    let shown = path.display();
    let used = |what: &str| {
        StoreError::Open(format!(
            "{shown} is not empty: it has {what}; a copy replaces nothing: name a place where there is no database yet, or \
             move this one away"
        ))
    };
    // It writes nothing; but the last one to close a file brings its log back into it.
    let connection = connection::open_for_writing(path).map_err(|error| explain(path, &error))?;
    match migrations::known_version(&connection, path)? {
        0 => return Ok(()),
        version if version < migrations::LATEST => {
            return Err(used(&format!("schema {version}, of an earlier version")));
        }
        _ => {}
    }
    let db = Held::new(connection);
    for table in tables(migrations::LATEST)? {
        if !table.is_there_from_the_start() && now(copied::has_any(&db, &table))? {
            return Err(used(&table.name));
        }
    }
    Ok(())
}

#[async_trait]
impl Destination for NewDatabase {
    fn holds_nul(&self) -> bool {
        true
    }

    fn written(&self) -> Result<&dyn Rows, StoreError> {
        self.reading
            .as_ref()
            .map(|reading| reading as &dyn Rows)
            .ok_or(StoreError::Closed)
    }

    async fn write(&self, table: &Arc<Table>, batch: Arc<Vec<Row>>) -> Result<(), StoreError> {
        let table = Arc::clone(table);
        self.writing.with(move |db| now(write(db, &table, &batch))).await
    }

    async fn set_highest(&self, table: &Arc<Table>, highest: i64) -> Result<(), StoreError> {
        let table = Arc::clone(table);
        self.writing
            .with(move |db| now(set_highest(db, &table.name, highest)))
            .await
    }

    async fn settle(&mut self) -> Result<(), StoreError> {
        self.writing
            .with(|db| {
                now(search_check::check_whole(db))?;
                db.lock().execute_batch("COMMIT").or_store_error()
            })
            .await?;
        // From the file, not from what the writing connection remembers.
        self.reading = Some(Snapshot::begin(Held::new(
            connection::open_for_reading(self.draft.path()).or_store_error()?,
        ))?);
        Ok(())
    }

    async fn check_search(&self, table: &Arc<Table>, rows: Arc<Vec<Row>>) -> Result<(), StoreError> {
        let number = |row: Option<&Row>| row.and_then(|row| row[table.place("id")].number());
        let (Some(searched), Some(first), Some(last)) =
            (table.searched(), number(rows.first()), number(rows.last()))
        else {
            return Ok(());
        };
        self.writing
            .with(move |db| now(search_check::check_rows(db, searched, (first, last))))
            .await
    }

    async fn publish(self: Box<Self>, entry: Option<AuditEntry>) -> Result<(), StoreError> {
        let Self {
            writing,
            reading,
            draft,
            becomes,
            alone,
        } = *self;
        drop(reading);
        writing
            .with(move |db| {
                if let Some(entry) = &entry {
                    let by = (&entry.actor, entry.at);
                    let written = audit::write_if_allowed(db, by, entry.action, &entry.target, &entry.detail);
                    now(written)?;
                }
                db.lock()
                    .pragma_update_and_check(None, "journal_mode", "DELETE", |_| Ok(()))
                    .or_store_error()?;
                Ok(())
            })
            .await?;
        drop(writing);
        let placed = blocking(move || put_in_place(&draft, &becomes)).await;
        drop(alone);
        placed
    }
}

fn put_in_place(draft: &Draft, becomes: &Becomes) -> Result<(), StoreError> {
    let (Becomes::Database(path) | Becomes::Backup(path, ..)) = becomes;
    let failed = |error: &dyn std::fmt::Display| cannot_write(path, error);
    let contents = Contents::of(draft.path()).map_err(|error| failed(&error))?;
    let bytes = draft.sync().map_err(|error| failed(&error))?;
    match becomes {
        Becomes::Database(path) => {
            // Of the network that was never used, if there was one.
            for ending in BESIDE {
                let side = with_ending(path, ending);
                if side.symlink_metadata().is_ok() {
                    fs::remove_file(side).map_err(|error| failed(&error))?;
                }
            }
            draft.replace(path).map_err(|error| failed(&error))
        }
        Becomes::Backup(path, existing, made) => {
            backup::publish(draft, path, *existing)?;
            let _ = made.set(BackedUp { bytes, contents });
            Ok(())
        }
    }
}

async fn write(db: &dyn Statements, table: &Table, batch: &[Row]) -> Result<(), StoreError> {
    let marks: Vec<String> = (1..=table.columns.len())
        .map(|number| format!("?{number}"))
        .collect();
    let sql = format!(
        "INSERT INTO {} ({}) VALUES ({})",
        table.name,
        table.column_names(),
        marks.join(", ")
    );
    for row in batch {
        let values = table.columns.iter().zip(row);
        let params: Vec<Param<'_>> = values
            .map(|(column, value)| match (column.kind, value) {
                (Kind::Meta, Value::Bytes(bytes)) => meta(row[table.place("key")].text(), bytes),
                _ => Param::from(value),
            })
            .collect();
        rows::execute(db, &sql, &params).await?;
    }
    Ok(())
}

/// A value of `meta`, of the type that this store reads it with.
fn meta<'row>(key: Option<&str>, bytes: &'row [u8]) -> Param<'row> {
    match (key, bytes.try_into(), str::from_utf8(bytes)) {
        (Some("key_fingerprint"), _, Ok(text)) => text.into(),
        (Some("demo"), ..) => i64::from(bytes.first().copied().unwrap_or(1)).into(),
        (Some("longest_refresh_lifetime"), Ok(bytes), _) => i64::from_be_bytes(bytes).into(),
        _ => bytes.into(),
    }
}

async fn set_highest(db: &dyn Statements, table: &str, highest: i64) -> Result<(), StoreError> {
    rows::execute(db, "DELETE FROM sqlite_sequence WHERE name = ?1", params![table]).await?;
    if highest > 0 {
        let sql = "INSERT INTO sqlite_sequence (name, seq) VALUES (?1, ?2)";
        rows::execute(db, sql, params![table, highest]).await?;
    }
    Ok(())
}
