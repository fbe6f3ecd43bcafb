//! Values of the domain from rows, and parameters from them. A query names its columns in the order in which a
//! [`Columns`] reads them.

use std::fmt::Display;
use std::future::Future;

use latchkey_domain::Timestamp;
use tokio_postgres::Row;
use tokio_postgres::types::FromSql;

use super::params::Param;
use crate::StoreError;

/// Whatever statements can be run on: a connection of the pool for one statement, or a transaction for several.
pub(super) trait Statements: Sync {
    /// The rows that `sql` gives.
    fn query(
        &self,
        sql: &str,
        params: &[Param<'_>],
    ) -> impl Future<Output = Result<Vec<Row>, StoreError>> + Send;

    /// The same, as long as the rows have no more than `most` bytes together: it fails as soon as they have more.
    fn query_up_to(
        &self,
        sql: &str,
        params: &[Param<'_>],
        most: usize,
    ) -> impl Future<Output = Result<Vec<Row>, StoreError>> + Send;

    /// Runs a statement; how many rows it changed.
    fn execute(
        &self,
        sql: &str,
        params: &[Param<'_>],
    ) -> impl Future<Output = Result<u64, StoreError>> + Send;
}

/// What a column can be read as.
pub(super) trait Read: Sized {
    /// Reads column `index`.
    fn read(row: &Row, index: usize) -> Result<Self, String>;
}

/// As the driver reads it.
fn plain<'row, T: FromSql<'row>>(row: &'row Row, index: usize) -> Result<T, String> {
    row.try_get(index).map_err(|error| error.to_string())
}

macro_rules! read_plainly {
    ($($type:ty),*) => {
        $(impl Read for $type {
            fn read(row: &Row, index: usize) -> Result<Self, String> {
                plain(row, index)
            }
        })*
    };
}

read_plainly!(
    i64,
    bool,
    f64,
    String,
    Vec<u8>,
    Option<i64>,
    Option<String>,
    Option<Vec<u8>>
);

impl Read for u32 {
    fn read(row: &Row, index: usize) -> Result<Self, String> {
        let number: i64 = plain(row, index)?;
        number
            .try_into()
            .map_err(|_| format!("{number} is not a number from 0 to {}", Self::MAX))
    }
}

impl<const N: usize> Read for [u8; N] {
    fn read(row: &Row, index: usize) -> Result<Self, String> {
        let bytes: &[u8] = plain(row, index)?;
        bytes
            .try_into()
            .map_err(|_| format!("{} bytes where {N} are expected", bytes.len()))
    }
}

/// Reads the columns of a row one after the other. A value that does not parse is reported with its table and column.
pub(super) struct Columns<'row> {
    row: &'row Row,
    table: &'static str,
    next: usize,
}

impl<'row> Columns<'row> {
    pub(super) fn of(row: &'row Row) -> Self {
        Self {
            row,
            table: "",
            next: 0,
        }
    }

    /// How many bytes the row has.
    pub(super) fn bytes(&self) -> usize {
        self.row.raw_size_bytes()
    }

    /// The columns that follow are of this table.
    pub(super) fn table(&mut self, table: &'static str) -> &mut Self {
        self.table = table;
        self
    }

    /// The next column, which is called `column`.
    pub(super) fn get<T: Read>(&mut self, column: &'static str) -> Result<T, StoreError> {
        let value = T::read(self.row, self.next).map_err(|error| self.damaged(column, &error))?;
        self.next += 1;
        Ok(value)
    }

    /// Whether the next column, a number that stays the next one, is there: it is of a row that may be missing in a join.
    pub(super) fn is_there(&self, column: &'static str) -> Result<bool, StoreError> {
        let value = plain::<Option<i64>>(self.row, self.next);
        Ok(value.map_err(|error| self.damaged(column, &error))?.is_some())
    }

    /// The next column, as text that `parse` reads.
    pub(super) fn parsed<T, E: Display>(
        &mut self,
        column: &'static str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<T, StoreError> {
        let text: &str = plain(self.row, self.next).map_err(|error| self.damaged(column, &error))?;
        self.next += 1;
        parse(text).map_err(|error| self.damaged(column, &error))
    }

    /// The next column, as the id of one of `all`.
    pub(super) fn one_of<T: Copy>(
        &mut self,
        column: &'static str,
        all: &[T],
        id: impl Fn(T) -> &'static str,
    ) -> Result<T, StoreError> {
        self.parsed(column, |text| {
            all.iter()
                .copied()
                .find(|one| id(*one) == text)
                .ok_or_else(|| format!("“{text}” is not known"))
        })
    }

    /// The next column, as a moment.
    pub(super) fn time(&mut self, column: &'static str) -> Result<Timestamp, StoreError> {
        self.get(column).map(Timestamp::from_millis)
    }

    /// The next column, as a moment that may be missing.
    pub(super) fn optional_time(&mut self, column: &'static str) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.get::<Option<i64>>(column)?.map(Timestamp::from_millis))
    }

    fn damaged(&self, column: &str, error: &dyn Display) -> StoreError {
        StoreError::Damaged(format!("{}.{column}: {error}", self.table))
    }
}

/// The first row that `sql` gives.
pub(super) async fn first<T>(
    db: &impl Statements,
    sql: &str,
    params: &[Param<'_>],
    read: impl FnOnce(&mut Columns<'_>) -> Result<T, StoreError> + Send,
) -> Result<Option<T>, StoreError> {
    let rows = db.query(sql, params).await?;
    rows.first().map(|row| read(&mut Columns::of(row))).transpose()
}

/// All rows that `sql` gives.
pub(super) async fn all<T>(
    db: &impl Statements,
    sql: &str,
    params: &[Param<'_>],
    mut read: impl FnMut(&mut Columns<'_>) -> Result<T, StoreError> + Send,
) -> Result<Vec<T>, StoreError> {
    let rows = db.query(sql, params).await?;
    rows.iter().map(|row| read(&mut Columns::of(row))).collect()
}

/// All rows that `sql` gives, if they have no more than `most` bytes.
pub(super) async fn all_up_to<T>(
    db: &impl Statements,
    sql: &str,
    params: &[Param<'_>],
    most: usize,
    mut read: impl FnMut(&mut Columns<'_>) -> Result<T, StoreError> + Send,
) -> Result<Vec<T>, StoreError> {
    let rows = db.query_up_to(sql, params, most).await?;
    // Each row is dropped once it is read, so that not all are there twice.
    rows.into_iter().map(|row| read(&mut Columns::of(&row))).collect()
}

/// The one number that `sql` gives.
pub(super) async fn number(db: &impl Statements, sql: &str, params: &[Param<'_>]) -> Result<i64, StoreError> {
    first(db, sql, params, |columns| columns.get("number"))
        .await?
        .ok_or_else(|| StoreError::Damaged("a statement that gives a number gave no row".to_owned()))
}

/// The same, for a count.
pub(super) async fn count(db: &impl Statements, sql: &str, params: &[Param<'_>]) -> Result<u64, StoreError> {
    Ok(u64::try_from(number(db, sql, params).await?).unwrap_or(0))
}

/// Runs a statement; how many rows it changed.
pub(super) async fn execute(
    db: &impl Statements,
    sql: &str,
    params: &[Param<'_>],
) -> Result<u64, StoreError> {
    db.execute(sql, params).await
}

/// Inserts a row with `RETURNING id`; its number.
pub(super) async fn insert(db: &impl Statements, sql: &str, params: &[Param<'_>]) -> Result<i64, StoreError> {
    number(db, sql, params).await
}
