//! Users of the database share a lock for as long as it is open; a process that replaces the database holds
//! it alone. `SQLite`'s own locks are on the file itself, which is what is replaced; this one is on a file beside it, that
//! stays. The operating system lets go of it when a process ends, however it ends.

use std::path::Path;
use std::sync::Mutex;
use std::time::Duration;

use rusqlite::{Connection, OpenFlags};

use super::connection::{self, is_busy};
use latchkey_storage::StoreError;

/// How long to wait for a restore, which is short.
const PATIENCE: Duration = Duration::from_secs(10);

/// The lock. Dropping it lets go.
pub(super) struct InUse {
    // A transaction on an empty database of its own: a lock that works wherever SQLite does.
    // The mutex is never locked: it is what lets the store be shared between threads.
    _connection: Mutex<Connection>,
}

impl InUse {
    /// Takes the lock together with all others who use the database at `path`.
    pub(super) fn share(path: &Path) -> Result<Self, StoreError> {
        Self::take(path, PATIENCE, "BEGIN; SELECT count(*) FROM sqlite_schema").map_err(|error| {
            let path = path.display();
            StoreError::Open(if is_busy(&error) {
                format!("the database {path} is being replaced by a backup; wait until that is done, and try again")
            } else {
                format!(
                    "cannot lock the database {path}: {error}; make its folder and latchkey.lock writable for the user \
                     that runs Latchkey"
                )
            })
        })
    }

    /// Takes the exclusive lock, unless the database is in use.
    pub(super) fn alone(path: &Path) -> Result<Self, StoreError> {
        Self::take(path, Duration::ZERO, "BEGIN EXCLUSIVE").map_err(|error| {
            let path = path.display();
            StoreError::Open(if is_busy(&error) {
                format!(
                    "the database {path} is in use by a running server or another command; stop it first, and try again"
                )
            } else {
                format!("cannot lock the database {path}: {error}; make its folder writable for the user that runs Latchkey")
            })
        })
    }

    fn take(path: &Path, patience: Duration, sql: &str) -> rusqlite::Result<Self> {
        let path = path.with_extension("lock");
        connection::create_file(&path).map_err(|error| {
            rusqlite::Error::SqliteFailure(
                rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CANTOPEN),
                Some(format!("{}: {error}", path.display())),
            )
        })?;
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(patience)?;
        connection.execute_batch(sql)?;
        Ok(Self {
            _connection: Mutex::new(connection),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn many_share_it_and_one_has_it_alone() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("club.db");
        let (one, other) = (InUse::share(&path).unwrap(), InUse::share(&path).unwrap());
        drop(one);
        let refusal = InUse::alone(&path).err().unwrap().to_string();
        assert!(refusal.contains("is in use by a running server"), "{refusal}");
        drop(other);
        let alone = InUse::alone(&path).unwrap();
        assert!(InUse::alone(&path).is_err());
        drop(alone);
        InUse::share(&path).unwrap();
    }
}
