//! The tables that hold a network, as the catalogue has them of a database that the migrations just made. What `SQLite`
//! keeps for itself and the search index, which follows from what it is about, are not among them.

use std::sync::Arc;

use rusqlite::Connection;

use crate::DriverResult;
use crate::copy::table::{Column, Kind, Table};
use crate::sqlite::migrations;
use crate::sqlite::statements::{Held, now};
use crate::{Statements, rows};
use latchkey_storage::StoreError;

/// Each column of each table: both names, the type, whether it may be empty, its place in the key from 1, and whether the
/// table's rows are counted.
const COLUMNS: &str = "SELECT t.name, c.name, c.type, c.\"notnull\" = 0 AND c.pk = 0, c.pk, t.sql LIKE '%AUTOINCREMENT%' \
    FROM sqlite_schema t JOIN pragma_table_list l ON l.schema = 'main' AND l.name = t.name AND l.type = 'table' \
    JOIN pragma_table_info(t.name) c \
    WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite\\_%' ESCAPE '\\' ORDER BY t.rowid, c.cid";

/// Each table with one that it refers to.
const REFERENCES: &str = "SELECT t.name, f.\"table\" FROM sqlite_schema t JOIN pragma_foreign_key_list(t.name) f WHERE t.type = 'table'";

/// The tables of this or an earlier schema, those that others refer to first.
pub(crate) fn tables(schema: usize) -> Result<Vec<Arc<Table>>, StoreError> {
    let fresh = Connection::open_in_memory().or_store_error()?;
    migrations::make_schema(&fresh, schema)?;
    now(read(&Held::new(fresh)))
}

async fn read(db: &dyn Statements) -> Result<Vec<Arc<Table>>, StoreError> {
    let columns = rows::all(db, COLUMNS, &[], |columns| {
        columns.table("sqlite_schema");
        let table: String = columns.get("name")?;
        let name: String = columns.get("column")?;
        let kind = columns.parsed("type", |kind| match kind {
            "INTEGER" => Ok(Kind::Number),
            "TEXT" => Ok(Kind::Text),
            "BLOB" => Ok(Kind::Bytes),
            "ANY" => Ok(Kind::Meta),
            other => Err(format!("no column is copied as {other}")),
        })?;
        let column = Column {
            name,
            kind,
            optional: columns.get("notnull")?,
            place_in_key: columns.get("pk")?,
        };
        Ok((table, column, columns.get::<bool>("sql")?))
    })
    .await?;
    let mut tables: Vec<Table> = Vec::new();
    for (name, column, numbered) in columns {
        match tables.last_mut() {
            Some(last) if last.name == name => last.columns.push(column),
            _ => tables.push(Table {
                name,
                columns: vec![column],
                key: vec![],
                numbered,
                refers_to: vec![],
            }),
        }
    }
    for table in &mut tables {
        let columns = &table.columns;
        table.key = (0..columns.len())
            .filter(|place| columns[*place].place_in_key > 0)
            .collect();
        table.key.sort_by_key(|place| columns[*place].place_in_key);
    }
    let references = rows::all(db, REFERENCES, &[], |columns| {
        columns.table("sqlite_schema");
        Ok((columns.get::<String>("name")?, columns.get::<String>("table")?))
    })
    .await?;
    for (from, to) in references {
        if let Some(table) = tables.iter_mut().find(|table| table.name == from) {
            table.refers_to.push(to);
        }
    }
    Ok(in_order(tables))
}

/// Each behind those that it refers to.
fn in_order(mut tables: Vec<Table>) -> Vec<Arc<Table>> {
    let mut ordered: Vec<Arc<Table>> = Vec::with_capacity(tables.len());
    while !tables.is_empty() {
        let next = tables.iter().position(|table| {
            let is_there = |name: &String| *name == table.name || ordered.iter().any(|one| one.name == *name);
            table.refers_to.iter().all(is_there)
        });
        // Tables that refer to each other would stay in the order in which they were made.
        ordered.push(Arc::new(tables.remove(next.unwrap_or(0))));
    }
    ordered
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::copy::table::SEARCHED;

    #[test]
    fn keys_are_columns_that_are_never_empty() {
        for schema in 1..=migrations::LATEST {
            for table in tables(schema).unwrap() {
                assert!(!table.key.is_empty(), "{}", table.name);
                for column in table.keys() {
                    assert!(
                        !column.optional && matches!(column.kind, Kind::Number | Kind::Text),
                        "{}.{}",
                        table.name,
                        column.name
                    );
                }
                let keys: Vec<&str> = table.keys().map(|column| column.name.as_str()).collect();
                assert!(!table.numbered || keys == ["id"], "{}", table.name);
            }
        }
    }

    #[test]
    fn what_others_refer_to_comes_first() {
        let tables = tables(migrations::LATEST).unwrap();
        let place = |name: &str| tables.iter().position(|table| table.name == name).unwrap();
        for (column, referred) in [
            ("author_id", "members"),
            ("organizer_id", "members"),
            ("space_id", "spaces"),
            ("post_id", "posts"),
            ("course_id", "courses"),
            ("lesson_id", "lessons"),
        ] {
            let mut referring = 0;
            for (index, table) in tables.iter().enumerate() {
                if table.columns.iter().any(|one| one.name == column) {
                    assert!(place(referred) < index, "{}.{column}", table.name);
                    referring += 1;
                }
            }
            assert!(referring > 0, "{column}");
        }
        assert!(place("members") < place("sessions") && place("applications") < place("grants"));
        assert_eq!(tables[place("space_members")].key, [0, 1]);
    }

    /// What is said of tables beside the catalogue is said of tables and columns that are there.
    #[test]
    fn the_exceptions_are_there() {
        let tables = tables(migrations::LATEST).unwrap();
        let named = |name: &str| tables.iter().find(|table| table.name == name).unwrap();
        for one in SEARCHED {
            let table = named(one.table);
            table.place(one.body);
            one.title.map(|title| table.place(title));
        }
        assert_eq!(tables.iter().filter(|table| table.sealed().is_some()).count(), 4);
        assert_eq!(tables.iter().filter(|table| table.only().is_some()).count(), 1);
        assert_eq!(
            tables
                .iter()
                .filter(|table| table.is_there_from_the_start())
                .count(),
            2
        );
        for (name, rows) in [("posts", 200), ("events", 200), ("members", 2_000)] {
            assert_eq!(named(name).batch(), rows, "{name}");
        }
    }
}
