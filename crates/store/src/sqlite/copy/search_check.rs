//! Whether the search index, which the tables' triggers fill, has every row as it should.

use rusqlite::Connection;

use crate::StoreError;
use crate::copy::differs;
use crate::copy::table::{Searched, Table};
use crate::copy::tables::TABLES;
use crate::sqlite::rows;

/// Refuses if rows of `table` with numbers from `first` to `last` are not in the index, or not as they are.
pub(super) fn check_rows(
    connection: &Connection,
    table: &Table,
    searched: &Searched,
    (first, last): (i64, i64),
) -> Result<(), StoreError> {
    let Searched {
        title,
        body,
        code,
        space,
    } = searched;
    let title = title.map_or_else(|| "''".to_owned(), |title| format!("latchkey_tokens(t.{title})"));
    let sql = format!(
        "SELECT t.id FROM {} t LEFT JOIN search s ON s.rowid = t.id * 8 + {code} WHERE t.id BETWEEN ?1 AND ?2 \
         AND (s.title IS NOT {title} OR s.body IS NOT latchkey_tokens(t.{body}) OR s.space IS NOT {space}) LIMIT 1",
        table.name
    );
    let wrong = rows::first(connection, &sql, [first, last], |columns| {
        columns.table(table.name).get::<i64>("id")
    })?;
    match wrong {
        None => Ok(()),
        Some(id) => Err(differs(&format!(
            "{}, id {id}: the words that search finds it by",
            table.name
        ))),
    }
}

/// Refuses an index that has more than it should, or is not what its rows say.
pub(super) fn check_whole(connection: &Connection) -> Result<(), StoreError> {
    let counts: Vec<String> = TABLES
        .iter()
        .filter(|table| table.searched.is_some())
        .map(|table| format!("(SELECT count(*) FROM {})", table.name))
        .collect();
    let expected = rows::number(connection, &format!("SELECT {}", counts.join(" + ")), [])?;
    let found = rows::number(connection, "SELECT count(*) FROM search", [])?;
    if found != expected {
        return Err(differs(&format!("search: {found} rows instead of {expected}")));
    }
    rows::execute(
        connection,
        "INSERT INTO search (search) VALUES ('integrity-check')",
        [],
    )
    .map(|_| ())
    .map_err(|error| differs(&format!("search: {error}")))
}
