//! What is in a database file before it is opened: whether it is ours, whole, and of which network.

use std::fs;
use std::path::Path;

use super::errors::explain;
use super::statements::{Held, now};
use super::{connection, migrations, schema};
use crate::{Statements, rows};
use latchkey_storage::StoreError;

/// What an operator recognises a file by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contents {
    pub schema: i64,
    /// The network's name.
    pub network: String,
    pub members: u64,
    pub applications: u64,
    /// Which key its secrets are sealed with.
    pub(super) key_fingerprint: String,
}

impl Contents {
    /// The same of a file from elsewhere: refuses one whose schema was changed, too.
    pub(super) fn of_unknown(path: &Path) -> Result<Self, StoreError> {
        let contents = Self::of(path)?;
        let connection = connection::open_for_reading(path).map_err(|error| explain(path, &error))?;
        schema::refuse_changed(&Held::new(connection), path)?;
        Ok(contents)
    }

    /// Reads all of the file at `path`, which has no writer; refuses what is not a whole Latchkey database.
    pub(super) fn of(path: &Path) -> Result<Self, StoreError> {
        let connection = connection::open_for_reading(path).map_err(|error| explain(path, &error))?;
        migrations::known_version(&connection, path)?;
        let db = Held::new(connection);
        let damaged = |what: &dyn std::fmt::Display| {
            StoreError::Open(format!(
                "{} is damaged ({what}); take another backup",
                path.display()
            ))
        };
        now(Self::read(&db, path)).map_err(|error| match error {
            StoreError::Database(source) => damaged(&source),
            StoreError::Damaged(what) => damaged(&what),
            error => error,
        })
    }

    async fn read(db: &dyn Statements, path: &Path) -> Result<Self, StoreError> {
        let schema = rows::number(db, "PRAGMA user_version", &[]).await?;
        // A page that is not all there is read as if it ended in zeros.
        let pages = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size";
        let whole = rows::count(db, pages, &[]).await?;
        let bytes = fs::metadata(path).map_or(0, |file| file.len());
        if bytes < whole {
            return Err(StoreError::Damaged(format!(
                "it was cut short: it has {bytes} of {whole} bytes"
            )));
        }
        if let Some(fault) = faults(db, "integrity_check", 1).await?.pop() {
            return Err(StoreError::Damaged(fault));
        }
        let key_fingerprint = rows::named_key(db).await?;
        let network = rows::first(db, "SELECT name FROM network", &[], |columns| {
            columns.table("network").get("name")
        })
        .await?;
        let Some(network) = network.filter(|_| !key_fingerprint.is_empty()) else {
            return Err(StoreError::Damaged("it holds no network".to_owned()));
        };
        Ok(Self {
            schema,
            network,
            members: rows::count(db, "SELECT count(*) FROM members", &[]).await?,
            applications: rows::count(db, "SELECT count(*) FROM applications", &[]).await?,
            key_fingerprint,
        })
    }
}

/// What is wrong with a file, by `PRAGMA integrity_check` or `quick_check`; nothing, if it is whole.
pub(super) async fn faults(
    db: &dyn Statements,
    check: &'static str,
    most: u32,
) -> Result<Vec<String>, StoreError> {
    let sql = format!("PRAGMA {check}({most})");
    let mut faults: Vec<String> = rows::all(db, &sql, &[], |columns| columns.get(check)).await?;
    faults.retain(|fault| fault != "ok");
    // A fault may have a heading of its own; an error has one line.
    Ok(faults.into_iter().map(|fault| fault.replace('\n', " ")).collect())
}
