//! The data: folder, key, database, backups.

use std::fs;
use std::path::Path;
use std::time::Duration;

use latchkey_domain::{Clock, Timestamp, counted};
use latchkey_storage::{Audit, Members, Store, StoreError};
use latchkey_storage_sql::keyring::Keyring;
use latchkey_storage_sql::sqlite::SqliteStore;

use super::{Check, Checked, Finding, fail, finding, ok, warn};
use crate::error::CliError;
use crate::system::SystemClock;

/// The maximum age of a backup.
const BACKUP_AGE: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// How far a time in the database may lie ahead: clocks are set to the second at best.
const AHEAD: Duration = Duration::from_secs(60);

pub(super) fn folder(folder: &Path) -> Checked {
    let path = folder.display();
    let metadata = fs::metadata(folder).map_err(|error| {
        fail(format!(
            "{path}: {error}; `latchkey serve` makes it, or name another with --data-dir"
        ))
    })?;
    if !metadata.is_dir() {
        return Err(fail(format!(
            "{path} is not a folder: name another with --data-dir"
        )));
    }
    let probe = folder.join(format!(".latchkey-doctor-{}", std::process::id()));
    let written = fs::write(&probe, b"").and_then(|()| fs::remove_file(&probe));
    written.map_err(|error| {
        fail(format!(
            "{path} cannot be written to ({error}): make it writable for the user that runs Latchkey"
        ))
    })?;
    Ok(if others_can_read(&metadata) {
        warn(format!(
            "users other than the owner can read {path}: run `chmod 700 {path}`"
        ))
    } else {
        ok(format!("only its owner can write to {path}"))
    })
}

pub(super) fn key(path: &Path) -> Checked {
    let shown = path.display();
    let metadata = fs::metadata(path).map_err(|error| {
        fail(format!(
            "{shown}: {error}; restore it from a backup, or start over with `latchkey serve`"
        ))
    })?;
    if others_can_read(&metadata) {
        return Err(fail(format!(
            "users other than the owner can read {shown}: run `chmod 600 {shown}`, and then `latchkey key rotate`"
        )));
    }
    Ok(match Keyring::load(path)? {
        Some(_) => ok(format!(
            "only its owner can read {shown}; keep a copy of it in another place than the database"
        )),
        None => fail(format!("{shown} is missing; restore it from a backup")),
    })
}

#[cfg(unix)]
fn others_can_read(metadata: &fs::Metadata) -> bool {
    std::os::unix::fs::PermissionsExt::mode(&metadata.permissions()) & 0o077 != 0
}

#[cfg(not(unix))]
fn others_can_read(_: &fs::Metadata) -> bool {
    false
}

/// All checks that need an open database.
pub(super) async fn database(path: &Path) -> Vec<Check> {
    let store = match open(path) {
        Ok(store) => store,
        Err(closed) => return vec![("Database", closed)],
    };
    let now = SystemClock.now();
    vec![
        ("Database", finding(opened(&store, path).await)),
        ("Sealed with", finding(sealed(&store).await)),
        ("Integrity", integrity(&store).await),
        ("Emails", finding(emails(&store).await)),
        ("Schema", schema(store.as_store()).await),
        ("Timestamps", finding(timestamps(&store, now).await)),
        (
            "Last backup",
            finding(last_backup(store.last_backup().await, now)),
        ),
    ]
}

fn open(path: &Path) -> Result<SqliteStore, Finding> {
    let shown = path.display();
    if !fs::metadata(path).is_ok_and(|metadata| metadata.len() > 0) {
        return Err(fail(format!(
            "there is no database at {shown} yet: `latchkey serve` makes it"
        )));
    }
    // Opening an older database would change it.
    let (schema, latest) = (SqliteStore::schema_of(path)?, SqliteStore::latest_schema());
    if schema < latest {
        return Err(warn(format!(
            "{shown} has schema {schema}: the next start upgrades it to schema {latest}, after a backup; run this again \
             afterwards"
        )));
    }
    Ok(SqliteStore::open_file(path).map_err(CliError::from)?)
}

async fn opened(store: &SqliteStore, path: &Path) -> Checked {
    let schema = store.schema().await?;
    let words = format!("{} opens, with this version’s schema {schema}", path.display());
    Ok(if store.has_host().await? {
        ok(words)
    } else {
        warn(format!(
            "{words}; it has no host yet: `latchkey serve` prints the link to set it up"
        ))
    })
}

async fn sealed(store: &SqliteStore) -> Checked {
    Ok(if store.is_behind_its_key_file().await? {
        warn(
            "an older key of the key file, as after an interrupted rotation or after restoring an older backup: run \
             `latchkey key rotate`",
        )
    } else {
        ok("the newest key of the key file")
    })
}

async fn integrity(store: &SqliteStore) -> Finding {
    match store.check().await {
        Ok(faults) => match faults.first() {
            None => ok("every page was checked and is intact"),
            Some(first) => fail(format!(
                "the database is damaged ({first}{}): stop the server and restore the latest backup with `latchkey restore`",
                if faults.len() > 1 {
                    format!(", and {} more", faults.len() - 1)
                } else {
                    String::new()
                }
            )),
        },
        Err(error) => fail(format!(
            "the database cannot be read completely ({error}): restore the latest backup with `latchkey restore`"
        )),
    }
}

/// Members with the same email: earlier versions took two spellings of it for two addresses.
pub(super) async fn emails(members: &dyn Members) -> Checked {
    let left = members.emails_in_another_form().await?;
    Ok(match left.first() {
        None => ok("each belongs to one member, however it is spelled"),
        Some((stored, form)) => warn(format!(
            "{stored} and {form} are the same address, but two members{}; the first spelling signs in the first, any other \
             spelling the second: remove the unused one with `latchkey member remove`",
            match left.len() {
                1 => String::new(),
                2 => " (and 1 more such address)".to_owned(),
                more => format!(" (and {} more such addresses)", more - 1),
            }
        )),
    })
}

/// Whether the tables have triggers or other additions that Latchkey did not create.
pub(super) async fn schema(store: &dyn Store) -> Finding {
    match store.schema_differences().await {
        Ok(differences) if differences.is_empty() => ok("as this version makes it"),
        Ok(differences) => fail(format!(
            "someone changed it: it {}. If that was not you, restore a backup from before; if it was, undo it",
            differences.join(", ")
        )),
        Err(error) => warn(format!("cannot be checked: {error}")),
    }
}

async fn timestamps(store: &SqliteStore, now: Timestamp) -> Checked {
    Ok(match store.newest_time().await? {
        Some(newest) if newest > now.plus(AHEAD) => fail(format!(
            "the newest entry is from {}, which lies ahead: the clock was set back, and codes and tokens live longer than \
             they should; set the clock, best by NTP",
            newest.iso()
        )),
        _ => ok("none is in the future"),
    })
}

pub(super) fn last_backup(made: Result<Option<Timestamp>, StoreError>, now: Timestamp) -> Checked {
    let Some(at) = made? else {
        return Ok(warn(
            "none was made with `latchkey backup` yet: make one every day, on another disk",
        ));
    };
    let days = counted(now.since(at).as_secs() / 86_400, "day");
    let words = format!("{}, {days} ago", at.iso());
    Ok(if now.since(at) > BACKUP_AGE {
        warn(format!(
            "{words}: run `latchkey backup FILE`, preferably every day"
        ))
    } else {
        ok(words)
    })
}
