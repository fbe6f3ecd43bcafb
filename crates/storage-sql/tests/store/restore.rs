//! A backup takes the database's place whole, or nothing changes.

use std::fs;
use std::path::{Path, PathBuf};

use latchkey_storage::{Audit, AuditAction, StoreError};
use latchkey_storage_sql::sqlite::{DATABASE_FILE, Existing, KEY_FILE, Restored, SqliteStore, restore};
use rusqlite::Connection;
use tempfile::TempDir;

use crate::fixtures::{add_application, at, count_applications, operator};

/// A folder with one application, and a backup of it with none of what came later.
async fn folder_and_backup() -> (TempDir, PathBuf, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let backup = folder.path().join("backup.db");
    let store = SqliteStore::open_folder(&data).unwrap();
    add_application(&store, "Before").await;
    store
        .back_up(&backup, Existing::Refuse, &operator(), at(1))
        .await
        .unwrap();
    add_application(&store, "After").await;
    (folder, data, backup)
}

fn run(backup: &Path, data: &Path) -> Result<Restored, StoreError> {
    restore(backup, &data.join(DATABASE_FILE), "20260101", &operator(), at(9))
}

#[track_caller]
fn refused(backup: &Path, data: &Path, words: &str) {
    let message = run(backup, data).unwrap_err().to_string();
    assert!(message.contains(words) && !message.contains('\n'), "{message}");
}

async fn applications(data: &Path) -> u64 {
    let store = SqliteStore::open_folder(data).unwrap();
    count_applications(&store).await
}

