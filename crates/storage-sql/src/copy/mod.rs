//! A network from one database into another, of either kind: all of it or nothing, as a snapshot, and compared
//! row by row before it is visible.
//!
//! [`table`] says what there is; [`ends`] what a database has to be able to do, which `sqlite::copy` and `postgres::copy`
//! implement; [`compare`] reads both ends again. Rows pass through memory a few at a time. What was sealed stays sealed.

mod compare;
pub(crate) mod ends;
mod places;
pub(crate) mod rows;
pub(crate) mod table;
pub(crate) mod value;

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use latchkey_domain::{Timestamp, counted};

use self::compare::compare;
pub(crate) use self::compare::differs;
use self::ends::{Destination, Rows};
pub use self::places::{Place, Source, TableRows, Target};
use self::table::Table;
use self::value::{Row, replace_nul};
use crate::keyring::Keyring;
use crate::postgres::PostgresUrl;
use crate::sqlite::{BackedUp, BeforeUpgrade, Existing};
use crate::{postgres, sqlite};
use latchkey_storage::{AuditEntry, StoreError};

/// The progress of a copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Rows are written.
    Copying,
    /// Rows are read back and compared.
    Comparing,
}

/// How far a copy is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CopyProgress<'table> {
    /// What is done.
    pub step: Step,
    pub table: &'table str,
    /// To how many of its rows it was done.
    pub done: u64,
    pub of: u64,
}

