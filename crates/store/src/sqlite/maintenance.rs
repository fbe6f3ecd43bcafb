//! What an operator does with the file: copying it while it is in use, and looking whether it is whole.

use std::fs::{self, File};
use std::io::ErrorKind;
use std::path::Path;

use super::{SqliteStore, connection, rows};
use crate::StoreError;

impl SqliteStore {
    /// Writes a copy of the database to a new file at `path`, as it is at one moment; the server may go on writing. Its
    /// secrets are sealed with the same key, which is not in the copy.
    pub async fn back_up(&self, path: &Path) -> Result<(), StoreError> {
        let path = path.to_owned();
        self.scan(move |database| {
            let failed = |error: &dyn std::fmt::Display| {
                StoreError::Open(format!("cannot write the backup {}: {error}", path.display()))
            };
            let name = path
                .to_str()
                .ok_or_else(|| failed(&"its name is not UTF-8; choose another"))?;
            if fs::metadata(&path).map_or_else(|error| error.kind() != ErrorKind::NotFound, |_| true) {
                return Err(failed(&"there is something of that name already; choose another"));
            }
            connection::create_file(&path).map_err(|error| failed(&error))?;
            let written = rows::execute(database, "VACUUM INTO ?1", [name])
                .map_err(|error| failed(&error))
                // `SQLite` does not wait for the disk here, but who has a backup may delete the original.
                .and_then(|_| {
                    File::open(&path)
                        .and_then(|file| file.sync_all())
                        .map_err(|error| failed(&error))
                });
            if written.is_err() {
                // Half a copy is worse than none.
                let _ = fs::remove_file(&path);
            }
            written
        })
        .await
    }

    /// Reads the whole file and says what is wrong with it; nothing, if it is whole.
    pub async fn check(&self) -> Result<Vec<String>, StoreError> {
        self.scan(|database| {
            let mut wrong: Vec<String> = rows::all(database, "PRAGMA quick_check", [], |columns| {
                columns.get("quick_check")
            })?;
            wrong.retain(|line| line != "ok");
            wrong.extend(rows::all(database, "PRAGMA foreign_key_check", [], |columns| {
                columns
                    .get::<String>("table")
                    .map(|table| format!("a row of {table} belongs to a row that is gone"))
            })?);
            Ok(wrong)
        })
        .await
    }

    /// The number of the database's schema.
    pub fn schema(&self) -> Result<i64, StoreError> {
        self.look_up(|database| rows::number(database, "PRAGMA user_version", []))
    }
}
