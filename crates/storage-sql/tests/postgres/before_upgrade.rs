//! The backup that is made before a new schema: what is restored from it is what the upgrade makes of the database.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use latchkey_storage::{Applications, Networks, Store, StoreError};
use latchkey_storage_sql::copy::{Place, Source, Target, back_up_before_upgrade, copy};
use latchkey_storage_sql::keyring::Keyring;
use latchkey_storage_sql::keys::ServerKey;
use latchkey_storage_sql::postgres::PostgresStore;
use latchkey_storage_sql::sqlite::SqliteStore;
use latchkey_testing::postgres::database;

use crate::backend::{key, reached};
use crate::brought_over::POSTS;
use crate::earlier_versions::{ROWS, WORDS, database_of_schema};
use crate::fixtures::{at, operator};
use crate::lived_in::live;
use crate::opening::alter;

/// The key that the databases of earlier versions are sealed with.
fn their_key() -> ServerKey {
    ServerKey::from_text(include_str!("../data-folders/latchkey.key")).unwrap()
}

/// The database at `url`, backed up in `folder`.
async fn back_up(url: &str, folder: &Path) -> PathBuf {
    let made = back_up_before_upgrade(&reached(url), folder, at(0))
        .await
        .unwrap();
    made.expect("its schema is an earlier one")
}

/// Restores a backup into the database at `url`.
async fn restore(backup: &Path, url: &str) -> Result<(), StoreError> {
    let folder = tempfile::tempdir().unwrap();
    let source = Source::open_backup(backup, folder.path()).await?;
    let target = Target::open(&Place::Postgres(reached(url))).await?;
    let keys = Keyring::of(their_key());
    copy(&source, target, Some(&keys), None, &|_| ()).await.map(drop)
}

/// All that is in a database, as `PostgreSQL`'s own program tells it, in no order: the schema, the rows, and which number
/// each sequence gives next. Attempts to sign in, which are of no use after an hour, stay behind.
fn all_of(url: &str) -> Vec<String> {
    let dumped = Command::new("pg_dump")
        .args([
            "--no-owner",
            "--inserts",
            "--exclude-table-data=sign_in_attempts",
            "--dbname",
            url,
        ])
        .output()
        .unwrap();
    assert!(
        dumped.status.success(),
        "{}",
        String::from_utf8_lossy(&dumped.stderr)
    );
    let dumped = String::from_utf8(dumped.stdout).unwrap();
    let mut lines: Vec<String> = dumped
        .lines()
        // A mark that it draws anew each time.
        .filter(|line| !line.starts_with("\\restrict") && !line.starts_with("\\unrestrict"))
        .map(next_number)
        .collect();
    lines.sort();
    lines
}

/// A line of the dump; `setval(…, 7, true)` and `setval(…, 8, false)` say the same.
fn next_number(line: &str) -> String {
    let given = || {
        let (sequence, rest) = line
            .strip_prefix("SELECT pg_catalog.setval('")?
            .split_once("', ")?;
        let (number, is_called) = rest.strip_suffix(");")?.split_once(", ")?;
        let next = number.parse::<i64>().ok()? + i64::from(is_called == "true");
        Some(format!("{sequence} gives {next} next"))
    };
    given().unwrap_or_else(|| line.to_owned())
}

/// A database of an earlier schema, which also has texts that search found by other words then.
async fn database_with_posts(schema: usize) -> String {
    let url = database_of_schema(schema).await;
    let space = "INSERT INTO spaces (id, slug, name, description, visibility, created_at, words) \
                 VALUES (7, 'all', E'\\\\N', E'a\\tb\\nc\\\\.\\r\\n\\\\.', 'public', 0, '''n'':1A ''a'':3B ''b'':4B ''c'':5B'); \
                 SELECT setval(pg_get_serial_sequence('spaces', 'id'), 7)";
    alter(&url, space).await;
    for ((title, body), words) in POSTS.into_iter().zip(WORDS) {
        let post = format!(
            "INSERT INTO posts (space_id, author_id, title, body, body_text, created_at, updated_at, words) \
             VALUES (7, 1, '{title}', '{body}', '{body}', 0, 0, $words${words}$words$)"
        );
        alter(&url, &post).await;
    }
    alter(&url, "DELETE FROM posts WHERE id = 3").await;
    url
}

