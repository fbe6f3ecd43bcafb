//! Opening connections to the database file, with the settings that all of them share.

use std::io::{self, ErrorKind};
use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags, ffi};

use super::functions;
use crate::files;

/// How long to wait for another process (the command line beside the server, a backup) that holds the lock.
const BUSY_TIMEOUT: Duration = Duration::from_secs(10);

/// More than there are different statements, so that none is ever prepared twice.
const CACHED_STATEMENTS: usize = 128;

/// Makes an empty database file that only its owner can read, if there is none. `SQLite` gives the files that it puts
/// beside it the same mode.
pub(super) fn create_file(path: &Path) -> io::Result<()> {
    match files::create_private(path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
        _ => Ok(()),
    }
}

/// The connection that writes. It changes nothing in the file yet: it may turn out to be another program's.
pub(super) fn open_for_writing(path: &Path) -> rusqlite::Result<Connection> {
    open(
        path,
        OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
        16 * 1024,
    )
}

/// A connection that only reads.
pub(super) fn open_for_reading(path: &Path) -> rusqlite::Result<Connection> {
    open(
        path,
        OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX,
        8 * 1024,
    )
}

fn open(path: &Path, flags: OpenFlags, cache_kib: i64) -> rusqlite::Result<Connection> {
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(CACHED_STATEMENTS);
    // A database file from elsewhere must not run code of its own, and statements cannot damage the file.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_TRUSTED_SCHEMA, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DEFENSIVE, true)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DML, false)?;
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_DQS_DDL, false)?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // Negative: in KiB. There is no mmap: an error of the disk would then be a signal that kills the server instead of
    // an answer, and rows this small gain nothing from it.
    connection.pragma_update(None, "cache_size", -cache_kib)?;
    connection.pragma_update(None, "temp_store", "MEMORY")?;
    connection.pragma_update(None, "cell_size_check", true)?;
    functions::register(&connection)?;
    Ok(connection)
}

/// What only the writing connection of a database that is ours needs.
pub(super) fn prepare_for_writing(connection: &Connection) -> rusqlite::Result<()> {
    set_wal(connection)?;
    // FULL: what was answered is on the disk, also when the power fails.
    connection.pragma_update(None, "synchronous", "FULL")?;
    // What is deleted is overwritten: the sealed secret of an application that became public, a password's hash.
    connection.pragma_update(None, "secure_delete", true)?;
    // A log that one large transaction blew up shrinks again.
    connection.pragma_update_and_check(None, "journal_size_limit", 64 * 1024 * 1024, |_| Ok(()))
}

/// Write-ahead logging: readers and the writer do not wait for each other. The file remembers it; changing to it needs
/// the file for oneself, and `SQLite` does not wait for that when another process opens the file at the same time.
fn set_wal(connection: &Connection) -> rusqlite::Result<()> {
    const PAUSE: Duration = Duration::from_millis(10);

    let mut waited = Duration::ZERO;
    loop {
        match connection.pragma_update_and_check(None, "journal_mode", "WAL", |row| row.get::<_, String>(0)) {
            Ok(mode) if mode == "wal" => return Ok(()),
            Ok(mode) => {
                return Err(rusqlite::Error::SqliteFailure(
                    ffi::Error::new(ffi::SQLITE_CANTOPEN),
                    Some(format!(
                        "write-ahead logging is not possible here, the journal mode stays {mode}"
                    )),
                ));
            }
            Err(error) if is_busy(&error) && waited < BUSY_TIMEOUT => {
                std::thread::sleep(PAUSE);
                waited += PAUSE;
            }
            Err(error) => return Err(error),
        }
    }
}

/// Whether the operator can end what is behind this error, or another process does, so that the same works again.
pub(super) fn may_pass(error: &rusqlite::Error) -> bool {
    is_busy(error)
        || cannot_write(error)
        || matches!(
            error.sqlite_error_code(),
            Some(ErrorCode::DiskFull | ErrorCode::ReadOnly)
        )
}

/// No room by another name: a quota that is used up, a limit on a file's size. That the disk did not confirm what was
/// written is another matter.
fn cannot_write(error: &rusqlite::Error) -> bool {
    error.sqlite_error().is_some_and(|error| {
        [
            ffi::SQLITE_IOERR_WRITE,
            ffi::SQLITE_IOERR_TRUNCATE,
            ffi::SQLITE_IOERR_SHMSIZE,
        ]
        .contains(&error.extended_code)
    })
}

/// Whether another process holds the lock.
pub(super) fn is_busy(error: &rusqlite::Error) -> bool {
    matches!(
        error.sqlite_error_code(),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked)
    )
}
