//! The description of the tables, which comes from `SQLite`'s catalogue, held against that of `PostgreSQL`.

use crate::copy::table::{Column, Kind, SEARCHED, Table};
use crate::keys::ServerKey;
use crate::postgres::migrations::{MIGRATIONS, same_in_sqlite};
use crate::postgres::transaction::{Isolation, Transaction};
use crate::postgres::{LATEST, PostgresStore};
use crate::rows;
use crate::sqlite;

/// What is in every table that a copy is about.
const COLUMNS: &str = "SELECT c.table_name::text, c.column_name::text, c.data_type::text, c.is_nullable = 'YES', \
    coalesce(k.ordinal_position::bigint, 0), c.is_identity = 'YES' \
    FROM information_schema.columns c \
    LEFT JOIN information_schema.table_constraints p \
    ON p.table_schema = c.table_schema AND p.table_name = c.table_name AND p.constraint_type = 'PRIMARY KEY' \
    LEFT JOIN information_schema.key_column_usage k \
    ON k.constraint_name = p.constraint_name AND k.table_schema = c.table_schema AND k.column_name = c.column_name \
    WHERE c.table_schema = current_schema() AND c.table_name NOT IN ('latchkey_schema', 'sign_in_attempts')";

/// A column in words: `members.id bigint, key 1, numbered`. Yes or no are numbers in `SQLite`.
fn in_words(
    (table, column, kind): (&str, &str, &str),
    optional: bool,
    place_in_key: u32,
    numbered: bool,
) -> String {
    let kind = if kind == "boolean" { "bigint" } else { kind };
    let optional = if optional { ", or nothing" } else { "" };
    let key = if place_in_key > 0 {
        format!(", key {place_in_key}")
    } else {
        String::new()
    };
    let numbered = if numbered { ", numbered" } else { "" };
    format!("{table}.{column} {kind}{optional}{key}{numbered}")
}

fn described(table: &Table, column: &Column) -> String {
    let kind = match column.kind {
        Kind::Number => "bigint",
        Kind::Text => "text",
        Kind::Bytes | Kind::Meta => "bytea",
    };
    let numbered = table.numbered && column.name == "id";
    in_words(
        (&table.name, &column.name, kind),
        column.optional,
        column.place_in_key,
        numbered,
    )
}

/// Asserts that the database that `tx` sees has the tables that `SQLite`'s schema of the same version has.
async fn assert_same(tx: &Transaction, schema: i64) {
    let columns = rows::all(tx, COLUMNS, &[], |columns| {
        Ok((
            columns.get::<String>("table_name")?,
            columns.get::<String>("column_name")?,
            columns.get::<String>("data_type")?,
            columns.get::<bool>("is_nullable")?,
            columns.get::<u32>("ordinal_position")?,
            columns.get::<bool>("is_identity")?,
        ))
    })
    .await
    .unwrap();
    let (words, others): (Vec<_>, Vec<_>) =
        columns.into_iter().partition(|(_, column, ..)| column == "words");
    let mut found: Vec<String> = others
        .iter()
        .map(|(table, column, kind, optional, place, counted)| {
            in_words((table, column, kind), *optional, *place, *counted)
        })
        .collect();
    found.sort();
    let tables = sqlite::copy::tables(same_in_sqlite(schema).unwrap()).unwrap();
    let mut expected: Vec<String> = tables
        .iter()
        .flat_map(|table| table.columns.iter().map(|column| described(table, column)))
        .collect();
    expected.sort();
    assert_eq!(
        found, expected,
        "schema {schema}: a migration changed a table: change it in both databases"
    );
    let mut with_words: Vec<&str> = words.iter().map(|(table, ..)| table.as_str()).collect();
    with_words.sort_unstable();
    let mut expected: Vec<&str> = SEARCHED.iter().map(|searched| searched.table).collect();
    expected.sort_unstable();
    assert_eq!(with_words, expected);
}

#[tokio::test]
async fn both_catalogues_say_the_same_of_every_schema() {
    let url = latchkey_testing::postgres::database().parse().unwrap();
    let store = PostgresStore::open(&url, ServerKey::from_bytes([7; 32]))
        .await
        .unwrap();
    let begin = || Transaction::begin(&store.0.connections, Isolation::RowLocked);
    assert_same(&begin().await.unwrap(), LATEST).await;
    // The earlier ones in a schema of PostgreSQL's own, one step after the other.
    let tx = begin().await.unwrap();
    tx.run_script("CREATE SCHEMA earlier; SET LOCAL search_path = earlier")
        .await
        .unwrap();
    for (schema, (_, step)) in (1..).zip(MIGRATIONS) {
        tx.run_script(step).await.unwrap();
        assert_same(&tx, schema).await;
    }
}
