//! What is not copied, and in which words that is said; nothing of it is left behind.

use std::fs;

use latchkey_storage::{Members, Networks};
use latchkey_storage_sql::copy::{Place, Source, Target, copy};
use latchkey_storage_sql::keyring::Keyring;
use latchkey_storage_sql::keys::ServerKey;
use latchkey_storage_sql::sqlite::SqliteStore;
use latchkey_testing::postgres::database;
use rusqlite::Connection;

use super::{Files, assert_same, open, pg, run, sqlite};
use crate::backend::key;
use crate::fixtures::{add_application, at, operator};
use crate::opening::alter;

async fn refused(from: &Place, to: &Place, words: &str) {
    let said = run(from, to).await.unwrap_err().to_string();
    assert!(said.contains(words) && !said.contains('\n'), "{said}");
}

#[tokio::test]
async fn a_target_that_was_used_is_refused_and_one_that_was_not_is_taken() {
    let files = Files::new();
    let first = files.lived_in("first.db").await;
    let from = sqlite(&first);
    // Opened once, and never used.
    let (url, file) = (database(), files.path("fresh.db"));
    drop(open(&url).await);
    drop(SqliteStore::open(&file, key()).unwrap());
    run(&from, &pg(&url)).await.unwrap();
    run(&from, &sqlite(&file)).await.unwrap();
    assert_same(&first, &file);
    let empty = files.path("empty.db");
    fs::write(&empty, "").unwrap();
    run(&from, &sqlite(&empty)).await.unwrap();
    assert_same(&first, &empty);
    // From now on they are not empty.
    refused(&from, &pg(&url), "is not empty: it has audit").await;
    let before = fs::read(&file).unwrap();
    refused(&from, &sqlite(&file), "is not empty: it has audit").await;
    assert!(fs::read(&file).unwrap() == before);
}

#[tokio::test]
async fn what_cannot_be_copied_is_refused_in_words() {
    let files = Files::new();
    let first = files.lived_in("first.db").await;
    let from = sqlite(&first);
    let nowhere = || Place::Sqlite(files.path("new.db"));
    refused(
        &Place::Sqlite(files.path("none.db")),
        &nowhere(),
        "there is no database at",
    )
    .await;
    refused(&pg(&database()), &nowhere(), "nothing was created there").await;
    assert!(!files.path("new.db").exists());
    // Another program's.
    let foreign = files.path("bookmarks.db");
    Connection::open(&foreign)
        .unwrap()
        .execute_batch("CREATE TABLE bookmarks (url TEXT)")
        .unwrap();
    let foreign = Place::Sqlite(foreign);
    refused(&foreign, &nowhere(), "is a database of another program").await;
    refused(&from, &foreign, "is a database of another program").await;
    let url = database();
    alter(&url, "CREATE TABLE bookmarks (url TEXT)").await;
    refused(&pg(&url), &nowhere(), "is a database of another program").await;
    refused(&from, &pg(&url), "is a database of another program").await;
    // Another schema.
    for (version, words) in [
        (3, "has schema 3, and this version copies"),
        (99, "has schema 99"),
    ] {
        let file = files.path(&format!("schema-{version}.db"));
        fs::copy(&first, &file).unwrap();
        Connection::open(&file)
            .unwrap()
            .pragma_update(None, "user_version", version)
            .unwrap();
        refused(&sqlite(&file), &nowhere(), words).await;
        let url = database();
        drop(open(&url).await);
        alter(
            &url,
            &format!("UPDATE latchkey_schema SET version = {}", version - 2),
        )
        .await;
        let words = words.replace(&version.to_string(), &(version - 2).to_string());
        refused(&pg(&url), &nowhere(), &words).await;
    }
    // The database is in use.
    let (used, store) = (
        files.path("used.db"),
        SqliteStore::open(&files.path("used.db"), key()).unwrap(),
    );
    refused(&from, &Place::Sqlite(used), "is in use by a running server").await;
    drop(store);
    // Another key.
    let source = Source::open(&from).await.unwrap();
    let target = Target::open(&nowhere()).await.unwrap();
    let other = Keyring::of(ServerKey::from_bytes([8; 32]));
    assert!(copy(&source, target, Some(&other), None, &|_| ()).await.is_err());
    assert!(!files.path("new.db").exists());
}

#[tokio::test]
async fn a_row_that_the_target_changes_is_found_and_nothing_is_kept() {
    let files = Files::new();
    let from = Place::Sqlite(files.lived_in("first.db").await);
    for (table, change, words) in [
        (
            "members",
            "NEW.password_hash := NEW.password_hash || ' '",
            "members, id 2: password_hash is not what",
        ),
        (
            "grants",
            "NEW.salt := decode('00112233445566778899aabbccddeeff', 'hex')",
            "grants, id 2: salt is not what",
        ),
        (
            "posts",
            "NEW.words := ''::tsvector",
            "posts, id 2: the words that search finds it by",
        ),
        (
            "consents",
            "RETURN NULL",
            "consents, member_id 2, application_id 1: the row is missing",
        ),
    ] {
        let url = database();
        drop(open(&url).await);
        let when = if table == "consents" {
            "NEW.member_id = 2"
        } else {
            "NEW.id = 2"
        };
        let sql = format!(
            "CREATE FUNCTION spoil() RETURNS trigger AS $$ BEGIN IF {when} THEN {change}; END IF; RETURN NEW; END $$ \
             LANGUAGE plpgsql; CREATE TRIGGER spoil BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION spoil()"
        );
        alter(&url, &sql).await;
        let place = pg(&url);
        refused(&from, &place, words).await;
        let store = open(&url).await;
        assert!(!Members::has_host(&store).await.unwrap());
        assert_eq!(store.network().await.unwrap().name.as_str(), "My Community");
    }
}

#[tokio::test]
async fn after_a_rotation_all_keys_are_needed() {
    let files = Files::new();
    let data = files.path("data");
    let store = SqliteStore::open_folder(&data).unwrap();
    add_application(&store, "CRM").await;
    store.rotate_key(false, &operator(), at(9)).await.unwrap();
    let ring = store.keychain().ring();
    let from = sqlite(&data.join("latchkey.db"));
    for (keys, words) in [
        (
            Keyring::of(ring.current().clone()),
            Some("no key at the target has the number"),
        ),
        (ring, None),
    ] {
        let source = Source::open(&from).await.unwrap();
        let target = Target::open(&sqlite(&files.path("new.db"))).await.unwrap();
        let outcome = copy(&source, target, Some(&keys), None, &|_| ()).await;
        match words {
            Some(words) => assert!(outcome.unwrap_err().to_string().contains(words)),
            None => assert!(outcome.is_ok()),
        }
    }
}
