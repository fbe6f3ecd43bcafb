//! What an operator asks of the file: whether it is whole, and how far it is.

use std::path::Path;

use latchkey_domain::Timestamp;

use super::opening::explain;
use super::{SqliteStore, connection, migrations, rows};
use crate::StoreError;

impl SqliteStore {
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

    /// The number of the schema of the file at `path`, which is only read: opening would bring it to this version's.
    pub fn schema_of(path: &Path) -> Result<usize, StoreError> {
        let connection = connection::open_for_reading(path).map_err(|error| explain(path, &error))?;
        migrations::refuse_foreign(&connection, path)?;
        migrations::refuse_newer(&connection, path)?;
        migrations::version(&connection)
    }

    /// The number of the schema that this version works with.
    pub const fn latest_schema() -> usize {
        migrations::LATEST
    }

    /// The latest moment that anything in the database is from; one that lies ahead tells that the clock was set back.
    pub fn newest_moment(&self) -> Result<Option<Timestamp>, StoreError> {
        let sql = "SELECT max(at) FROM (SELECT max(last_seen_at) AS at FROM sessions \
                   UNION ALL SELECT at FROM (SELECT at FROM audit ORDER BY id DESC LIMIT 1) \
                   UNION ALL SELECT at FROM (SELECT at FROM activity ORDER BY id DESC LIMIT 1))";
        self.look_up(|database| {
            let newest = rows::first(database, sql, [], |columns| columns.optional_time("at"))?;
            Ok(newest.flatten())
        })
    }
}
