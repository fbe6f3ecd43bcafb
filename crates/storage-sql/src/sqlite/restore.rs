//! A backup in place of the database: looked through first, and then put there in one step. What it replaces stays beside
//! it.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use latchkey_domain::{Actor, Timestamp};
use rusqlite::Connection;

use super::contents::Contents;
use super::in_use::InUse;
use super::opening::create_folder;
use super::statements::{Held, now};
use super::{KEY_FILE, connection, migrations};
use crate::DriverResult;
use crate::files::{BESIDE, Draft, with_ending};
use crate::keyring::Keyring;
use crate::{Statements, audit, params, rows};
use latchkey_storage::audit::TEXT_LENGTH;
use latchkey_storage::shared::cut;
use latchkey_storage::{AuditAction, StoreError};

/// The result of a restore.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Restored {
    /// What is in the database now.
    pub contents: Contents,
    /// Where the database that was there before is now, if there was one.
    pub replaced: Option<PathBuf>,
}

/// Puts the backup at `backup` in place of the database at `database`, which must not be open. `suffix` names what
/// was there before. All or nothing: before the last step nothing has changed.
pub fn restore(
    backup: &Path,
    database: &Path,
    suffix: &str,
    by: &Actor,
    at: Timestamp,
) -> Result<Restored, StoreError> {
    refuse_live(backup)?;
    let contents = Contents::of_unknown(backup)?;
    if let Some(folder) = database.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        create_folder(folder)?;
    }
    refuse_other_key(&contents, backup, &database.with_file_name(KEY_FILE))?;
    let _alone = InUse::alone(database)?;

    let failed = |error: &dyn std::fmt::Display| {
        StoreError::Open(format!(
            "cannot put {} in place of {}: {error}; nothing was changed",
            backup.display(),
            database.display()
        ))
    };
    let draft = Draft::beside(database).map_err(|error| failed(&error))?;
    write_draft(backup, &draft, by, at).map_err(|error| failed(&error))?;
    let replaced = keep_replaced(database, suffix).map_err(|error| failed(&error))?;
    draft.replace(database).map_err(|error| failed(&error))?;
    Ok(Restored { contents, replaced })
}

/// A file with a log beside it is half a database, and may have a writer.
pub(super) fn refuse_live(backup: &Path) -> Result<(), StoreError> {
    let metadata = fs::metadata(backup).map_err(|error| {
        StoreError::Open(format!(
            "cannot read the backup {}: {error}; name a file that `latchkey backup` made",
            backup.display()
        ))
    })?;
    let has_log = ["-wal", "-journal"]
        .iter()
        .any(|ending| fs::metadata(with_ending(backup, ending)).is_ok_and(|log| log.len() > 0));
    if metadata.is_file() && metadata.len() > 0 && !has_log {
        return Ok(());
    }
    Err(StoreError::Open(if has_log {
        format!(
            "{} is the database of a running server, or of one that was killed; make a backup of it with `latchkey backup`",
            backup.display()
        )
    } else {
        format!(
            "{} is no Latchkey database; name a file that `latchkey backup` made",
            backup.display()
        )
    }))
}

fn refuse_other_key(contents: &Contents, backup: &Path, key: &Path) -> Result<(), StoreError> {
    let (backup, shown) = (backup.display(), key.display());
    match Keyring::load(key)? {
        Some(ring) if ring.has(&contents.key_fingerprint) => Ok(()),
        Some(_) => Err(StoreError::Open(format!(
            "the key file {shown} is not the one that {backup} was sealed with; put the latchkey.key that was kept with \
             this backup at {shown}, and restore again"
        ))),
        None => Err(StoreError::Open(format!(
            "the key file {shown} is missing, and {backup} cannot be opened without it; put the latchkey.key that was \
             kept with this backup there, and restore again"
        ))),
    }
}

/// The copy that will take the database's place, with an entry in its audit trail.
fn write_draft(backup: &Path, draft: &Draft, by: &Actor, at: Timestamp) -> Result<(), StoreError> {
    let io = |error: io::Error| StoreError::Open(error.to_string());
    draft.fill_from(backup).map_err(io)?;
    let copy = connection::open_for_writing(draft.path()).or_store_error()?;
    // A copy of a database in use would be in another mode, and leave files of the draft's name behind.
    copy.pragma_update_and_check(None, "journal_mode", "DELETE", |_| Ok(()))
        .or_store_error()?;
    now(note(&Held::new(copy), (by, at), &backup.display().to_string()))?;
    draft.sync().map(|_| ()).map_err(io)
}

/// Adds an entry to a database of any schema. The migration fills in what an earlier one does not have.
async fn note(db: &dyn Statements, by: (&Actor, Timestamp), backup: &str) -> Result<(), StoreError> {
    let action = AuditAction::DatabaseRestored;
    if rows::number(db, "PRAGMA user_version", &[]).await? >= migrations::FOLDED {
        return audit::write_if_allowed(db, by, action, backup, "").await;
    }
    let (by, at) = by;
    let sql = "INSERT INTO audit (at, member_id, address, request_id, action, target, detail) \
               VALUES (?1, ?2, ?3, ?4, ?5, ?6, '')";
    let member = by.member.map(|id| id.0);
    let target = cut(backup, TEXT_LENGTH);
    let params = params![at, member, &by.address, &by.request_id, action.id(), target];
    rows::execute(db, sql, params).await.map(|_| ())
}

/// Gives the database that is there a second name. Its log is written back into it first, or goes along: a log that
/// stayed behind would be read as the new database's.
fn keep_replaced(database: &Path, suffix: &str) -> io::Result<Option<PathBuf>> {
    if database.symlink_metadata().is_err() {
        return Ok(None);
    }
    let kept = free_name(&with_ending(database, &format!(".replaced-{suffix}")));
    let log = with_ending(database, "-wal");
    if fs::metadata(&log).is_ok_and(|log| log.len() > 0) {
        // One that is too damaged for it keeps its log.
        let _ =
            Connection::open(database).and_then(|old| old.execute_batch("PRAGMA wal_checkpoint(TRUNCATE)"));
    }
    // With a link there is always a database; without links there is none for an instant.
    if fs::hard_link(database, &kept).is_err() {
        fs::rename(database, &kept)?;
    }
    for ending in BESIDE {
        let side = with_ending(database, ending);
        if side.symlink_metadata().is_ok() {
            fs::rename(&side, with_ending(&kept, ending))?;
        }
    }
    Ok(Some(kept))
}

fn free_name(path: &Path) -> PathBuf {
    std::iter::once(path.to_owned())
        .chain((2..10_000).map(|number| with_ending(path, &format!("-{number}"))))
        .find(|name| name.symlink_metadata().is_err())
        .unwrap_or_else(|| path.to_owned())
}
