//! Copies of the database, made while it is in use: a snapshot, checked from end to end, and under
//! their name only once they are whole and on the disk. The key is not in them.

use std::fmt::Display;
use std::fs;
use std::io::ErrorKind;
use std::path::Path;

use latchkey_domain::{Actor, Timestamp};

use super::before_upgrade::BeforeUpgrade;
use super::contents::Contents;
use super::errors::backup_failed;
use super::statements::{Held, now};
use super::{SqliteStore, connection};
use crate::DriverResult;
use crate::Isolation::RowLocked;
use crate::files::{self, Draft};
use crate::{Database, Statements, audit, params, rows};
use latchkey_storage::{AuditAction, StoreError};

/// What to do with an existing file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Existing {
    /// It stays, and the backup is refused.
    Refuse,
    /// It is replaced, once the new one is whole.
    Replace,
}

/// A backup that was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BackedUp {
    /// How large it is.
    pub bytes: u64,
    /// What was found in it.
    pub contents: Contents,
}

impl SqliteStore {
    /// Writes a copy of the database to a file at `path`; the server may go on writing. An entry in the audit trail says
    /// so.
    pub async fn back_up(
        &self,
        path: &Path,
        existing: Existing,
        by: &Actor,
        at: Timestamp,
    ) -> Result<BackedUp, StoreError> {
        let made = Database::scan(&self.0, (path.to_owned(), existing), |db, (path, existing)| {
            Box::pin(copy(db, path, *existing))
        })
        .await?;
        let detail = format!("{} bytes, schema {}", made.bytes, made.contents.schema);
        let args = (by.clone(), at, path.display().to_string(), detail);
        Database::write(&self.0, RowLocked, args, |db, (by, at, name, detail)| {
            Box::pin(audit::write_if_allowed(
                db,
                (by, *at),
                AuditAction::BackupMade,
                name,
                detail,
            ))
        })
        .await?;
        Ok(made)
    }
}

/// Copies `database` to `path`.
async fn copy(database: &dyn Statements, path: &Path, existing: Existing) -> Result<BackedUp, StoreError> {
    refuse_taken(path, existing)?;
    let (draft, made) = write_draft(database, path).await?;
    publish(&draft, path, existing)?;
    Ok(made)
}

/// A copy of `database` that is going to be the file at `path`.
async fn write_draft(database: &dyn Statements, path: &Path) -> Result<(Draft, BackedUp), StoreError> {
    let failed = |error: &dyn Display| backup_failed(path, error);
    let draft = Draft::beside(path).map_err(|error| failed(&error))?;
    let name = draft.path().to_str();
    let name = name.ok_or_else(|| failed(&"its name is not UTF-8; choose another"))?;
    connection::create_file(draft.path()).map_err(|error| failed(&error))?;
    rows::execute(database, "VACUUM INTO ?1", params![name])
        .await
        .map_err(|error| failed(&error))?;
    let contents = Contents::of(draft.path()).map_err(|error| failed(&error))?;
    // `SQLite` does not wait for the disk here, but an operator with a backup may delete the original.
    let bytes = draft.sync().map_err(|error| failed(&error))?;
    Ok((draft, BackedUp { bytes, contents }))
}

/// Refuses a name that something has already, unless that may go.
pub(super) fn refuse_taken(path: &Path, existing: Existing) -> Result<(), StoreError> {
    if existing == Existing::Refuse && path.symlink_metadata().is_ok() {
        return Err(taken(path));
    }
    Ok(())
}

/// Gives the file `draft` the name `path`.
pub(super) fn publish(draft: &Draft, path: &Path, existing: Existing) -> Result<(), StoreError> {
    let published = match existing {
        Existing::Replace => draft.replace(path),
        // A link never takes the place of another file, however late that came.
        Existing::Refuse => match fs::hard_link(draft.path(), path) {
            Ok(()) => files::sync_folder_of(path),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => return Err(taken(path)),
            // A file system without links.
            Err(_) if path.symlink_metadata().is_err() => draft.replace(path),
            Err(error) => Err(error),
        },
    };
    published.map_err(|error| backup_failed(path, &error))
}

/// Backs up a database of the older schema `schema` into the folder beside it, before it gets a new one. Of those made
/// before, the newest stay.
pub(super) fn before_migration(database: &Held, path: &Path, schema: usize) -> Result<(), StoreError> {
    let stem = path.file_stem().and_then(|stem| stem.to_str());
    let backups =
        BeforeUpgrade::in_folder(path.parent().unwrap_or(Path::new("")), stem.unwrap_or("latchkey"))?;
    // The file's name alone depends on this clock.
    let sql = "SELECT strftime('%Y%m%dT%H%M%SZ', 'now')";
    let timestamp: String = database
        .lock()
        .query_row(sql, [], |row| row.get(0))
        .or_store_error()?;
    let target = backups.file(&timestamp, schema);
    let (draft, made) = now(write_draft(database, &target))?;
    // If two processes open it at once, the slower one may find the new schema made.
    if usize::try_from(made.contents.schema) == Ok(schema) {
        publish(&draft, &target, Existing::Replace)?;
        tracing::info!(file = %target.display(), bytes = made.bytes, schema, "backed up before a new schema");
    }
    backups.delete_oldest()
}

fn taken(path: &Path) -> StoreError {
    backup_failed(
        path,
        &"there is something of that name already; choose another, or replace it with --force",
    )
}
