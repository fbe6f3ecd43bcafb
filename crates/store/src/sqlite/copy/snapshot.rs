//! A file as it is at one moment: one read transaction, in which whoever writes to it is not seen.

use std::path::Path;

use async_trait::async_trait;
use rusqlite::types::{Value as Cell, ValueRef};
use rusqlite::{Connection, OptionalExtension, params_from_iter};

use super::Shared;
use super::draft::Draft;
use crate::StoreError;
use crate::copy::ends::Rows;
use crate::copy::table::{Column, Kind, Table, quoted};
use crate::copy::value::{Row, Value};
use crate::sqlite::contents::Contents;
use crate::sqlite::opening::explain;
use crate::sqlite::{connection, migrations, restore, rows, schema};

/// The file, to be read.
pub(crate) struct Snapshot {
    connection: Shared,
    /// A file that nobody else knows of, and that goes with this.
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
        migrations::refuse_foreign(&connection, path)?;
        migrations::refuse_newer(&connection, path)?;
        let version = migrations::version(&connection)?;
        if version != migrations::LATEST {
            return Err(older(path, version));
        }
        schema::refuse_changed(&connection, path)?;
        let snapshot = Self::begin(connection)?;
        snapshot.refuse_damaged(path).await?;
        Ok(snapshot)
    }

    /// Opens the backup at `path`. One with an older schema is brought up as a copy in `folder`.
    pub(crate) async fn open_backup(path: &Path, folder: &Path) -> Result<Self, StoreError> {
        restore::refuse_live(path)?;
        let (backup, folder) = (path.to_owned(), folder.to_owned());
        let draft = tokio::task::spawn_blocking(move || {
            let contents = Contents::of_unknown(&backup)?;
            let is_older = usize::try_from(contents.schema).is_ok_and(|schema| schema < migrations::LATEST);
            is_older.then(|| Draft::brought_up(&backup, &folder)).transpose()
        })
        .await
        .map_err(|error| StoreError::Database(error.into()))??;
        let mut snapshot = Self::open(draft.as_ref().map_or(path, Draft::path)).await?;
        snapshot.draft = draft;
        Ok(snapshot)
    }

    /// The same for a file that was just written here.
    pub(super) fn begin(connection: Connection) -> Result<Self, StoreError> {
        // The first look is what fixes the moment.
        connection.execute_batch("BEGIN; SELECT count(*) FROM sqlite_schema")?;
        Ok(Self {
            connection: Shared::new(connection),
            draft: None,
        })
    }

    /// A row that cannot be reached any more would not be missed.
    async fn refuse_damaged(&self, path: &Path) -> Result<(), StoreError> {
        let fault = self
            .connection
            .with(|connection| {
                rows::all(connection, "PRAGMA quick_check(1)", [], |columns| {
                    columns.get::<String>("quick_check")
                })
            })
            .await?
            .into_iter()
            .find(|line| line != "ok");
        match fault {
            None => Ok(()),
            Some(fault) => Err(StoreError::Open(format!(
                "the database {} is damaged ({fault}); restore the latest backup, and copy that",
                path.display()
            ))),
        }
    }
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
    async fn count(&self, table: &'static Table) -> Result<u64, StoreError> {
        let condition = table
            .only
            .map_or_else(String::new, |only| format!(" WHERE {only}"));
        let sql = format!("SELECT count(*) FROM {}{condition}", table.name);
        self.connection
            .with(move |connection| rows::count(connection, &sql, []))
            .await
    }

    async fn read(&self, table: &'static Table, after: Option<Vec<Value>>) -> Result<Vec<Row>, StoreError> {
        self.connection
            .with(move |connection| read(connection, table, after))
            .await
    }

    async fn highest(&self, table: &'static Table) -> Result<i64, StoreError> {
        self.connection
            .with(|connection| highest(connection, table))
            .await
    }
}

fn read(
    connection: &Connection,
    table: &'static Table,
    after: Option<Vec<Value>>,
) -> Result<Vec<Row>, StoreError> {
    let keys = table.keys(|column| quoted(column.name));
    let mut conditions: Vec<String> = table.only.iter().map(|only| (*only).to_owned()).collect();
    if after.is_some() {
        let marks = vec!["?"; table.key.len()].join(", ");
        conditions.push(format!("({keys}) > ({marks})"));
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
        table.batch
    );
    let after = after.into_iter().flatten().map(cell);
    let mut statement = connection.prepare_cached(&sql)?;
    let mut found = statement.query(params_from_iter(after))?;
    let mut batch = Vec::new();
    while let Some(row) = found.next()? {
        let mut values = Vec::with_capacity(table.columns.len());
        for (index, column) in table.columns.iter().enumerate() {
            let value = value(column, row.get_ref(index)?)
                .ok_or_else(|| StoreError::Damaged(format!("{}.{}", table.name, column.name)))?;
            values.push(value);
        }
        batch.push(values);
    }
    Ok(batch)
}

/// A value of a key, to look behind.
fn cell(value: Value) -> Cell {
    match value {
        Value::Number(number) => Cell::Integer(number),
        Value::Text(text) => Cell::Text(text),
        _ => Cell::Null,
    }
}

fn value(column: &Column, cell: ValueRef<'_>) -> Option<Value> {
    let text = |bytes: &[u8]| std::str::from_utf8(bytes).ok().map(str::to_owned);
    match (column.kind, cell) {
        (_, ValueRef::Null) => column.optional.then_some(Value::Nothing),
        (Kind::Number, ValueRef::Integer(number)) => Some(Value::Number(number)),
        (Kind::Truth, ValueRef::Integer(number @ (0 | 1))) => Some(Value::Truth(number == 1)),
        (Kind::Text, ValueRef::Text(bytes)) => text(bytes).map(Value::Text),
        (Kind::Bytes | Kind::Sealed | Kind::Meta, ValueRef::Blob(bytes))
        | (Kind::Meta, ValueRef::Text(bytes)) => Some(Value::Bytes(bytes.to_vec())),
        // The mark of a demonstration, which `PostgreSQL` has as one byte, and a span in milliseconds, which it has as
        // eight, the highest first.
        (Kind::Meta, ValueRef::Integer(number)) => Some(Value::Bytes(match u8::try_from(number) {
            Ok(byte) => vec![byte],
            Err(_) => number.to_be_bytes().to_vec(),
        })),
        _ => None,
    }
}

fn highest(connection: &Connection, table: &Table) -> Result<i64, StoreError> {
    let counted: Option<i64> = connection
        .prepare_cached("SELECT seq FROM sqlite_sequence WHERE name = ?1")?
        .query_row([table.name], |row| row.get(0))
        .optional()?;
    let sql = format!("SELECT coalesce(max(id), 0) FROM {}", table.name);
    Ok(counted.unwrap_or(0).max(rows::number(connection, &sql, [])?))
}
