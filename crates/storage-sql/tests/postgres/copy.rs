//! A network goes from one store into the other and back, and nothing of it is lost.

mod given_up;
mod refusals;

use std::fs;
use std::path::{Path, PathBuf};

use latchkey_domain::content::Viewer;
use latchkey_domain::{Actor, Role};
use latchkey_storage::{AuditAction, AuditEntry, AuditFilter, Members, Store, StoreError};
use latchkey_storage_sql::copy::{Copied, Place, Source, Target, copy};
use latchkey_storage_sql::keyring::Keyring;
use latchkey_storage_sql::postgres::PostgresStore;
use latchkey_storage_sql::sqlite::SqliteStore;
use latchkey_testing::postgres::database;
use rusqlite::Connection;
use tempfile::TempDir;

use crate::backend::key;
use crate::fixtures::{add_application, add_member, at, connect, new_member, operator};
use crate::lived_in::live;

/// The database at `url`.
fn pg(url: &str) -> Place {
    Place::Postgres(url.parse().unwrap())
}

fn sqlite(path: &Path) -> Place {
    Place::Sqlite(path.to_owned())
}

async fn open(url: &str) -> PostgresStore {
    PostgresStore::open(&url.parse().unwrap(), key()).await.unwrap()
}

/// A folder for files.
struct Files(TempDir);