#[tokio::test]
async fn what_is_restored_is_what_the_upgrade_makes() {
    let application: serde_json::Value =
        serde_json::from_str(include_str!("../data-folders/postgres-application.json")).unwrap();
    let client_id = application["client_id"].as_str().unwrap().parse().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let same_in_sqlite: [usize; ROWS.len()] = [3, 4, 5];
    for ((schema, ..), same_in_sqlite) in ROWS.into_iter().zip(same_in_sqlite) {
        let (url, restored) = (database_with_posts(schema).await, database());
        let before = all_of(&url);
        let backup = back_up(&url, folder.path()).await;
        let name = format!("postgresql-20231114T221320Z-schema-{schema}.db");
        assert_eq!(backup, folder.path().join("backups").join(name));
        assert_eq!(all_of(&url), before, "nothing was changed");
        // The version before reads it, too: it is what that would have made.
        assert_eq!(SqliteStore::schema_of(&backup).unwrap(), same_in_sqlite);

        drop(PostgresStore::open(&reached(&url), their_key()).await.unwrap());
        restore(&backup, &restored).await.unwrap();
        let upgraded = all_of(&url);
        assert!(upgraded.len() > 1_000 && upgraded != before);
        assert_eq!(all_of(&restored), upgraded, "schema {schema}");

        let store = PostgresStore::open(&reached(&restored), their_key())
            .await
            .unwrap();
        assert_eq!(store.network().await.unwrap().slug.as_str(), "river-club");
        let secret = store
            .reveal_client_secret(&client_id, None, &operator(), at(0))
            .await;
        assert!(
            secret
                .unwrap()
                .unwrap()
                .is(application["client_secret"].as_str().unwrap())
        );
    }
}

#[tokio::test]
async fn it_is_a_database_of_sqlite_as_well() {
    let folder = tempfile::tempdir().unwrap();
    for (schema, ..) in ROWS {
        let backup = back_up(&database_with_posts(schema).await, folder.path()).await;
        let store = SqliteStore::open(&backup, their_key()).unwrap();
        assert_eq!(store.network().await.unwrap().slug.as_str(), "river-club");
        assert_eq!(store.check().await.unwrap(), Vec::<String>::new());
        assert_eq!(store.schema_differences().await.unwrap(), Vec::<String>::new());
    }
}

#[tokio::test]
async fn half_of_it_makes_nothing_and_a_database_that_is_used_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let url = database_with_posts(4).await;
    let backup = back_up(&url, folder.path()).await;
    let whole = fs::read(&backup).unwrap();
    let (empty, nothing, half) = (database(), all_of(&database()), folder.path().join("half.db"));
    for length in [
        100,
        4_096,
        whole.len() / 3,
        whole.len() / 2,
        whole.len() - 4_096,
        whole.len() - 1,
    ] {
        fs::write(&half, &whole[..length]).unwrap();
        let refused = restore(&half, &empty).await.unwrap_err().to_string();
        assert!(
            refused.contains("damaged") || refused.contains("is not a Latchkey database"),
            "{refused}"
        );
        assert_eq!(all_of(&empty), nothing, "{length} bytes");
    }
    let before = all_of(&url);
    let refused = restore(&backup, &url).await.unwrap_err().to_string();
    assert!(refused.contains("is not empty"), "{refused}");
    assert_eq!(all_of(&url), before);
    restore(&backup, &empty).await.unwrap();
}

#[tokio::test]
async fn what_cannot_be_backed_up_is_said() {
    let folder = tempfile::tempdir().unwrap();
    let refused = async |url: &str, words: &str| {
        let refused = back_up_before_upgrade(&reached(url), folder.path(), at(0)).await;
        let refused = refused.unwrap_err().to_string();
        assert!(refused.contains(words) && !refused.contains('\n'), "{refused}");
    };
    refused(&database(), "nothing was created there").await;
    let newer = database_of_schema(1).await;
    alter(&newer, "UPDATE latchkey_schema SET version = 99").await;
    refused(&newer, "schema 99 is none that this version knows").await;
    // A row that the schema does not allow any more: the copy would not hold it.
    let damaged = database_of_schema(1).await;
    alter(
        &damaged,
        "ALTER TABLE members DROP CONSTRAINT members_role_check; UPDATE members SET role = 'king' WHERE id = 2",
    )
    .await;
    refused(&damaged, "CHECK constraint failed: role").await;
    let left: Vec<_> = fs::read_dir(folder.path().join("backups")).unwrap().collect();
    assert!(left.is_empty(), "{left:?}");
    fs::remove_dir(folder.path().join("backups")).unwrap();
    fs::write(folder.path().join("backups"), "in the way").unwrap();
    refused(&database_of_schema(1).await, "cannot write the backup").await;
}

#[tokio::test]
async fn a_database_that_is_up_to_date_needs_none() {
    let (url, folder) = (database(), tempfile::tempdir().unwrap());
    live(&PostgresStore::open(&url.parse().unwrap(), key()).await.unwrap()).await;
    let made = back_up_before_upgrade(&reached(&url), folder.path(), at(0)).await;
    assert_eq!(made.unwrap(), None);
    assert!(!folder.path().join("backups").exists());
}
