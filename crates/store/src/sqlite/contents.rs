//! What is in a database file that nobody has opened yet: whether it is one of ours, whole, and what for.

use std::path::Path;

use rusqlite::Connection;

use super::opening::explain;
use super::{connection, migrations, rows, schema};
use crate::StoreError;

/// What a file holds, as far as an operator recognises it by that.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contents {
    /// The number of its schema.
    pub schema: i64,
    /// The network's name.
    pub network: String,
    /// How many members.
    pub members: u64,
    /// How many applications.
    pub applications: u64,
    /// Which key its secrets are sealed with.
    pub(super) key_fingerprint: String,
}

impl Contents {
    /// The same of a file that somebody handed over: refuses one whose schema was changed, too.
    pub(super) fn of_unknown(path: &Path) -> Result<Self, StoreError> {
        let contents = Self::of(path)?;
        let connection = connection::open_for_reading(path).map_err(|error| explain(path, &error))?;
        schema::refuse_changed(&connection, path)?;
        Ok(contents)
    }

    /// Looks at all of the file at `path`, which nobody is writing to; refuses what is no whole Latchkey database.
    pub(super) fn of(path: &Path) -> Result<Self, StoreError> {
        let connection = connection::open_for_reading(path).map_err(|error| explain(path, &error))?;
        migrations::refuse_foreign(&connection, path)?;
        migrations::refuse_newer(&connection, path)?;
        Self::read(&connection).map_err(|error| match error {
            StoreError::Database(source) => StoreError::Open(format!(
                "{} is damaged ({source}); take another backup",
                path.display()
            )),
            StoreError::Damaged(what) => StoreError::Open(format!(
                "{} is damaged ({what}); take another backup",
                path.display()
            )),
            error => error,
        })
    }

    fn read(connection: &Connection) -> Result<Self, StoreError> {
        let schema = rows::number(connection, "PRAGMA user_version", [])?;
        let faults: Vec<String> = rows::all(connection, "PRAGMA integrity_check(1)", [], |columns| {
            columns.get("integrity_check")
        })?;
        if let Some(fault) = faults.into_iter().find(|line| line != "ok") {
            return Err(StoreError::Damaged(fault));
        }
        let fingerprint = migrations::sealed_with(connection)?;
        let network = rows::first(connection, "SELECT name FROM network", [], |columns| {
            columns.table("network").get("name")
        })?;
        let (Some(key_fingerprint), Some(network)) = (fingerprint, network) else {
            return Err(StoreError::Damaged("it holds no network".to_owned()));
        };
        Ok(Self {
            schema,
            network,
            members: rows::count(connection, "SELECT count(*) FROM members", [])?,
            applications: rows::count(connection, "SELECT count(*) FROM applications", [])?,
            key_fingerprint,
        })
    }
}
