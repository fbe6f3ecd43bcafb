//! What a file's schema has that the migrations did not make. A trigger or a view in a file from elsewhere runs
//! with every statement on its table: it may hide rows, or copy secrets to where they are shown.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rusqlite::Connection;

use super::migrations;
use super::statements::{Held, now};
use crate::DriverResult;
use crate::{Statements, rows};
use latchkey_storage::StoreError;

/// Tables of `SQLite` itself: counters of `AUTOINCREMENT`, and statistics of `ANALYZE`.
const OF_SQLITE: [&str; 5] = [
    "sqlite_sequence",
    "sqlite_stat1",
    "sqlite_stat2",
    "sqlite_stat3",
    "sqlite_stat4",
];

/// The kind of an entry, and its name.
type Key = (String, String);

/// The table that an entry belongs to, and its definition.
type Definition = (String, Option<String>);

/// What differs from the schema that the migrations make for the version that the file names, each in words. The file may
/// have any version that this program knows.
pub(super) async fn differences(db: &dyn Statements) -> Result<Vec<String>, StoreError> {
    let version = rows::count(db, "PRAGMA user_version", &[]).await?;
    let fresh = Connection::open_in_memory().or_store_error()?;
    migrations::make_schema(&fresh, usize::try_from(version).unwrap_or(usize::MAX))?;
    let fresh = Held::new(fresh);
    let shadows = shadows_in(&fresh).await?;
    let (expected, found) = (entries(&fresh, &shadows).await?, entries(db, &shadows).await?);
    let mut differences = Vec::new();
    for (key, definition) in &found {
        match expected.get(key) {
            None => differences.push(format!("has {}", in_words(key, definition))),
            Some(expected) if expected != definition => {
                differences.push(format!("has another form of {}", in_words(key, definition)));
            }
            Some(_) => {}
        }
    }
    let missing = expected.iter().filter(|(key, _)| !found.contains_key(*key));
    differences.extend(missing.map(|(key, definition)| format!("lacks {}", in_words(key, definition))));
    Ok(differences)
}

/// Refuses the file at `path` if its schema is not what the migrations make.
pub(super) fn refuse_changed(db: &Held, path: &Path) -> Result<(), StoreError> {
    /// More are not said.
    const SHOWN: usize = 3;

    let differences = now(differences(db)).map_err(|error| {
        StoreError::Open(format!(
            "the schema of {} cannot be read ({error}); use another backup",
            path.display()
        ))
    })?;
    if differences.is_empty() {
        return Ok(());
    }
    let more = match differences.len().saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!(", and {more} more"),
    };
    let shown = differences[..differences.len().min(SHOWN)].join(", ");
    Err(StoreError::Open(format!(
        "the schema of {} is not what Latchkey makes: it {shown}{more}. Someone changed the file: use another backup, or \
         undo the change with the sqlite3 program if it was yours",
        path.display()
    )))
}

fn in_words((kind, name): &Key, (table, _): &Definition) -> String {
    match kind.as_str() {
        "index" | "trigger" => format!("the {kind} “{}” on {}", shown(name), shown(table)),
        _ => format!("the {kind} “{}”", shown(name)),
    }
}

/// A name from the file, fit for one line.
fn shown(name: &str) -> String {
    name.chars()
        .take(60)
        .map(|character| {
            if character.is_control() {
                '\u{FFFD}'
            } else {
                character
            }
        })
        .collect()
}

/// The tables that virtual tables keep their data in. Their form is that of the `SQLite` that made them.
async fn shadows_in(fresh: &dyn Statements) -> Result<BTreeSet<String>, StoreError> {
    let sql = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'shadow'";
    let names = rows::all(fresh, sql, &[], |columns| {
        columns.table("pragma_table_list").get("name")
    });
    Ok(names.await?.into_iter().collect())
}

