//! Values of the domain from rows. A query names its columns in the order in which a [`Columns`] reads them.

use std::fmt::Display;

use latchkey_domain::Timestamp;
use rusqlite::types::{FromSql, ValueRef};
use rusqlite::{Connection, Params, Row};

use crate::StoreError;
pub(super) use crate::shared::shown;

/// Reads the columns of a row one after the other. A value that does not parse is reported with its table and column.
pub(super) struct Columns<'row, 'statement> {
    row: &'row Row<'statement>,
    table: &'static str,
    next: usize,
}

impl<'row, 'statement> Columns<'row, 'statement> {
    pub(super) fn of(row: &'row Row<'statement>) -> Self {
        Self {
            row,
            table: "",
            next: 0,
        }
    }

    /// How many bytes of text and bytes the row has.
    pub(super) fn bytes(&self) -> usize {
        let columns = self.row.as_ref().column_count();
        (0..columns)
            .map(|index| match self.row.get_ref(index) {
                Ok(ValueRef::Text(bytes) | ValueRef::Blob(bytes)) => bytes.len(),
                _ => 0,
            })
            .sum()
    }

    /// The columns that follow are of this table.
    pub(super) fn table(&mut self, table: &'static str) -> &mut Self {
        self.table = table;
        self
    }

    /// The next column, which is called `column`.
    pub(super) fn get<T: FromSql>(&mut self, column: &'static str) -> Result<T, StoreError> {
        let value = self
            .row
            .get(self.next)
            .map_err(|error| self.damaged(column, &error))?;
        self.next += 1;
        Ok(value)
    }

    /// Whether the next column, which stays the next one, holds anything: it is of a row that may be missing in a join.
    pub(super) fn is_there(&self, column: &'static str) -> Result<bool, StoreError> {
        let value = self.row.get_ref(self.next);
        Ok(value.map_err(|error| self.damaged(column, &error))? != ValueRef::Null)
    }

    /// The next column, as text that `parse` reads.
    pub(super) fn parsed<T, E: Display>(
        &mut self,
        column: &'static str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<T, StoreError> {
        let text = self
            .row
            .get_ref(self.next)
            .map_err(|error| self.damaged(column, &error))?
            .as_str()
            .map_err(|error| self.damaged(column, &error))?;
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
        self.parsed(column, |text| find(text, all, id))
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

/// The one of `all` with this id.
pub(super) fn find<T: Copy>(text: &str, all: &[T], id: impl Fn(T) -> &'static str) -> Result<T, String> {
    all.iter()
        .copied()
        .find(|one| id(*one) == text)
        .ok_or_else(|| format!("“{text}” is not known"))
}

/// The first row that `sql` gives.
pub(super) fn first<T>(
    connection: &Connection,
    sql: &str,
    params: impl Params,
    read: impl FnOnce(&mut Columns<'_, '_>) -> Result<T, StoreError>,
) -> Result<Option<T>, StoreError> {
    let mut statement = connection.prepare_cached(sql)?;
    let mut rows = statement.query(params)?;
    rows.next()?.map(|row| read(&mut Columns::of(row))).transpose()
}

/// All rows that `sql` gives.
pub(super) fn all<T>(
    connection: &Connection,
    sql: &str,
    params: impl Params,
    mut read: impl FnMut(&mut Columns<'_, '_>) -> Result<T, StoreError>,
) -> Result<Vec<T>, StoreError> {
    let mut statement = connection.prepare_cached(sql)?;
    statement
        .query_and_then(params, |row| read(&mut Columns::of(row)))?
        .collect()
}

/// The one number that `sql` gives.
pub(super) fn number(connection: &Connection, sql: &str, params: impl Params) -> Result<i64, StoreError> {
    Ok(connection
        .prepare_cached(sql)?
        .query_row(params, |row| row.get(0))?)
}

/// The same, for a count.
pub(super) fn count(connection: &Connection, sql: &str, params: impl Params) -> Result<u64, StoreError> {
    number(connection, sql, params).map(|count| u64::try_from(count).unwrap_or(0))
}

/// Runs a statement; how many rows it changed.
pub(super) fn execute(connection: &Connection, sql: &str, params: impl Params) -> Result<usize, StoreError> {
    Ok(connection.prepare_cached(sql)?.execute(params)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_value_is_named() {
        let connection = Connection::open_in_memory().unwrap();
        let read = |sql: &str| {
            first(&connection, sql, [], |columns| {
                columns
                    .table("members")
                    .parsed("role", str::parse::<latchkey_domain::Role>)
            })
        };
        assert_eq!(
            read("SELECT 'king'").unwrap_err().to_string(),
            "a stored value is damaged: members.role: “king” is not a role; expected host, moderator or member"
        );
        assert!(
            read("SELECT NULL")
                .unwrap_err()
                .to_string()
                .contains("members.role")
        );
        assert!(read("SELECT 'host'").unwrap().is_some());
    }
}