impl Files {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn names(&self) -> Vec<String> {
        let entries = fs::read_dir(self.0.path()).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    /// A file with a network that was lived in.
    async fn lived_in(&self, name: &str) -> PathBuf {
        let path = self.path(name);
        live(&SqliteStore::open(&path, key()).unwrap()).await;
        path
    }
}

async fn run(from: &Place, to: &Place) -> Result<Copied, StoreError> {
    let source = Source::open(from).await?;
    let target = Target::open(to).await?;
    copy(&source, target, Some(&Keyring::of(key())), None, &|_| ()).await
}

/// Asserts that two files hold the same, told by `SQLite` alone: nothing that the copy itself knows is asked.
fn assert_same(one: &Path, other: &Path) {
    let connection = Connection::open(one).unwrap();
    connection
        .execute("ATTACH ?1 AS other", [other.to_str().unwrap()])
        .unwrap();
    let tables: Vec<String> = connection
        .prepare(
            "SELECT name FROM main.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'search\\_%' ESCAPE '\\' \
             UNION SELECT name FROM other.sqlite_schema WHERE type = 'table' AND name NOT LIKE 'search\\_%' ESCAPE '\\'",
        )
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    assert!(tables.len() > 20 && tables.iter().any(|name| name == "sqlite_sequence"));
    for table in tables {
        let columns = if table == "search" {
            "rowid, title, body, space"
        } else {
            "*"
        };
        for (these, those) in [("main", "other"), ("other", "main")] {
            let sql = format!(
                "SELECT count(*) FROM (SELECT {columns} FROM {these}.{table} EXCEPT SELECT {columns} FROM {those}.{table})"
            );
            let more: i64 = connection.query_row(&sql, [], |row| row.get(0)).unwrap();
            assert_eq!(more, 0, "{table}: {these} has rows that {those} has not");
            let sql = format!("SELECT count(*) FROM {these}.{table}");
            let rows: i64 = connection.query_row(&sql, [], |row| row.get(0)).unwrap();
            // A table without a row would say nothing.
            assert!(rows > 0, "{table} is empty");
        }
    }
}

#[tokio::test]
async fn from_sqlite_to_postgres_and_back_nothing_is_lost() {
    let files = Files::new();
    let first = files.lived_in("first.db").await;
    let (between, last) = (pg(&database()), files.path("last.db"));
    let before = (fs::read(&first).unwrap(), files.names());
    let there = run(&sqlite(&first), &between).await.unwrap();
    assert!(
        before == (fs::read(&first).unwrap(), files.names()),
        "the source is as it was"
    );
    let back = run(&between, &sqlite(&last)).await.unwrap();
    assert_eq!(there, back);
    assert_eq!(there.nul_replaced, 0);
    assert_same(&first, &last);
    // And within one kind.
    let (twin, third) = (pg(&database()), files.path("third.db"));
    run(&between, &twin).await.unwrap();
    run(&twin, &sqlite(&third)).await.unwrap();
    assert_same(&first, &third);
    let fourth = files.path("fourth.db");
    run(&sqlite(&third), &sqlite(&fourth)).await.unwrap();
    assert_same(&first, &fourth);
    let store = SqliteStore::open(&fourth, key()).unwrap();
    assert_eq!(store.check().await.unwrap(), Vec::<String>::new());
}

/// The numbers of the next member and grant, and of the entry that tells of the member.
async fn next_numbers(store: &dyn Store) -> [i64; 3] {
    let application = add_application(store, "Next").await;
    let member = add_member(store, "next@b.example").await;
    let grant = connect(store, &application, &member, at(900)).await;
    let newest = store.audit_page(AuditFilter::default(), None, 1).await.unwrap();
    [member.id.0, grant.0, newest[0].id]
}

#[tokio::test]
async fn numbers_go_on_above_all_that_were_ever_given() {
    let files = Files::new();
    let first = files.lived_in("first.db").await;
    let (url, last) = (database(), files.path("last.db"));
    run(&sqlite(&first), &pg(&url)).await.unwrap();
    run(&pg(&url), &sqlite(&last)).await.unwrap();
    let highest = |table: &str| -> i64 {
        let sql = format!("SELECT max(id) FROM {table}");
        Connection::open(&first)
            .unwrap()
            .query_row(&sql, [], |row| row.get(0))
            .unwrap()
    };
    // The last of each were deleted: their numbers stay taken.
    let gone = [highest("members") + 1, highest("grants") + 1];
    let expected = next_numbers(&SqliteStore::open(&first, key()).unwrap()).await;
    assert!(
        gone.iter().zip(expected).all(|(gone, next)| next > *gone),
        "{gone:?} {expected:?}"
    );
    assert_eq!(next_numbers(&open(&url).await).await, expected);
    assert_eq!(
        next_numbers(&SqliteStore::open(&last, key()).unwrap()).await,
        expected
    );
}

async fn found(store: &dyn Store, viewer: Viewer, query: &str) -> Vec<String> {
    let request = latchkey_storage::content::SearchRequest {
        query: query.into(),
        kinds: latchkey_storage::content::ItemKind::ALL.to_vec(),
        after: None,
        limit: 50,
    };
    let hits = store.search(viewer, request).await.unwrap().into_items();
    let mut found: Vec<String> = hits
        .into_iter()
        .map(|hit| format!("{:?} {}", hit.item, hit.title))
        .collect();
    found.sort();
    found
}

#[tokio::test]
async fn search_finds_the_same() {
    let files = Files::new();
    let first = files.lived_in("first.db").await;
    let (url, last) = (database(), files.path("last.db"));
    run(&sqlite(&first), &pg(&url)).await.unwrap();
    run(&pg(&url), &sqlite(&last)).await.unwrap();
    let before = SqliteStore::open(&first, key()).unwrap();
    let between = open(&url).await;
    let after = SqliteStore::open(&last, key()).unwrap();
    for email in ["ada@b.example", "bob@b.example"] {
        let member = before.member_by_email(&email.parse().unwrap()).await.unwrap();
        let viewer = Viewer::of(&member.unwrap());
        for (query, at_least) in [("sourdough", 2), ("creme", 1), ("bread", 3), ("nothing such ", 0)] {
            let expected = found(&before, viewer, query).await;
            assert!(expected.len() >= at_least, "{query}: {expected:?}");
            assert_eq!(found(&between, viewer, query).await, expected, "{email}, {query}");
            assert_eq!(found(&after, viewer, query).await, expected, "{email}, {query}");
        }
    }
}

#[tokio::test]
async fn one_moment_is_copied_while_both_stores_are_written_to() {
    let files = Files::new();
    let first = files.lived_in("first.db").await;
    let (url, between) = (database(), files.path("between.db"));
    let store = SqliteStore::open(&first, key()).unwrap();
    let source = Source::open(&sqlite(&first)).await.unwrap();
    let members = source.rows_of("members");
    let late = new_member("late@b.example", Role::Member);
    Members::add_member(&store, late.clone(), &operator(), at(9))
        .await
        .unwrap()
        .unwrap();
    let target = Target::open(&pg(&url)).await.unwrap();
    let copied = copy(&source, target, None, None, &|_| ()).await.unwrap();
    assert_eq!(rows_of(&copied, "members"), members);

    let store = open(&url).await;
    let source = Source::open(&pg(&url)).await.unwrap();
    Members::add_member(&store, late, &operator(), at(9))
        .await
        .unwrap()
        .unwrap();
    let target = Target::open(&sqlite(&between)).await.unwrap();
    let copied = copy(&source, target, None, None, &|_| ()).await.unwrap();
    assert_eq!(rows_of(&copied, "members"), members);
    assert_same_but_numbers(&first, &between);
}

fn rows_of(copied: &Copied, table: &str) -> u64 {
    copied.tables.iter().find(|one| one.table == table).unwrap().rows
}

/// A writer may have taken numbers meanwhile; the rows are those of the snapshot.
fn assert_same_but_numbers(source: &Path, copied: &Path) {
    let connection = Connection::open(copied).unwrap();
    connection
        .execute("ATTACH ?1 AS source", [source.to_str().unwrap()])
        .unwrap();
    let more: i64 = connection
        .query_row(
            "SELECT count(*) FROM (SELECT * FROM members EXCEPT SELECT * FROM source.members)",
            [],
            |row| row.get(0),
        )
        .unwrap();
    assert_eq!(more, 0);
}

#[tokio::test]
async fn an_entry_in_the_trail_tells_of_it() {
    let files = Files::new();
    let from = Place::Sqlite(files.lived_in("first.db").await);
    let entry = AuditEntry {
        at: at(77),
        actor: Actor::operator(),
        action: AuditAction::DatabaseCopied,
        target: "there".into(),
        detail: "from here".into(),
    };
    let (url, file) = (database(), files.path("new.db"));
    for place in [pg(&url), sqlite(&file)] {
        let source = Source::open(&from).await.unwrap();
        let target = Target::open(&place).await.unwrap();
        copy(&source, target, None, Some(entry.clone()), &|_| ())
            .await
            .unwrap();
    }
    let stores: [Box<dyn Store>; 2] = [
        Box::new(open(&url).await),
        Box::new(SqliteStore::open(&file, key()).unwrap()),
    ];
    for store in stores {
        assert_eq!(store.audit(1).await.unwrap(), std::slice::from_ref(&entry));
    }
}

#[tokio::test]
async fn a_character_that_postgres_cannot_hold_is_replaced_and_counted() {
    let files = Files::new();
    let first = files.lived_in("first.db").await;
    let connection = Connection::open(&first).unwrap();
    // The trigger of the search index needs what only the store has: it is away while the text is changed.
    let trigger: String = connection
        .query_row(
            "SELECT sql FROM sqlite_schema WHERE name = 'search_changed_space'",
            [],
            |row| row.get(0),
        )
        .unwrap();
    connection
        .execute_batch(&format!(
            "DROP TRIGGER search_changed_space;
             UPDATE spaces SET description = 'a' || char(0) || 'b' WHERE id = 1;
             {trigger}"
        ))
        .unwrap();
    drop(connection);
    let from = sqlite(&first);
    let copied = run(&from, &pg(&database())).await.unwrap();
    assert_eq!(copied.nul_replaced, 1);
    let copied = run(&from, &Place::Sqlite(files.path("new.db"))).await.unwrap();
    assert_eq!(copied.nul_replaced, 0);
}
