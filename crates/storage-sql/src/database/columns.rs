//! Values of the domain from rows. A query names its columns in the order in which a [`Columns`] reads them.

use std::fmt::Display;

use latchkey_domain::Timestamp;

use super::statements::{Cell, Row};
use latchkey_storage::StoreError;

/// What a column can be read as.
pub(crate) trait Read: Sized {
    /// Reads the value of a cell.
    fn read(cell: Cell<'_>) -> Result<Self, String>;
}

fn unexpected<T>(cell: Cell<'_>, expected: &str) -> Result<T, String> {
    Err(match cell {
        Cell::Null => format!("nothing where {expected} is expected"),
        Cell::Number(_) => format!("a number where {expected} is expected"),
        Cell::Real(_) => format!("a fraction where {expected} is expected"),
        Cell::Truth(_) => format!("true or false where {expected} is expected"),
        Cell::Text(_) => format!("text where {expected} is expected"),
        Cell::Bytes(_) => format!("bytes where {expected} is expected"),
    })
}

impl Read for i64 {
    fn read(cell: Cell<'_>) -> Result<Self, String> {
        match cell {
            Cell::Number(number) => Ok(number),
            other => unexpected(other, "a number"),
        }
    }
}

impl Read for u32 {
    fn read(cell: Cell<'_>) -> Result<Self, String> {
        let number = i64::read(cell)?;
        number
            .try_into()
            .map_err(|_| format!("{number} is not a number from 0 to {}", Self::MAX))
    }
}

impl Read for f64 {
    fn read(cell: Cell<'_>) -> Result<Self, String> {
        match cell {
            Cell::Real(number) => Ok(number),
            other => unexpected(other, "a fraction"),
        }
    }
}

impl Read for bool {
    fn read(cell: Cell<'_>) -> Result<Self, String> {
        match cell {
            Cell::Truth(truth) => Ok(truth),
            // SQLite has no type for it.
            Cell::Number(number) => Ok(number != 0),
            other => unexpected(other, "true or false"),
        }
    }
}

impl Read for String {
    fn read(cell: Cell<'_>) -> Result<Self, String> {
        match cell {
            Cell::Text(text) => Ok(text.to_owned()),
            other => unexpected(other, "text"),
        }
    }
}

impl Read for Vec<u8> {
    fn read(cell: Cell<'_>) -> Result<Self, String> {
        match cell {
            Cell::Bytes(bytes) => Ok(bytes.to_vec()),
            other => unexpected(other, "bytes"),
        }
    }
}

impl<const N: usize> Read for [u8; N] {
    fn read(cell: Cell<'_>) -> Result<Self, String> {
        match cell {
            Cell::Bytes(bytes) => bytes
                .try_into()
                .map_err(|_| format!("{} bytes where {N} are expected", bytes.len())),
            other => unexpected(other, "bytes"),
        }
    }
}

impl<T: Read> Read for Option<T> {
    fn read(cell: Cell<'_>) -> Result<Self, String> {
        match cell {
            Cell::Null => Ok(None),
            cell => T::read(cell).map(Some),
        }
    }
}

/// Reads the columns of a row one after the other. A value that does not parse is reported with its table and column.
pub(crate) struct Columns<'row> {
    row: &'row dyn Row,
    table: &'static str,
    next: usize,
}

impl<'row> Columns<'row> {
    pub(crate) fn of(row: &'row dyn Row) -> Self {
        Self {
            row,
            table: "",
            next: 0,
        }
    }

    /// How many bytes the row has.
    pub(crate) fn bytes(&self) -> usize {
        self.row.bytes()
    }

    /// The columns that follow are of this table.
    pub(crate) fn table(&mut self, table: &'static str) -> &mut Self {
        self.table = table;
        self
    }

    /// The next column, which is called `column`.
    pub(crate) fn get<T: Read>(&mut self, column: &'static str) -> Result<T, StoreError> {
        let value = self
            .row
            .cell(self.next)
            .and_then(T::read)
            .map_err(|error| self.damaged(column, &error))?;
        self.next += 1;
        Ok(value)
    }

    /// Whether the next column, which stays the next one, holds anything: it is of a row that may be missing in a join.
    pub(crate) fn is_there(&self, column: &'static str) -> Result<bool, StoreError> {
        let cell = self.row.cell(self.next);
        Ok(cell.map_err(|error| self.damaged(column, &error))? != Cell::Null)
    }

    /// The next column, as text that `parse` reads.
    pub(crate) fn parsed<T, E: Display>(
        &mut self,
        column: &'static str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<T, StoreError> {
        let parsed = match self.row.cell(self.next) {
            Ok(Cell::Text(text)) => parse(text).map_err(|error| error.to_string()),
            Ok(other) => unexpected(other, "text"),
            Err(error) => Err(error),
        };
        let parsed = parsed.map_err(|error| self.damaged(column, &error))?;
        self.next += 1;
        Ok(parsed)
    }

    /// The next column, as text that `parse` reads, or nothing.
    pub(crate) fn optional<T, E: Display>(
        &mut self,
        column: &'static str,
        parse: impl FnOnce(&str) -> Result<T, E>,
    ) -> Result<Option<T>, StoreError> {
        if let Ok(Cell::Null) = self.row.cell(self.next) {
            self.next += 1;
            return Ok(None);
        }
        self.parsed(column, parse).map(Some)
    }

    /// The next column, as a time.
    pub(crate) fn time(&mut self, column: &'static str) -> Result<Timestamp, StoreError> {
        self.get(column).map(Timestamp::from_millis)
    }

    /// The next column, as a time that may be missing.
    pub(crate) fn optional_time(&mut self, column: &'static str) -> Result<Option<Timestamp>, StoreError> {
        Ok(self.get::<Option<i64>>(column)?.map(Timestamp::from_millis))
    }

    fn damaged(&self, column: &str, error: &dyn Display) -> StoreError {
        StoreError::Damaged(format!("{}.{column}: {error}", self.table))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    struct OneCell(Cell<'static>);

    impl Row for OneCell {
        fn cell(&self, _: usize) -> Result<Cell<'_>, String> {
            Ok(self.0)
        }

        fn bytes(&self) -> usize {
            0
        }
    }

    #[test]
    fn a_damaged_value_is_named() {
        let read = |cell| {
            Columns::of(&OneCell(cell))
                .table("members")
                .parsed("role", str::parse::<latchkey_domain::Role>)
        };
        assert_eq!(
            read(Cell::Text("king")).unwrap_err().to_string(),
            "a stored value is damaged: members.role: “king” is not a role; expected host, moderator or member"
        );
        assert_eq!(
            read(Cell::Null).unwrap_err().to_string(),
            "a stored value is damaged: members.role: nothing where text is expected"
        );
        assert!(read(Cell::Text("host")).is_ok());
    }

    #[test]
    fn a_value_of_another_kind_is_refused() {
        let row = OneCell(Cell::Text("1"));
        assert!(Columns::of(&row).get::<i64>("id").is_err());
        assert!(Columns::of(&row).get::<Option<Vec<u8>>>("salt").is_err());
        let row = OneCell(Cell::Number(-1));
        assert!(Columns::of(&row).get::<u32>("count").is_err());
        assert!(Columns::of(&row).get::<bool>("trial").unwrap());
    }
}
