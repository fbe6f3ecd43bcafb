//! Errors of files, in words that tell an operator what to do.

use std::path::Path;

use rusqlite::ErrorCode;

use latchkey_storage::StoreError;

/// An error while opening the database at `path`.
pub(super) fn explain(path: &Path, error: &rusqlite::Error) -> StoreError {
    let path = path.display();
    StoreError::Open(match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => format!(
            "{path} is not a Latchkey database: if it was one, it is damaged and a backup has to be restored; if it is \
             something else, move it away"
        ),
        Some(ErrorCode::DatabaseCorrupt) => {
            format!("the database {path} is damaged; restore the latest backup")
        }
        Some(ErrorCode::CannotOpen | ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => format!(
            "the database {path} cannot be opened for writing ({error}); make the file and its folder writable for the \
             user that runs Latchkey"
        ),
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            format!(
                "the database {path} is locked by another process; wait until it is done, or stop it, and try again"
            )
        }
        Some(ErrorCode::DiskFull) => {
            format!("no space is left for the database {path}; make room on its disk")
        }
        _ => format!("cannot open the database {path}: {error}"),
    })
}

pub(super) fn backup_failed(path: &Path, error: &dyn std::fmt::Display) -> StoreError {
    StoreError::Open(format!("cannot write the backup {}: {error}", path.display()))
}
