//! What an operator asks of the file: whether it is whole, and how far it is.

use std::path::Path;

use latchkey_domain::Timestamp;

use super::contents::faults;
use super::errors::explain;
use super::{SqliteStore, connection, migrations};
use crate::{Database, Statements, rows};
use latchkey_storage::StoreError;

impl SqliteStore {
    /// Reads the whole file and says what is wrong with it; nothing, if it is whole.
    pub async fn check(&self) -> Result<Vec<String>, StoreError> {
        Database::scan(&self.0, (), |db, ()| Box::pin(all_faults(db))).await
    }

    /// The number of the database's schema.
    pub async fn schema(&self) -> Result<i64, StoreError> {
        Database::look_up(&self.0, (), |db, ()| {
            Box::pin(rows::number(db, "PRAGMA user_version", &[]))
        })
        .await
    }

    /// The number of the schema of the file at `path`, which is only read: opening would bring it to this version's.
    pub fn schema_of(path: &Path) -> Result<usize, StoreError> {
        let connection = connection::open_for_reading(path).map_err(|error| explain(path, &error))?;
        migrations::known_version(&connection, path)
    }

    /// The number of the schema that this version works with.
    pub const fn latest_schema() -> usize {
        migrations::LATEST
    }

    /// The latest timestamp in the database; one in the future means that the clock was set back.
    pub async fn newest_time(&self) -> Result<Option<Timestamp>, StoreError> {
        let sql = "SELECT max(at) FROM (SELECT max(last_seen_at) AS at FROM sessions \
                   UNION ALL SELECT at FROM (SELECT at FROM audit ORDER BY id DESC LIMIT 1) \
                   UNION ALL SELECT at FROM (SELECT at FROM activity ORDER BY id DESC LIMIT 1))";
        let newest = Database::look_up(&self.0, sql, |db, sql| {
            Box::pin(rows::first(db, sql, &[], |columns| columns.optional_time("at")))
        });
        Ok(newest.await?.flatten())
    }
}

async fn all_faults(db: &dyn Statements) -> Result<Vec<String>, StoreError> {
    let mut faults = faults(db, "quick_check", 100).await?;
    let orphans = rows::all(db, "PRAGMA foreign_key_check", &[], |columns| {
        columns
            .get::<String>("table")
            .map(|table| format!("a row of {table} belongs to a row that is gone"))
    });
    faults.extend(orphans.await?);
    Ok(faults)
}
