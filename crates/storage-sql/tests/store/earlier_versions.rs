//! Data folders that earlier versions wrote open, are backed up first, and work; see `tests/data-folders/README.md`.

use std::fs;
use std::path::{Path, PathBuf};

use latchkey_domain::Role;
use latchkey_storage::{Applications, Audit, Members, Store};
use latchkey_storage_sql::keyring::Keyring;
use latchkey_storage_sql::sqlite::{DATABASE_FILE, Existing, KEY_FILE, SqliteStore, restore};
use rusqlite::Connection;
use tempfile::TempDir;

use crate::fixtures::{at, operator};

/// All migrations, each with its name.
const MIGRATIONS: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/sqlite_migrations.rs"));

const ROWS: [&str; 5] = [
    include_str!("../data-folders/schema-1.sql"),
    include_str!("../data-folders/schema-2.sql"),
    include_str!("../data-folders/schema-3.sql"),
    include_str!("../data-folders/schema-4.sql"),
    include_str!("../data-folders/schema-5.sql"),
];

/// How many entries of the audit trail each has.
const AUDIT: [usize; 5] = [4, 4, 4, 9, 11];

/// The folder as the version with this schema left it.
fn folder_of_schema(schema: usize) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(
        folder.path().join(KEY_FILE),
        include_str!("../data-folders/latchkey.key"),
    )
    .unwrap();
    let old = Connection::open(folder.path().join(DATABASE_FILE)).unwrap();
    for (_, migration) in &MIGRATIONS[..schema] {
        old.execute_batch(migration).unwrap();
    }
    old.execute_batch(ROWS[schema - 1]).unwrap();
    old.execute_batch(&format!(
        "PRAGMA journal_mode = WAL; PRAGMA application_id = 1280009593; PRAGMA user_version = {schema};"
    ))
    .unwrap();
    folder
}

fn backups(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(folder.join("backups")) else {
        return vec![];
    };
    let mut made: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    made.sort();
    made
}

async fn assert_works(store: &SqliteStore, schema: usize) {
    let application: serde_json::Value =
        serde_json::from_str(include_str!("../data-folders/application.json")).unwrap();
    let client_id = application["client_id"].as_str().unwrap().parse().unwrap();
    let secret = store
        .reveal_client_secret(&client_id, None, &operator(), at(0))
        .await
        .unwrap()
        .unwrap();
    assert!(secret.is(application["client_secret"].as_str().unwrap()));
    let ada = store
        .member_by_email(&"ada@example.com".parse().unwrap())
        .await
        .unwrap();
    assert_eq!(ada.unwrap().role, Role::Host);
    // And that the secret was revealed here.
    assert_eq!(store.audit(100).await.unwrap().len(), AUDIT[schema - 1] + 1);
    assert_eq!(store.check().await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn each_opens_with_all_that_was_in_it() {
    for schema in 1..=ROWS.len() {
        let folder = folder_of_schema(schema);
        let database = folder.path().join(DATABASE_FILE);
        assert_eq!(SqliteStore::schema_of(&database).unwrap(), schema);
        assert_eq!(
            SqliteStore::schema_of(&database).unwrap(),
            schema,
            "looking changes nothing"
        );
        let store = SqliteStore::open_folder(folder.path()).unwrap();
        assert_eq!(
            usize::try_from(store.schema().await.unwrap()),
            Ok(SqliteStore::latest_schema())
        );
        assert_works(&store, schema).await;
        assert_eq!(store.schema_differences().await.unwrap(), Vec::<String>::new());
        let copy = folder.path().join("copy.db");
        let made = store
            .back_up(&copy, Existing::Refuse, &operator(), at(0))
            .await
            .unwrap();
        assert_eq!((made.contents.members, made.contents.applications), (2, 1));
    }
}

/// After an upgrade, the database as it was can be put back.
#[tokio::test]
async fn each_is_backed_up_as_it_was_before_its_schema_changes() {
    // The newest may be this version's own.
    for schema in (1..=ROWS.len()).filter(|schema| *schema < SqliteStore::latest_schema()) {
        let folder = folder_of_schema(schema);
        drop(SqliteStore::open_folder(folder.path()).unwrap());
        let made = backups(folder.path());
        assert_eq!(made.len(), 1, "{made:?}");
        let name = made[0].file_name().unwrap().to_str().unwrap();
        assert!(
            name.starts_with("latchkey-20") && name.ends_with(&format!("Z-schema-{schema}.db")),
            "{name}"
        );
        let old = Connection::open(&made[0]).unwrap();
        let version: u32 = old
            .pragma_query_value(None, "user_version", |row| row.get(0))
            .unwrap();
        assert_eq!(usize::try_from(version), Ok(schema));
        drop(old);
        // It opens where it is put, and there is no second backup for a database that is up to date.
        drop(SqliteStore::open_folder(folder.path()).unwrap());
        assert_eq!(backups(folder.path()), made);
        restore(
            &made[0],
            &folder.path().join(DATABASE_FILE),
            "x",
            &operator(),
            at(0),
        )
        .unwrap();
        let store = SqliteStore::open_folder(folder.path()).unwrap();
        assert!(store.audit(1).await.unwrap()[0].target.ends_with(name));
    }
}

#[test]
fn a_new_folder_has_nothing_to_back_up() {
    let folder = tempfile::tempdir().unwrap();
    drop(SqliteStore::open_folder(folder.path()).unwrap());
    assert!(!folder.path().join("backups").exists());
}

#[test]
fn the_last_three_stay_and_what_is_not_ours_is_left_alone() {
    let folder = folder_of_schema(1);
    let kept = folder.path().join("backups");
    fs::create_dir(&kept).unwrap();
    for name in [
        "latchkey-20200101T000000Z-schema-1.db",
        "latchkey-20210101T000000Z-schema-1.db",
        "latchkey-20220101T000000Z-schema-1.db",
        "latchkey-by-hand.db",
        "notes.txt",
    ] {
        fs::write(kept.join(name), "x").unwrap();
    }
    drop(SqliteStore::open_folder(folder.path()).unwrap());
    let names: Vec<String> = backups(folder.path())
        .iter()
        .map(|path| path.file_name().unwrap().to_str().unwrap().to_owned())
        .collect();
    assert_eq!(names[0], "latchkey-20210101T000000Z-schema-1.db", "{names:?}");
    assert_eq!(names.len(), 5, "{names:?}");
}

#[test]
fn without_a_backup_nothing_is_changed() {
    let folder = folder_of_schema(2);
    // In the way of the folder for backups.
    fs::write(folder.path().join("backups"), "x").unwrap();
    let error = SqliteStore::open_folder(folder.path()).unwrap_err().to_string();
    assert!(error.contains("cannot write the backup"), "{error}");
    let key = Keyring::load_or_create(&folder.path().join(KEY_FILE), false);
    assert!(key.is_ok());
    let old = Connection::open(folder.path().join(DATABASE_FILE)).unwrap();
    let version: i64 = old
        .pragma_query_value(None, "user_version", |row| row.get(0))
        .unwrap();
    assert_eq!(version, 2);
}
