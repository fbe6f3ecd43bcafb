//! A file at one time: one read transaction, which does not see what others write.

use std::path::Path;
use std::sync::Arc;

use async_trait::async_trait;

use super::Shared;
use crate::DriverResult;
use crate::copy::ends::Rows;
use crate::copy::rows as copied;
use crate::copy::table::Table;
use crate::copy::value::{Row, Value};
use crate::files::Draft;
use crate::sqlite::contents::{Contents, faults};
use crate::sqlite::errors::explain;
use crate::sqlite::statements::{Held, blocking, now};
use crate::sqlite::{connection, migrations, restore, schema};
use crate::{Statements, params, rows};
use latchkey_storage::StoreError;

/// The file, to be read.
pub(crate) struct Snapshot {
    connection: Shared,
    /// A private file, deleted with this.
    draft: Option<Draft>,
}

impl Snapshot {
    /// Opens the file at `path`, which nothing is written to, and which must have this version's schema.
    pub(crate) async fn open(path: &Path) -> Result<Self, StoreError> {
        refuse_missing(path)?;
        // It could write, so that SQLite takes away behind it the files that it puts beside the database; but it may not.
        let connection = connection::open_for_writing(path)
            .and_then(|connection| {
                connection.pragma_update(None, "query_only", true)?;
                Ok(connection)
            })
            .map_err(|error| explain(path, &error))?;
        let version = migrations::known_version(&connection, path)?;
        if version != migrations::LATEST {
            return Err(older(path, version));
        }
        let db = Held::new(connection);
        schema::refuse_changed(&db, path)?;
        let snapshot = Self::begin(db)?;
        snapshot.refuse_damaged(path).await?;
        Ok(snapshot)
    }

    /// Opens the backup at `path`. One with an older schema is brought up as a copy in `folder`.
    pub(crate) async fn open_backup(path: &Path, folder: &Path) -> Result<Self, StoreError> {
        restore::refuse_live(path)?;
        let (backup, folder) = (path.to_owned(), folder.to_owned());
        let draft = blocking(move || {
            let contents = Contents::of_unknown(&backup)?;
            let is_older = usize::try_from(contents.schema).is_ok_and(|schema| schema < migrations::LATEST);
            is_older.then(|| upgraded(&backup, &folder)).transpose()
        })
        .await?;
        let mut snapshot = Self::open(draft.as_ref().map_or(path, Draft::path)).await?;
        snapshot.draft = draft;
        Ok(snapshot)
    }

    /// The same for a file that was just written here.
    pub(super) fn begin(db: Held) -> Result<Self, StoreError> {
        // The first read fixes the snapshot.
        db.lock()
            .execute_batch("BEGIN; SELECT count(*) FROM sqlite_schema")
            .or_store_error()?;
        Ok(Self {
            connection: Shared::new(db),
            draft: None,
        })
    }

    /// A row that cannot be reached any more would not be missed.
    async fn refuse_damaged(&self, path: &Path) -> Result<(), StoreError> {
        let faults = self
            .connection
            .with(|db| now(faults(db, "quick_check", 1)))
            .await?;
        match faults.first() {
            None => Ok(()),
            Some(fault) => Err(StoreError::Open(format!(
                "the database {} is damaged ({fault}); restore the latest backup, and copy that",
                path.display()
            ))),
        }
    }
}

/// A copy of the file `backup` in `folder`, with this version's schema.
fn upgraded(backup: &Path, folder: &Path) -> Result<Draft, StoreError> {
    let failed = |error: &dyn std::fmt::Display| {
        StoreError::Open(format!(
            "cannot bring a copy of {} in {} to this version's schema: {error}",
            backup.display(),
            folder.display()
        ))
    };
    let draft = Draft::beside(&folder.join("restore")).map_err(|error| failed(&error))?;
    draft.fill_from(backup).map_err(|error| failed(&error))?;
    let db = connection::open_for_writing(draft.path()).map_err(|error| failed(&error))?;
    migrations::run_on_draft(&Held::new(db), draft.path(), migrations::LATEST)
        .map_err(|error| failed(&error))?;
    Ok(draft)
}

fn refuse_missing(path: &Path) -> Result<(), StoreError> {
    let shown = path.display();
    match std::fs::metadata(path) {
        Ok(metadata) if metadata.len() > 0 => Ok(()),
        Ok(_) => Err(StoreError::Open(format!(
            "there is no network in {shown}: the file is empty"
        ))),
        Err(error) => Err(StoreError::Open(format!(
            "there is no database at {shown}: {error}; name a file like data/latchkey.db"
        ))),
    }
}

fn older(path: &Path, version: usize) -> StoreError {
    let path = path.display();
    StoreError::Open(format!(
        "the database {path} has schema {version}, and this version copies schema {}: bring it up first, with any other \
         command like `latchkey network show --database {path}`, which makes a backup before, and copy again",
        migrations::LATEST
    ))
}

#[async_trait]
impl Rows for Snapshot {
    async fn count(&self, table: &Arc<Table>) -> Result<u64, StoreError> {
        let table = Arc::clone(table);
        self.connection
            .with(move |db| now(copied::count(db, &table)))
            .await
    }

    async fn read(&self, table: &Arc<Table>, after: Option<Vec<Value>>) -> Result<Vec<Row>, StoreError> {
        let table = Arc::clone(table);
        self.connection
            .with(move |db| now(copied::read(db, &table, after.as_deref())))
            .await
    }

    async fn highest(&self, table: &Arc<Table>) -> Result<i64, StoreError> {
        let table = Arc::clone(table);
        self.connection.with(move |db| now(highest(db, &table))).await
    }
}

async fn highest(db: &dyn Statements, table: &Table) -> Result<i64, StoreError> {
    let sql = format!(
        "SELECT max((SELECT coalesce(max(seq), 0) FROM sqlite_sequence WHERE name = ?1), \
         (SELECT coalesce(max(id), 0) FROM {}))",
        table.name
    );
    rows::number(db, &sql, params![&table.name]).await
}
