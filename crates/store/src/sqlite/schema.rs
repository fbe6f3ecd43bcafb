//! What a file's schema has that the migrations did not make. A trigger or a view in a file that somebody handed over runs
//! with every statement on its table: it may hide rows, or copy secrets to where they are shown.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use rusqlite::{Connection, Row};

use super::migrations;
use crate::StoreError;

/// What `SQLite` keeps of its own accord: counters of `AUTOINCREMENT`, and statistics of `ANALYZE`.
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
pub(super) fn differences(connection: &Connection) -> Result<Vec<String>, StoreError> {
    let fresh = Connection::open_in_memory()?;
    migrations::make_schema(&fresh, migrations::version(connection)?)?;
    let shadows = shadows_in(&fresh)?;
    let (expected, found) = (entries(&fresh, &shadows)?, entries(connection, &shadows)?);
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
pub(super) fn refuse_changed(connection: &Connection, path: &Path) -> Result<(), StoreError> {
    /// More are not said.
    const SHOWN: usize = 3;

    let differences = differences(connection).map_err(|error| {
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

/// A name that somebody chose, fit for one line.
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
fn shadows_in(fresh: &Connection) -> Result<BTreeSet<String>, StoreError> {
    let sql = "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type = 'shadow'";
    let mut statement = fresh.prepare(sql)?;
    let names = statement.query_map([], |row| row.get(0))?;
    Ok(names.collect::<Result<_, _>>()?)
}

fn entries(
    connection: &Connection,
    shadows: &BTreeSet<String>,
) -> Result<BTreeMap<Key, Definition>, StoreError> {
    let mut statement = connection.prepare("SELECT type, name, tbl_name, sql FROM sqlite_schema")?;
    let entry = |row: &Row<'_>| -> rusqlite::Result<(Key, Definition)> {
        let sql: Option<String> = row.get(3)?;
        Ok((
            (row.get(0)?, row.get(1)?),
            (row.get(2)?, sql.as_deref().map(spaced)),
        ))
    };
    let mut entries = BTreeMap::new();
    for row in statement.query_map([], entry)? {
        let ((kind, name), (table, sql)) = row?;
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

    fn database(version: usize) -> Connection {
        let connection = Connection::open_in_memory().unwrap();
        migrations::make_schema(&connection, version).unwrap();
        connection
            .pragma_update(None, "user_version", i64::try_from(version).unwrap())
            .unwrap();
        connection
    }

    #[test]
    fn every_version_that_the_migrations_make_is_ours() {
        for version in 1..=migrations::LATEST {
            let connection = database(version);
            connection.execute_batch("ANALYZE").unwrap();
            assert_eq!(
                differences(&connection).unwrap(),
                Vec::<String>::new(),
                "{version}"
            );
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
            let connection = database(migrations::LATEST);
            connection.execute_batch(change).unwrap();
            let found = differences(&connection).unwrap();
            assert!(found.iter().any(|one| one == words), "{change}: {found:?}");
        }
    }

    #[test]
    fn a_view_in_place_of_a_table_is_both() {
        let connection = database(migrations::LATEST);
        connection
            .execute_batch(
                "PRAGMA foreign_keys = OFF; ALTER TABLE audit RENAME TO hidden; \
                 CREATE VIEW audit AS SELECT * FROM hidden WHERE actor IS NULL",
            )
            .unwrap();
        let found = differences(&connection).unwrap().join("; ");
        for words in [
            "has the view “audit”",
            "has the table “hidden”",
            "lacks the table “audit”",
        ] {
            assert!(found.contains(words), "{found}");
        }
    }
}
