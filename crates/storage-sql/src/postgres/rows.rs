//! Rows of `PostgreSQL`.

use tokio_postgres::types::{FromSql, Type};

pub(super) use crate::database::rows::{all, count, first, number};
use crate::database::statements::{Cell, Row};
pub(super) use crate::{Columns, Statements};

impl Row for tokio_postgres::Row {
    fn cell(&self, index: usize) -> Result<Cell<'_>, String> {
        let column = self
            .columns()
            .get(index)
            .ok_or_else(|| format!("there is no column {index}"))?;
        let kind = column.type_();
        let cell = if *kind == Type::INT8 {
            read(self, index)?.map(Cell::Number)
        } else if *kind == Type::TEXT {
            read(self, index)?.map(Cell::Text)
        } else if *kind == Type::BOOL {
            read(self, index)?.map(Cell::Truth)
        } else if *kind == Type::BYTEA {
            read(self, index)?.map(Cell::Bytes)
        } else if *kind == Type::FLOAT8 {
            read(self, index)?.map(Cell::Real)
        } else if *kind == Type::INT4 {
            read(self, index)?.map(|number: i32| Cell::Number(number.into()))
        } else {
            return Err(format!("values of the type {kind} are not read"));
        };
        Ok(cell.unwrap_or(Cell::Null))
    }

    fn bytes(&self) -> usize {
        self.raw_size_bytes()
    }
}

fn read<'row, T: FromSql<'row>>(row: &'row tokio_postgres::Row, index: usize) -> Result<Option<T>, String> {
    row.try_get(index).map_err(|error| error.to_string())
}
