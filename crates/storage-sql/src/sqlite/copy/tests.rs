//! What is said of tables beside the catalogue, and a row that was changed behind the copy's back.

use std::fs::OpenOptions;
use std::io::{Seek, SeekFrom, Write};
use std::path::Path;
use std::sync::Once;

use rusqlite::Connection;

use super::search_check;
use crate::copy::table::SEARCHED;
use crate::copy::{CopyProgress, Place, Source, Step, Target, copy};
use crate::keys::ServerKey;
use crate::sqlite::statements::{Held, now};
use crate::sqlite::{SqliteStore, connection};

/// A database with this version's schema and an application.
fn database(path: &Path) -> Connection {
    drop(SqliteStore::open(path, ServerKey::from_bytes([7; 32])).unwrap());
    Connection::open(path).unwrap()
}

#[test]
fn what_is_searched_is_what_has_triggers() {
    let folder = tempfile::tempdir().unwrap();
    let connection = database(&folder.path().join("latchkey.db"));
    let mut found: Vec<String> = connection
        .prepare("SELECT tbl_name FROM sqlite_schema WHERE type = 'trigger' AND name LIKE 'search_new%'")
        .unwrap()
        .query_map([], |row| row.get(0))
        .unwrap()
        .collect::<Result<_, _>>()
        .unwrap();
    found.sort();
    let mut expected: Vec<&str> = SEARCHED.iter().map(|searched| searched.table).collect();
    expected.sort_unstable();
    assert_eq!(found, expected);
}

#[tokio::test]
async fn a_value_that_the_disk_changed_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let (from, to) = (folder.path().join("from.db"), folder.path().join("to.db"));
    database(&from)
        .execute_batch(
            "INSERT INTO members (id, email, name, name_folded, role, password_hash, joined_at) \
             VALUES (3, 'ada@b.example', 'Ada', 'ada', 'host', 'what-only-this-row-has', 0)",
        )
        .unwrap();
    let source = Source::open(&Place::Sqlite(from)).await.unwrap();
    let target = Target::open(&Place::Sqlite(to.clone())).await.unwrap();
    let changed = Once::new();
    let tell = |report: CopyProgress<'_>| {
        // The first table was compared; the page with the members was not read yet.
        if report.step == Step::Comparing {
            changed.call_once(|| change_byte(folder.path(), b"what-only-this-row-has"));
        }
    };
    let said = copy(&source, target, None, None, &tell)
        .await
        .unwrap_err()
        .to_string();
    assert!(
        said.contains("members, id 3: password_hash is not what it is in the source")
            && !said.contains("only-this"),
        "{said}"
    );
    let mut left: Vec<_> = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.contains("to."))
        .collect();
    left.sort();
    assert_eq!(left, ["to.lock"], "nothing is left of the copy");
}

/// Changes the last of these bytes in the draft in `folder`.
fn change_byte(folder: &Path, bytes: &[u8]) {
    let draft = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .find(|path| path.extension().is_some_and(|ending| ending == "new"))
        .unwrap();
    let file = std::fs::read(&draft).unwrap();
    let places: Vec<usize> = file
        .windows(bytes.len())
        .enumerate()
        .filter_map(|(place, window)| (window == bytes).then_some(place))
        .collect();
    let [place] = places[..] else {
        panic!("expected one place: {places:?}")
    };
    let mut open = OpenOptions::new().write(true).open(&draft).unwrap();
    let last = place + bytes.len() - 1;
    open.seek(SeekFrom::Start(last.try_into().unwrap())).unwrap();
    open.write_all(b"!").unwrap();
}

#[tokio::test]
async fn rows_that_search_would_not_find_are_found() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("from.db");
    drop(database(&path));
    // With the functions that the triggers need.
    let connection = connection::open_for_writing(&path).unwrap();
    connection
        .execute_batch(
            "INSERT INTO spaces (id, slug, name, description, visibility, created_at) \
             VALUES (1, 'bakery', 'Bakery', 'All about bread', 'private', 0); \
             INSERT INTO posts (id, space_id, title, body, body_text, created_at, updated_at) \
             VALUES (5, 1, 'Ovens', '<p>steam</p>', 'steam', 0, 0)",
        )
        .unwrap();
    let db = Held::new(connection);
    let posts = SEARCHED.iter().find(|one| one.table == "posts").unwrap();
    let check = || now(search_check::check_rows(&db, posts, (1, 9))).map_err(|error| error.to_string());
    check().unwrap();
    search_check::check_whole(&db).await.unwrap();
    for change in [
        "UPDATE search SET body = 'fog' WHERE rowid = 41",
        "UPDATE search SET body = 'steam', space = NULL WHERE rowid = 41",
        "DELETE FROM search WHERE rowid = 41",
    ] {
        db.lock().execute_batch(change).unwrap();
        let said = check().unwrap_err();
        assert!(
            said.contains("posts, id 5: the words that search finds it by"),
            "{said}"
        );
    }
    assert!(search_check::check_whole(&db).await.is_err());
}

#[tokio::test]
async fn a_source_whose_schema_someone_changed_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("from.db");
    database(&path)
        .execute_batch("CREATE TRIGGER mine AFTER INSERT ON sessions BEGIN DELETE FROM audit; END")
        .unwrap();
    let refused = Source::open(&Place::Sqlite(path.clone())).await.err().unwrap();
    assert!(
        refused
            .to_string()
            .contains("it has the trigger “mine” on sessions"),
        "{refused}"
    );
    let refused = Source::open_backup(&path, folder.path()).await.err().unwrap();
    assert!(refused.to_string().contains("the trigger “mine”"), "{refused}");
}
