//! A new file, to be written: a draft that takes its place at the end.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use async_trait::async_trait;
use rusqlite::types::{ToSqlOutput, Value as Cell, ValueRef};
use rusqlite::{Connection, ToSql, params_from_iter};

use super::draft::{BESIDE, Draft, beside, cannot_write};
use super::{Shared, Snapshot, search_check};
use crate::copy::ends::{Destination, Rows};
use crate::copy::table::{Kind, Table};
use crate::copy::tables::TABLES;
use crate::copy::value::{Row, Value};
use crate::sqlite::backup::{self, BackedUp, Existing};
use crate::sqlite::contents::Contents;
use crate::sqlite::in_use::InUse;
use crate::sqlite::opening::{create_folder, explain};
use crate::sqlite::{audit, connection, migrations, rows};
use crate::{AuditEntry, StoreError, files};

/// The file.
pub(crate) struct NewDatabase {
    // Dropped before the file that it has open.
    writing: Shared,
    /// There once all is written.
    reading: Option<Snapshot>,
    draft: Draft,
    becomes: Becomes,
    /// Nobody opens what becomes a database meanwhile.
    alone: Option<InUse>,
}

/// What becomes of it.
enum Becomes {
    /// A database that is served.
    Database(PathBuf),
    /// A backup. What was made is told there.
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
        Self::begin(path, Becomes::Database(path.to_owned()), Some(alone)).await
    }

    /// A backup at `path`; `made` is told of it.
    pub(crate) async fn backup(
        path: &Path,
        existing: Existing,
        made: Arc<OnceLock<BackedUp>>,
    ) -> Result<Self, StoreError> {
        backup::refuse_taken(path, existing)?;
        Self::begin(path, Becomes::Backup(path.to_owned(), existing, made), None).await
    }

    async fn begin(path: &Path, becomes: Becomes, alone: Option<InUse>) -> Result<Self, StoreError> {
        let path = path.to_owned();
        let (draft, connection) = tokio::task::spawn_blocking(move || Draft::begin(&path))
            .await
            .map_err(|error| StoreError::Database(error.into()))??;
        Ok(Self {
            writing: Shared::new(connection),
            reading: None,
            draft,
            becomes,
            alone,
        })
    }

    fn written(&self) -> Result<&Snapshot, StoreError> {
        self.reading.as_ref().ok_or(StoreError::Closed)
    }
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
    // It writes nothing; but whoever closes a file last brings its log back into it.
    let connection = connection::open_for_writing(path).map_err(|error| explain(path, &error))?;
    migrations::refuse_foreign(&connection, path)?;
    migrations::refuse_newer(&connection, path)?;
    match migrations::version(&connection)? {
        0 => return Ok(()),
        version if version < migrations::LATEST => {
            return Err(used(&format!("schema {version}, of an earlier version")));
        }
        _ => {}
    }
    for table in TABLES.iter().filter(|table| !table.is_there_from_the_start()) {
        let sql = format!("SELECT count(*) FROM (SELECT 1 FROM {} LIMIT 1)", table.name);
        if rows::count(&connection, &sql, [])? > 0 {
            return Err(used(table.name));
        }
    }
    Ok(())
}

#[async_trait]
impl Rows for NewDatabase {
    async fn count(&self, table: &'static Table) -> Result<u64, StoreError> {
        self.written()?.count(table).await
    }

    async fn read(&self, table: &'static Table, after: Option<Vec<Value>>) -> Result<Vec<Row>, StoreError> {
        self.written()?.read(table, after).await
    }

    async fn highest(&self, table: &'static Table) -> Result<i64, StoreError> {
        self.written()?.highest(table).await
    }
}

#[async_trait]
impl Destination for NewDatabase {
    fn holds_nul(&self) -> bool {
        true
    }

    async fn write(&self, table: &'static Table, rows: Arc<Vec<Row>>) -> Result<(), StoreError> {
        self.writing
            .with(move |connection| write(connection, table, &rows))
            .await
    }

    async fn set_highest(&self, table: &'static Table, highest: i64) -> Result<(), StoreError> {
        self.writing
            .with(move |connection| {
                rows::execute(
                    connection,
                    "DELETE FROM sqlite_sequence WHERE name = ?1",
                    [table.name],
                )?;
                if highest > 0 {
                    rows::execute(
                        connection,
                        "INSERT INTO sqlite_sequence (name, seq) VALUES (?1, ?2)",
                        rusqlite::params![table.name, highest],
                    )?;
                }
                Ok(())
            })
            .await
    }

