//! The data: folder, key, database, backups.

use std::fs;
use std::path::Path;
use std::time::Duration;

use latchkey_domain::{Clock, Timestamp};
use latchkey_storage::{Members, Store, StoreError};
use latchkey_storage_sql::keyring::Keyring;
use latchkey_storage_sql::sqlite::SqliteStore;

use super::{Check, Finding, fail, ok, warn};
use crate::cli::open::open_sqlite;
use crate::settings::DataSettings;
use crate::system::SystemClock;

/// The maximum age of a backup.
const BACKUP_AGE: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// How far a time in the database may lie ahead: clocks are set to the second at best.
const AHEAD: Duration = Duration::from_secs(60);

pub(super) fn folder(folder: &Path) -> Finding {
    let path = folder.display();
    let metadata = match fs::metadata(folder) {
        Ok(metadata) => metadata,
        Err(error) => {
            return fail(format!(
                "{path}: {error}; `latchkey serve` makes it, or name another with --data-dir"
            ));
        }
    };
    if !metadata.is_dir() {
        return fail(format!("{path} is not a folder: name another with --data-dir"));
    }
    let probe = folder.join(format!(".latchkey-doctor-{}", std::process::id()));
    if let Err(error) = fs::write(&probe, b"").and_then(|()| fs::remove_file(&probe)) {
        return fail(format!(
            "{path} cannot be written to ({error}): make it writable for the user that runs Latchkey"
        ));
    }
    if others_can_read(&metadata) {
        return warn(format!(
            "users other than the owner can read {path}: run `chmod 700 {path}`"
        ));
    }
    ok(format!("only its owner can write to {path}"))
}

pub(super) fn key(path: &Path) -> Finding {
    let shown = path.display();
    let metadata = match fs::metadata(path) {
        Ok(metadata) => metadata,
        Err(error) => {
            return fail(format!(
                "{shown}: {error}; restore it from a backup, or start over with `latchkey serve`"
            ));
        }
    };
    if others_can_read(&metadata) {
        return fail(format!(
            "users other than the owner can read {shown}: run `chmod 600 {shown}`, and then `latchkey key rotate`"
        ));
    }
    match Keyring::load(path) {
        Ok(Some(_)) => ok(format!(
            "only its owner can read {shown}; keep a copy of it in another place than the database"
        )),
        Ok(None) => fail(format!("{shown} is missing; restore it from a backup")),
        Err(error) => fail(error.to_string()),
    }
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
pub(super) async fn database(settings: &DataSettings, path: &Path) -> Vec<Check> {
    if !fs::metadata(path).is_ok_and(|metadata| metadata.len() > 0) {
        let words = format!(
            "there is no database at {} yet: `latchkey serve` makes it",
            path.display()
        );
        return vec![("Database", fail(words))];
    }
    // Opening an older database would change it.
    match SqliteStore::schema_of(path) {
        Ok(schema) if schema < SqliteStore::latest_schema() => {
            let words = format!(
                "{} has schema {schema}: the next start upgrades it to schema {}, after a backup; run this again afterwards",
                path.display(),
                SqliteStore::latest_schema()
            );
            return vec![("Database", warn(words))];
        }
        Ok(_) => {}
        Err(error) => return vec![("Database", fail(error.to_string()))],
    }
    let store = match open_sqlite(settings, "this check") {
        Ok(store) => store,
        Err(error) => return vec![("Database", fail(error.to_string()))],
    };
    let now = SystemClock.now();
    vec![
        ("Database", opened(&store, path).await),
        ("Sealed with", sealed(&store).await),
        ("Integrity", integrity(&store).await),
        ("Emails", emails(&store).await),
        ("Schema", schema(store.as_store()).await),
        ("Timestamps", timestamps(&store, now).await),
        ("Last backup", last_backup(store.last_backup().await, now)),
    ]
}

async fn opened(store: &SqliteStore, path: &Path) -> Finding {
    let path = path.display();
    match (store.schema().await, store.has_host().await) {
        (Ok(schema), Ok(true)) => ok(format!("{path} opens, with this version’s schema {schema}")),
        (Ok(schema), Ok(false)) => warn(format!(
            "{path} opens, with this version’s schema {schema}; it has no host yet: `latchkey serve` prints the link to \
             set it up"
        )),
        (Err(error), _) | (_, Err(error)) => fail(error.to_string()),
    }
}

async fn sealed(store: &SqliteStore) -> Finding {
    match store.is_behind_its_key_file().await {
        Ok(false) => ok("the newest key of the key file"),
        Ok(true) => warn(
            "an older key of the key file, as after an interrupted rotation or after restoring an older backup: run \
             `latchkey key rotate`",
        ),
        Err(error) => fail(error.to_string()),
    }
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
pub(super) async fn emails(members: &dyn Members) -> Finding {
    match members.emails_in_another_form().await {
        Ok(left) => match left.first() {
            None => ok("each belongs to one member, however it is spelled"),
            Some((stored, form)) => warn(format!(
                "{stored} and {form} are the same address, but two members{}; the first spelling signs in the first, any other \
                 spelling the second: remove the unused one with `latchkey member remove`",
                match left.len() {
                    1 => String::new(),
                    more => format!(" (and {} more such addresses)", more - 1),
                }
            )),
        },
        Err(error) => fail(error.to_string()),
    }
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

async fn timestamps(store: &SqliteStore, now: Timestamp) -> Finding {
    match store.newest_time().await {
        Ok(Some(newest)) if newest > now.plus(AHEAD) => fail(format!(
            "the newest entry is from {}, which lies ahead: the clock was set back, and codes and tokens live longer than \
             they should; set the clock, best by NTP",
            newest.iso()
        )),
        Ok(_) => ok("none is in the future"),
        Err(error) => fail(error.to_string()),
    }
}

pub(super) fn last_backup(made: Result<Option<Timestamp>, StoreError>, now: Timestamp) -> Finding {
    match made {
        Ok(None) => warn("none was made with `latchkey backup` yet: make one every day, on another disk"),
        Ok(Some(at)) => {
            let when = at.iso();
            let days = now.since(at).as_secs() / 86_400;
            if now.since(at) > BACKUP_AGE {
                warn(format!(
                    "{when}, {days} days ago: run `latchkey backup FILE`, preferably every day"
                ))
            } else {
                ok(format!("{when}, {days} days ago"))
            }
        }
        Err(error) => fail(error.to_string()),
    }
}
