//! The rows of a table, as both databases read them.

use super::table::{Column, Kind, Table, quoted};
use super::value::{Row, Value};
use crate::database::statements::{Cell, Row as Found};
use crate::{Param, Statements, rows};
use latchkey_storage::StoreError;
use std::ops::ControlFlow;

/// How many rows there are.
pub(crate) async fn count(db: &dyn Statements, table: &Table) -> Result<u64, StoreError> {
    let condition = table
        .only()
        .map_or_else(String::new, |only| format!(" WHERE {only}"));
    rows::count(
        db,
        &format!("SELECT count(*) FROM {}{condition}", table.name),
        &[],
    )
    .await
}

/// Whether there is a row.
pub(crate) async fn has_any(db: &dyn Statements, table: &Table) -> Result<bool, StoreError> {
    let sql = format!(
        "SELECT count(*) FROM (SELECT 1 FROM {} LIMIT 1) AS first",
        table.name
    );
    Ok(rows::count(db, &sql, &[]).await? > 0)
}

/// The first rows behind the one with the key `after`, or of all, in the order of their keys: as many as the table's batch,
/// and fewer only if these are the last.
pub(crate) async fn read(
    db: &dyn Statements,
    table: &Table,
    after: Option<&[Value]>,
) -> Result<Vec<Row>, StoreError> {
    // Sorted as SQLite sorts it, whatever a PostgreSQL database is set up for.
    let keys: Vec<String> = table
        .keys()
        .map(|column| match column.kind {
            Kind::Text => format!("{} [[COLLATE \"C\"|]]", quoted(&column.name)),
            _ => quoted(&column.name),
        })
        .collect();
    let keys = keys.join(", ");
    let mut conditions: Vec<String> = table.only().into_iter().map(str::to_owned).collect();
    if after.is_some() {
        let marks: Vec<String> = (1..=table.key.len()).map(|number| format!("?{number}")).collect();
        conditions.push(format!("({keys}) > ({})", marks.join(", ")));
    }
    let condition = if conditions.is_empty() {
        String::new()
    } else {
        format!("WHERE {}", conditions.join(" AND "))
    };
    let sql = format!(
        "SELECT {} FROM {} {condition} ORDER BY {keys} LIMIT {}",
        table.column_names(),
        table.name,
        table.batch()
    );
    let after: Vec<Param<'_>> = after.into_iter().flatten().map(Param::from).collect();
    let mut found = Vec::new();
    let mut each = |row: &dyn Found| {
        found.push(values(table, row)?);
        Ok(ControlFlow::Continue(()))
    };
    db.query(&sql, &after, usize::MAX, &mut each).await?;
    Ok(found)
}

fn values(table: &Table, row: &dyn Found) -> Result<Row, StoreError> {
    let columns = table.columns.iter().enumerate();
    columns
        .map(|(index, column)| {
            row.cell(index)
                .and_then(|cell| value(column, cell))
                .map_err(|error| StoreError::Damaged(format!("{}.{}: {error}", table.name, column.name)))
        })
        .collect()
}

fn value(column: &Column, cell: Cell<'_>) -> Result<Value, String> {
    Ok(match (column.kind, cell) {
        (_, Cell::Null) if column.optional => Value::Nothing,
        (Kind::Number, Cell::Number(number)) => Value::Number(number),
        (Kind::Number, Cell::Truth(truth)) => Value::Number(truth.into()),
        (Kind::Text, Cell::Text(text)) => Value::Text(text.to_owned()),
        (Kind::Bytes | Kind::Meta, Cell::Bytes(bytes)) => Value::Bytes(bytes.to_vec()),
        (Kind::Meta, Cell::Text(text)) => Value::Bytes(text.as_bytes().to_vec()),
        // The mark of a demonstration, which `PostgreSQL` has as one byte, and a span in milliseconds, which it has as
        // eight, the highest first.
        (Kind::Meta, Cell::Number(number)) => Value::Bytes(match u8::try_from(number) {
            Ok(byte) => vec![byte],
            Err(_) => number.to_be_bytes().to_vec(),
        }),
        _ => return Err("it holds what a column of its kind never has".to_owned()),
    })
}
