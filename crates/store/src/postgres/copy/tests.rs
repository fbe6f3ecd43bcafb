//! The description of the tables, held against the schema that the migrations make.

use crate::copy::table::{Kind, column_in_words};
use crate::copy::tables::{TABLES, in_words};
use crate::keys::ServerKey;
use crate::postgres::transaction::{Isolation, Transaction};
use crate::postgres::{PostgresStore, rows};

/// What is in every table that a copy is about.
const COLUMNS: &str = "SELECT c.table_name::text, c.column_name::text, c.data_type::text, c.is_nullable = 'YES', \
    coalesce(k.ordinal_position::bigint, 0), c.is_identity = 'YES' \
    FROM information_schema.columns c \
    LEFT JOIN information_schema.table_constraints p \
    ON p.table_schema = c.table_schema AND p.table_name = c.table_name AND p.constraint_type = 'PRIMARY KEY' \
    LEFT JOIN information_schema.key_column_usage k \
    ON k.constraint_name = p.constraint_name AND k.table_schema = c.table_schema AND k.column_name = c.column_name \
    WHERE c.table_schema = current_schema() AND c.table_name NOT IN ('latchkey_schema', 'sign_in_attempts')";

#[tokio::test]
async fn the_description_is_what_the_migrations_make() {
    let url = latchkey_testing::postgres::database().parse().unwrap();
    let store = PostgresStore::open(&url, ServerKey::from_bytes([7; 32]))
        .await
        .unwrap();
    let tx = Transaction::begin(&store.connections, Isolation::Snapshot)
        .await
        .unwrap();
    let columns = rows::all(&tx, COLUMNS, &[], |columns| {
        Ok((
            columns.get::<String>("table_name")?,
            columns.get::<String>("column_name")?,
            columns.get::<String>("data_type")?,
            columns.get::<bool>("is_nullable")?,
            columns.get::<i64>("ordinal_position")?,
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
            let place = usize::try_from(*place).unwrap();
            column_in_words((table, column, kind), *optional, place, *counted)
        })
        .collect();
    found.sort();
    let expected = in_words(|kind| match kind {
        Kind::Number => "bigint",
        Kind::Truth => "boolean",
        Kind::Text => "text",
        Kind::Bytes | Kind::Sealed | Kind::Meta => "bytea",
    });
    assert_eq!(
        found, expected,
        "a migration changed a table: change src/copy/tables.rs as well"
    );
    let mut with_words: Vec<&str> = words.iter().map(|(table, ..)| table.as_str()).collect();
    with_words.sort_unstable();
    let searched = TABLES.iter().filter(|table| table.searched.is_some());
    let mut expected: Vec<&str> = searched.map(|table| table.name).collect();
    expected.sort_unstable();
    assert_eq!(with_words, expected);
}
