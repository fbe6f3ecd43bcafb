//! Whether the search index, which the tables' triggers fill, has every row as it should.

use super::super::migrations;
use crate::copy::differs;
use crate::copy::table::{SEARCHED, Searched};
use crate::{Statements, params, rows};
use latchkey_domain::counted;
use latchkey_storage::StoreError;

/// Refuses if rows with numbers from `first` to `last` are not in the index, or not as they are.
pub(super) async fn check_rows(
    db: &dyn Statements,
    searched: &Searched,
    (first, last): (i64, i64),
) -> Result<(), StoreError> {
    let Searched {
        table,
        title,
        body,
        code,
        space,
    } = searched;
    // In an earlier schema SQLite itself takes texts apart.
    let folded = rows::number(db, "PRAGMA user_version", &[]).await? >= migrations::FOLDED;
    let words = |column: &str| {
        if folded {
            format!("latchkey_tokens(t.{column})")
        } else {
            format!("t.{column}")
        }
    };
    let title = title.map_or_else(|| "''".to_owned(), words);
    let body = words(body);
    let sql = format!(
        "SELECT t.id FROM {table} t LEFT JOIN search s ON s.rowid = t.id * 8 + {code} WHERE t.id BETWEEN ?1 AND ?2 \
         AND (s.title IS NOT {title} OR s.body IS NOT {body} OR s.space IS NOT {space}) LIMIT 1"
    );
    let wrong = rows::first(db, &sql, params![first, last], |columns| {
        columns.table(table).get::<i64>("id")
    })
    .await?;
    match wrong {
        None => Ok(()),
        Some(id) => Err(differs(&format!(
            "{table}, id {id}: the words that search finds it by"
        ))),
    }
}

/// Refuses an index that has more than it should, or is not what its rows say.
pub(super) async fn check_whole(db: &dyn Statements) -> Result<(), StoreError> {
    let counts: Vec<String> = SEARCHED
        .iter()
        .map(|searched| format!("(SELECT count(*) FROM {})", searched.table))
        .collect();
    let expected = rows::number(db, &format!("SELECT {}", counts.join(" + ")), &[]).await?;
    let found = rows::number(db, "SELECT count(*) FROM search", &[]).await?;
    if found != expected {
        let found = counted(found, "row");
        return Err(differs(&format!("search: {found} instead of {expected}")));
    }
    rows::execute(db, "INSERT INTO search (search) VALUES ('integrity-check')", &[])
        .await
        .map(|_| ())
        .map_err(|error| differs(&format!("search: {error}")))
}