async fn entries(
    db: &dyn Statements,
    shadows: &BTreeSet<String>,
) -> Result<BTreeMap<Key, Definition>, StoreError> {
    let sql = "SELECT type, name, tbl_name, sql FROM sqlite_schema";
    let all = rows::all(db, sql, &[], |columns| {
        columns.table("sqlite_schema");
        let (kind, name): (String, String) = (columns.get("type")?, columns.get("name")?);
        let (table, sql): (String, Option<String>) = (columns.get("tbl_name")?, columns.get("sql")?);
        Ok(((kind, name), (table, sql.as_deref().map(spaced))))
    });
    let mut entries = BTreeMap::new();
    for ((kind, name), (table, sql)) in all.await? {
        let is_shadow = kind == "table" && shadows.contains(&name);
        let is_of_sqlite = kind == "table" && OF_SQLITE.contains(&name.as_str());
        // The index of a PRIMARY KEY or UNIQUE constraint has no definition but its table's.
        let is_of_constraint = kind == "index" && sql.is_none();
        if is_of_sqlite || is_of_constraint {
            continue;
        }
        let sql = sql.filter(|_| !is_shadow);
        entries.insert((kind, name), (table, sql));
    }
    Ok(entries)
}

/// A definition with single spaces, as far as no string has others: `ALTER TABLE` writes its own.
fn spaced(sql: &str) -> String {
    sql.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn database(version: usize) -> Held {
        let connection = Connection::open_in_memory().unwrap();
        migrations::make_schema(&connection, version).unwrap();
        connection
            .pragma_update(None, "user_version", i64::try_from(version).unwrap())
            .unwrap();
        Held::new(connection)
    }

    fn found(db: &Held) -> Vec<String> {
        now(differences(db)).unwrap()
    }

    #[test]
    fn every_version_that_the_migrations_make_is_ours() {
        for version in 1..=migrations::LATEST {
            let db = database(version);
            db.lock().execute_batch("ANALYZE").unwrap();
            assert_eq!(found(&db), Vec::<String>::new(), "{version}");
        }
    }

    #[test]
    fn what_was_changed_is_named() {
        for (change, words) in [
            (
                "CREATE TRIGGER steal AFTER INSERT ON sessions BEGIN UPDATE network SET name = hex(new.token_hash); END",
                "has the trigger “steal” on sessions",
            ),
            (
                "CREATE TRIGGER search_x AFTER INSERT ON search_content BEGIN DELETE FROM audit; END",
                "has the trigger “search_x” on search_content",
            ),
            (
                "CREATE VIEW everyone AS SELECT * FROM members",
                "has the view “everyone”",
            ),
            ("CREATE TABLE mine (x)", "has the table “mine”"),
            (
                "CREATE VIRTUAL TABLE other USING fts5 (x)",
                "has the table “other”",
            ),
            (
                "CREATE INDEX mine ON members (name)",
                "has the index “mine” on members",
            ),
            (
                "DROP TRIGGER audit_is_not_deleted",
                "lacks the trigger “audit_is_not_deleted” on audit",
            ),
            (
                "DROP TRIGGER audit_is_not_deleted; \
                 CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit BEGIN SELECT 1; END",
                "has another form of the trigger “audit_is_not_deleted” on audit",
            ),
            (
                "ALTER TABLE network ADD COLUMN mine TEXT",
                "has another form of the table “network”",
            ),
            (
                "CREATE TRIGGER \"a\nb\" AFTER INSERT ON audit BEGIN SELECT 1; END",
                "has the trigger “a\u{FFFD}b” on audit",
            ),
        ] {
            let db = database(migrations::LATEST);
            db.lock().execute_batch(change).unwrap();
            let found = found(&db);
            assert!(found.iter().any(|one| one == words), "{change}: {found:?}");
        }
    }

    #[test]
    fn a_view_in_place_of_a_table_is_both() {
        let db = database(migrations::LATEST);
        db.lock()
            .execute_batch(
                "PRAGMA foreign_keys = OFF; ALTER TABLE audit RENAME TO hidden; \
                 CREATE VIEW audit AS SELECT * FROM hidden WHERE actor IS NULL",
            )
            .unwrap();
        let found = found(&db).join("; ");
        for words in [
            "has the view “audit”",
            "has the table “hidden”",
            "lacks the table “audit”",
        ] {
            assert!(found.contains(words), "{found}");
        }
    }
}