/// Hears how far a copy is.
pub type TellCopying<'caller> = &'caller (dyn Fn(CopyProgress<'_>) + Send + Sync);

/// The result of a copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Copied {
    /// How many rows were written, read back and compared, table by table.
    pub tables: Vec<TableRows>,
    /// In how many texts the character NUL, which `PostgreSQL` cannot hold, was replaced.
    pub nul_replaced: u64,
}

/// Copies the network. `keys` are those that the target will be opened with, for whom it is to be opened; `entry` is added
/// to the target's audit trail.
pub async fn copy(
    source: &Source,
    mut target: Target,
    keys: Option<&Keyring>,
    entry: Option<AuditEntry>,
    tell: TellCopying<'_>,
) -> Result<Copied, StoreError> {
    if keys.is_some_and(|keys| !source.is_sealed_with(keys)) {
        return Err(StoreError::Unsealable);
    }
    let told = |step, table: &Table, done, counted: &TableRows| {
        tell(CopyProgress {
            step,
            table: &table.name,
            done,
            of: counted.rows,
        });
    };
    let to = &mut target.to;
    let mut nul_replaced = 0;
    let mut numbered = Vec::with_capacity(source.described.len());
    for (table, counted) in source.described.iter().zip(source.tables()) {
        let told = |done| told(Step::Copying, table, done, counted);
        nul_replaced += write_table(&*source.rows, &**to, table, keys, told).await?;
        let highest = if table.numbered {
            // Behind the rows: the source may have given out more meanwhile, and never fewer.
            let highest = source.rows.highest(table).await?;
            to.set_highest(table, highest).await?;
            Some(highest)
        } else {
            None
        };
        numbered.push(highest);
    }
    to.settle().await?;
    for ((table, counted), highest) in source.described.iter().zip(source.tables()).zip(numbered) {
        let told = |done| told(Step::Comparing, table, done, counted);
        compare(&*source.rows, &**to, table, told).await?;
        compare_totals(to.written()?, table, counted.rows, highest).await?;
    }
    target.to.publish(entry).await?;
    Ok(Copied {
        tables: source.tables().to_vec(),
        nul_replaced,
    })
}

/// Copies the network into a new `SQLite` file at `path`: a backup, which either store can be restored from.
pub async fn back_up(
    source: &Source,
    path: &Path,
    existing: Existing,
    tell: TellCopying<'_>,
) -> Result<BackedUp, StoreError> {
    let made = Arc::new(OnceLock::new());
    let target = Target {
        to: Box::new(
            sqlite::copy::NewDatabase::backup(path, existing, source.schema, Arc::clone(&made)).await?,
        ),
        place: Place::Sqlite(path.to_owned()),
    };
    // It is not opened here, so no key is needed.
    copy(source, target, None, None, tell).await?;
    made.get().cloned().ok_or(StoreError::Closed)
}

/// Backs up the `PostgreSQL` database at `url` into the data folder `folder` before it gets a newer schema: the file that the version before
/// would make with `latchkey backup`. Of those made before, the newest stay. `None` if the schema is this version's by now.
pub async fn back_up_before_upgrade(
    url: &PostgresUrl,
    folder: &Path,
    at: Timestamp,
) -> Result<Option<PathBuf>, StoreError> {
    let (snapshot, schema) = postgres::copy::Snapshot::open_as_it_is(url).await?;
    if schema == postgres::LATEST {
        return Ok(None);
    }
    let same = postgres::same_in_sqlite(schema)?;
    let source = Source::of(Box::new(snapshot), Place::Postgres(url.clone()), same).await?;
    let backups = BeforeUpgrade::in_folder(folder, "postgresql")?;
    let file = backups.file(&stamp(at), schema);
    back_up(&source, &file, Existing::Replace, &|_| ()).await?;
    backups.delete_oldest()?;
    Ok(Some(file))
}

/// `20270115T080000Z`, for a file's name.
fn stamp(at: Timestamp) -> String {
    let time = jiff::Timestamp::from_millisecond(at.as_millis()).unwrap_or_default();
    time.strftime("%Y%m%dT%H%M%SZ").to_string()
}

/// Writes a table; in how many values something was replaced.
async fn write_table(
    source: &dyn Rows,
    to: &dyn Destination,
    table: &Arc<Table>,
    keys: Option<&Keyring>,
    told: impl Fn(u64) + Send,
) -> Result<u64, StoreError> {
    let (mut replaced, mut done) = (0, 0);
    let mut rows = source.read(table, None).await?;
    loop {
        if rows.is_empty() {
            told(done);
            return Ok(replaced);
        }
        let is_last = rows.len() < table.batch();
        done += u64::try_from(rows.len()).unwrap_or(u64::MAX);
        let after = rows.last().map(|row| table.key_of(row));
        refuse_unsealable(table, &rows, keys)?;
        if !to.holds_nul() {
            replaced += replace_nul(&mut rows);
        }
        let write = to.write(table, Arc::new(rows));
        if is_last {
            write.await?;
            told(done);
            return Ok(replaced);
        }
        // The next rows are read while these are written.
        let (written, next) = tokio::join!(write, source.read(table, after));
        written?;
        told(done);
        rows = next?;
    }
}

/// The number of a key is in what it sealed. Keys that have none of that number will not open it.
fn refuse_unsealable(table: &Table, rows: &[Row], keys: Option<&Keyring>) -> Result<(), StoreError> {
    let Some(keys) = keys else {
        return Ok(());
    };
    let Some(sealed) = table.sealed() else {
        return Ok(());
    };
    for row in rows {
        let number = row[sealed].bytes().map(|sealed| sealed.first());
        if number.is_some_and(|number| keys.numbered().iter().all(|one| Some(&one.number) != number)) {
            return Err(StoreError::Open(format!(
                "no key at the target has the number of that which sealed {}, {}: once it was rotated the whole latchkey.key \
                 has to be there",
                table.name,
                table.name_of(row)
            )));
        }
    }
    Ok(())
}

/// What rows do not tell: how many there are in all, and how far numbers were given.
async fn compare_totals(
    to: &dyn Rows,
    table: &Arc<Table>,
    rows: u64,
    highest: Option<i64>,
) -> Result<(), StoreError> {
    let found = to.count(table).await?;
    if found != rows {
        return Err(differs(&format!(
            "{}: {} instead of {rows}",
            table.name,
            counted(found, "row")
        )));
    }
    if let Some(highest) = highest
        && to.highest(table).await? != highest
    {
        return Err(differs(&format!("{}: how far its rows are numbered", table.name)));
    }
    Ok(())
}
