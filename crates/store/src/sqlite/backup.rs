//! Copies of the database, made while it is in use: as it is at one moment, looked through from end to end, and under
//! their name only once they are whole and on the disk. The key is not in them.

use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use latchkey_domain::{Actor, Timestamp};
use rusqlite::Connection;

use super::contents::Contents;
use super::{SqliteStore, audit, connection, rows};
use crate::{AuditAction, StoreError, files};

/// How many of the backups that are made before a new schema stay.
const KEPT: usize = 3;

/// The folder for them, beside the database.
const FOLDER: &str = "backups";

/// What may become of a file that is there already.
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
        let (target, by, name) = (path.to_owned(), by.clone(), path.display().to_string());
        let made = self
            .scan(move |database| copy(database, &target, existing))
            .await?;
        let detail = format!("{} bytes, schema {}", made.bytes, made.contents.schema);
        self.write(move |connection| {
            audit::write(connection, (&by, at), AuditAction::BackupMade, &name, &detail)
        })
        .await?;
        Ok(made)
    }

    /// When the last backup was made; `None` if never.
    pub fn last_backup(&self) -> Result<Option<Timestamp>, StoreError> {
        self.look_up(|connection| {
            rows::first(
                connection,
                "SELECT at FROM audit WHERE action = ?1 ORDER BY id DESC LIMIT 1",
                [AuditAction::BackupMade.id()],
                |columns| columns.table("audit").time("at"),
            )
        })
    }
}

/// Copies `database` to `path`.
fn copy(database: &Connection, path: &Path, existing: Existing) -> Result<BackedUp, StoreError> {
    refuse_taken(path, existing)?;
    let draft = files::draft_path(path).map_err(|error| failed(path, &error))?;
    let made = write_draft(database, &draft, path).and_then(|made| {
        publish(&draft, path, existing)?;
        Ok(made)
    });
    if made.is_err() {
        // Half a copy is worse than none.
        let _ = fs::remove_file(&draft);
    }
    made
}

fn write_draft(database: &Connection, draft: &Path, path: &Path) -> Result<BackedUp, StoreError> {
    let name = draft
        .to_str()
        .ok_or_else(|| failed(path, &"its name is not UTF-8; choose another"))?;
    connection::create_file(draft).map_err(|error| failed(path, &error))?;
    rows::execute(database, "VACUUM INTO ?1", [name]).map_err(|error| failed(path, &error))?;
    let contents = Contents::of(draft).map_err(|error| failed(path, &error))?;
    // `SQLite` does not wait for the disk here, but who has a backup may delete the original.
    let file = File::open(draft).map_err(|error| failed(path, &error))?;
    file.sync_all().map_err(|error| failed(path, &error))?;
    let bytes = file.metadata().map_err(|error| failed(path, &error))?.len();
    Ok(BackedUp { bytes, contents })
}

/// Refuses a name that something has already, unless that may go.
pub(super) fn refuse_taken(path: &Path, existing: Existing) -> Result<(), StoreError> {
    if existing == Existing::Refuse && path.symlink_metadata().is_ok() {
        return Err(taken(path));
    }
    Ok(())
}

/// Gives the file `draft` the name `path`.
pub(super) fn publish(draft: &Path, path: &Path, existing: Existing) -> Result<(), StoreError> {
    let published = match existing {
        Existing::Replace => fs::rename(draft, path),
        // A link never takes the place of another file, however late that came.
        Existing::Refuse => match fs::hard_link(draft, path) {
            Ok(()) => fs::remove_file(draft),
            Err(error) if error.kind() == ErrorKind::AlreadyExists => return Err(taken(path)),
            // A file system without links.
            Err(_) if path.symlink_metadata().is_err() => fs::rename(draft, path),
            Err(error) => Err(error),
        },
    };
    published
        .and_then(|()| files::sync_folder_of(path))
        .map_err(|error| failed(path, &error))
}

/// Backs up a database of the older schema `schema` into the folder beside it, before it gets a new one. Of those made
/// before, the newest stay.
pub(super) fn before_migration(database: &Connection, path: &Path, schema: usize) -> Result<(), StoreError> {
    let folder = path.with_file_name(FOLDER);
    create_folder(&folder).map_err(|error| failed(&folder, &error))?;
    // The file's name alone depends on this clock.
    let sql = "SELECT strftime('%Y%m%dT%H%M%SZ', 'now')";
    let moment =
        rows::first(database, sql, [], |columns| columns.get::<String>("moment"))?.unwrap_or_default();
    let stem = path
        .file_stem()
        .and_then(|stem| stem.to_str())
        .unwrap_or("latchkey");
    let target = folder.join(format!("{stem}-{moment}-schema-{schema}.db"));
    let draft = files::draft_path(&target).map_err(|error| failed(&target, &error))?;
    let made = write_draft(database, &draft, &target).and_then(|made| {
        // Of two processes that open it at once, the slower may find the new schema made.
        let is_before = usize::try_from(made.contents.schema) == Ok(schema);
        if is_before {
            publish(&draft, &target, Existing::Replace)?;
            tracing::info!(file = %target.display(), bytes = made.bytes, schema, "backed up before a new schema");
        }
        Ok(is_before)
    });
    if !matches!(made, Ok(true)) {
        let _ = fs::remove_file(&draft);
    }
    made?;
    forget_oldest(&folder, stem).map_err(|error| failed(&folder, &error))
}

fn create_folder(folder: &Path) -> io::Result<()> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

fn forget_oldest(folder: &Path, stem: &str) -> io::Result<()> {
    let mut made: Vec<PathBuf> = fs::read_dir(folder)?
        .map(|entry| entry.map(|entry| entry.path()))
        .collect::<io::Result<_>>()?;
    // Only what has a name like those that are made here; an operator may keep others beside them.
    made.retain(|path| {
        let name = path.file_stem().and_then(|name| name.to_str()).unwrap_or("");
        let is_ours = name
            .strip_prefix(stem)
            .is_some_and(|rest| rest.starts_with('-') && rest.contains("Z-schema-"));
        is_ours && path.extension().is_some_and(|ending| ending == "db")
    });
    made.sort();
    for old in made.iter().rev().skip(KEPT) {
        fs::remove_file(old)?;
    }
    Ok(())
}

fn taken(path: &Path) -> StoreError {
    failed(
        path,
        &"there is something of that name already; choose another, or replace it with --force",
    )
}

fn failed(path: &Path, error: &dyn std::fmt::Display) -> StoreError {
    StoreError::Open(format!("cannot write the backup {}: {error}", path.display()))
}