fn files(data: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(data)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn takes_the_place_of_a_database_which_stays_beside_it() {
    let (_folder, data, backup) = folder_and_backup().await;
    let restored = run(&backup, &data).unwrap();
    assert_eq!(restored.contents.applications, 1);
    assert_eq!(applications(&data).await, 1);
    let replaced = restored.replaced.unwrap();
    assert_eq!(replaced, data.join("latchkey.db.replaced-20260101"));
    let key = latchkey_storage_sql::keyring::Keyring::load_or_create(&data.join(KEY_FILE), false).unwrap();
    let old = SqliteStore::open(&replaced, key.current().clone()).unwrap();
    assert_eq!(count_applications(&old).await, 2);
    let store = SqliteStore::open_folder(&data).unwrap();
    assert_eq!(
        store.audit(1).await.unwrap()[0].action,
        AuditAction::DatabaseRestored
    );
    assert_eq!(store.check().await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn a_log_that_was_left_behind_goes_with_the_old_database() {
    let (_folder, data, backup) = folder_and_backup().await;
    let database = data.join(DATABASE_FILE);
    // As after a crash: the log is there, and is not written back. Once readable, once damaged.
    for damaged in [false, true] {
        let store = SqliteStore::open_folder(&data).unwrap();
        add_application(&store, "In the log").await;
        let (main, log) = (
            fs::read(&database).unwrap(),
            fs::read(data.join("latchkey.db-wal")).unwrap(),
        );
        drop(store);
        fs::write(&database, if damaged { b"x".repeat(5_000) } else { main }).unwrap();
        fs::write(data.join("latchkey.db-wal"), log).unwrap();
        run(&backup, &data).unwrap();
        assert_eq!(applications(&data).await, 1, "damaged: {damaged}");
    }
}

#[tokio::test]
async fn makes_a_folder_that_has_nothing_but_the_key() {
    let (folder, data, backup) = folder_and_backup().await;
    let elsewhere = folder.path().join("elsewhere");
    refused(
        &backup,
        &elsewhere,
        "put the latchkey.key that was kept with this backup there",
    );
    assert!(!elsewhere.join(DATABASE_FILE).exists());
    fs::copy(data.join(KEY_FILE), elsewhere.join(KEY_FILE)).unwrap();
    assert_eq!(run(&backup, &elsewhere).unwrap().replaced, None);
    assert_eq!(applications(&elsewhere).await, 1);
}

#[tokio::test]
async fn is_refused_while_somebody_has_the_database_open() {
    let (_folder, data, backup) = folder_and_backup().await;
    let store = SqliteStore::open_folder(&data).unwrap();
    let before = files(&data);
    refused(
        &backup,
        &data,
        "is in use by a running server or another command; stop it first",
    );
    assert_eq!(files(&data), before);
    drop(store);
    run(&backup, &data).unwrap();
}

#[tokio::test]
async fn refuses_what_would_not_work_and_changes_nothing() {
    let (folder, data, backup) = folder_and_backup().await;
    let before = files(&data);
    let bad = folder.path().join("bad.db");
    refused(&bad, &data, "cannot read the backup");
    for (content, words) in [
        (Vec::new(), "is no Latchkey database"),
        (b"hello".repeat(1_000), "is not a Latchkey database"),
    ] {
        fs::write(&bad, content).unwrap();
        refused(&bad, &data, words);
    }
    fs::remove_file(&bad).unwrap();
    Connection::open(&bad)
        .unwrap()
        .execute_batch("CREATE TABLE bookmarks (url TEXT)")
        .unwrap();
    refused(&bad, &data, "is a database of another program");

    fs::copy(&backup, &bad).unwrap();
    Connection::open(&bad)
        .unwrap()
        .execute_batch("PRAGMA user_version = 99")
        .unwrap();
    refused(&bad, &data, "has schema 99");

    let mut bytes = fs::read(&backup).unwrap();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 20_000].fill(0x5A);
    fs::write(&bad, bytes).unwrap();
    refused(&bad, &data, "damaged");

    // Also one that lacks less than a page, which SQLite reads as if it ended in zeros.
    let bytes = fs::read(&backup).unwrap();
    for length in [
        4_096,
        bytes.len() / 3,
        bytes.len() / 2,
        bytes.len() - 4_096,
        bytes.len() - 1,
    ] {
        fs::write(&bad, &bytes[..length]).unwrap();
        refused(&bad, &data, "damaged");
    }

    let live = folder.path().join("live");
    let store = SqliteStore::open_folder(&live).unwrap();
    add_application(&store, "App").await;
    refused(
        &live.join(DATABASE_FILE),
        &data,
        "make a backup of it with `latchkey backup`",
    );
    drop(store);
    refused(&live.join(DATABASE_FILE), &data, "is not the one that");

    assert_eq!(files(&data), before);
    assert_eq!(applications(&data).await, 2);
}

#[tokio::test]
async fn a_file_whose_schema_someone_changed_is_refused() {
    let (_folder, data, backup) = folder_and_backup().await;
    let before = files(&data);
    for (change, words, undo) in [
        (
            "CREATE TRIGGER copied AFTER INSERT ON sessions BEGIN UPDATE network SET name = hex(new.token_hash); END",
            "it has the trigger “copied” on sessions",
            "DROP TRIGGER copied",
        ),
        (
            "CREATE VIEW everyone AS SELECT * FROM members",
            "it has the view “everyone”",
            "DROP VIEW everyone",
        ),
        (
            "CREATE TABLE mine (x)",
            "it has the table “mine”",
            "DROP TABLE mine",
        ),
        (
            "CREATE TABLE mine1 (x); CREATE TABLE mine2 (x); CREATE TABLE mine3 (x); CREATE TABLE mine4 (x); \
             CREATE TABLE mine5 (x)",
            "the table “mine3”, and 2 more",
            "DROP TABLE mine1; DROP TABLE mine2; DROP TABLE mine3; DROP TABLE mine4; DROP TABLE mine5",
        ),
    ] {
        let changed = Connection::open(&backup).unwrap();
        changed.execute_batch(change).unwrap();
        refused(&backup, &data, words);
        assert_eq!(files(&data), before, "{change}");
        changed.execute_batch(undo).unwrap();
    }
    run(&backup, &data).unwrap();
}