    async fn settle(&mut self) -> Result<(), StoreError> {
        self.writing
            .with(|connection| {
                search_check::check_whole(connection)?;
                Ok(connection.execute_batch("COMMIT")?)
            })
            .await?;
        // From the file, not from what the writing connection remembers.
        self.reading = Some(Snapshot::begin(connection::open_for_reading(self.draft.path())?)?);
        Ok(())
    }

    async fn check_search(&self, table: &'static Table, rows: Arc<Vec<Row>>) -> Result<(), StoreError> {
        let number = |row: Option<&Row>| row.and_then(|row| row[table.place("id")].number());
        let (Some(searched), Some(first), Some(last)) =
            (table.searched, number(rows.first()), number(rows.last()))
        else {
            return Ok(());
        };
        self.writing
            .with(move |connection| search_check::check_rows(connection, table, &searched, (first, last)))
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
            .with(move |connection| {
                if let Some(entry) = entry {
                    audit::write(
                        connection,
                        (&entry.actor, entry.at),
                        entry.action,
                        &entry.target,
                        &entry.detail,
                    )?;
                }
                connection.pragma_update_and_check(None, "journal_mode", "DELETE", |_| Ok(()))?;
                Ok(())
            })
            .await?;
        drop(writing);
        let placed = tokio::task::spawn_blocking(move || put_in_place(draft, &becomes)).await;
        drop(alone);
        placed.map_err(|error| StoreError::Database(error.into()))?
    }
}

fn put_in_place(draft: Draft, becomes: &Becomes) -> Result<(), StoreError> {
    let (Becomes::Database(path) | Becomes::Backup(path, ..)) = becomes;
    let failed = |error: &dyn std::fmt::Display| cannot_write(path, error);
    let contents = Contents::of(draft.path()).map_err(|error| failed(&error))?;
    let bytes = draft.sync().map_err(|error| failed(&error))?;
    match becomes {
        Becomes::Database(path) => {
            // Of the network that was never used, if there was one.
            for ending in BESIDE {
                let side = beside(path, ending);
                if side.symlink_metadata().is_ok() {
                    fs::remove_file(side).map_err(|error| failed(&error))?;
                }
            }
            fs::rename(draft.path(), path)
                .and_then(|()| files::sync_folder_of(path))
                .map_err(|error| failed(&error))?;
        }
        Becomes::Backup(path, existing, made) => {
            backup::publish(draft.path(), path, *existing)?;
            let _ = made.set(BackedUp { bytes, contents });
        }
    }
    draft.published();
    Ok(())
}

fn write(connection: &Connection, table: &Table, rows: &[Row]) -> Result<(), StoreError> {
    let marks = vec!["?"; table.columns.len()].join(", ");
    let sql = format!(
        "INSERT INTO {} ({}) VALUES ({marks})",
        table.name,
        table.column_names()
    );
    let mut statement = connection.prepare_cached(&sql)?;
    for row in rows {
        let cells = table
            .columns
            .iter()
            .zip(row)
            .map(|(column, value)| match (column.kind, value) {
                (Kind::Meta, Value::Bytes(bytes)) => meta(row[0].text().unwrap_or_default(), bytes),
                _ => Written(borrowed(value)),
            });
        statement.execute(params_from_iter(cells))?;
    }
    Ok(())
}

/// A value as a parameter.
struct Written<'row>(ToSqlOutput<'row>);

impl ToSql for Written<'_> {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(self.0.clone())
    }
}

fn borrowed(value: &Value) -> ToSqlOutput<'_> {
    ToSqlOutput::Borrowed(match value {
        Value::Nothing => ValueRef::Null,
        Value::Number(number) => ValueRef::Integer(*number),
        Value::Truth(truth) => ValueRef::Integer((*truth).into()),
        Value::Text(text) => ValueRef::Text(text.as_bytes()),
        Value::Bytes(bytes) => ValueRef::Blob(bytes),
    })
}

/// A value of `meta`, of the type that this store reads it with.
fn meta<'row>(key: &str, bytes: &'row [u8]) -> Written<'row> {
    Written(match key {
        "key_fingerprint" => ToSqlOutput::Borrowed(ValueRef::Text(bytes)),
        "demo" => ToSqlOutput::Owned(Cell::Integer(bytes.first().copied().unwrap_or(1).into())),
        "longest_refresh_lifetime" => match bytes.try_into() {
            Ok(bytes) => ToSqlOutput::Owned(Cell::Integer(i64::from_be_bytes(bytes))),
            Err(_) => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
        },
        _ => ToSqlOutput::Borrowed(ValueRef::Blob(bytes)),
    })
}
