//! A database as a script: `psql` makes the same of it, by what `pg_dump` says of both.

use std::path::Path;
use std::process::{Command, Output};

use latchkey_store::keys::ServerKey;
use latchkey_store::postgres::PostgresStore;
use latchkey_store::{Applications, Networks};
use latchkey_testing::postgres::database;

use crate::backend::{key, reached};
use crate::earlier_versions::{ROWS, database_of_schema};
use crate::fixtures::{at, operator};
use crate::lived_in::live;
use crate::opening::alter;

/// The database at `url`, as a script in `folder`.
async fn script(url: &str, folder: &Path) -> String {
    let path = folder.join("network.sql");
    let mut file = std::fs::File::create(&path).unwrap();
    PostgresStore::write_script(&reached(url), &mut file)
        .await
        .unwrap();
    std::fs::read_to_string(path).unwrap()
}

/// What the head of the script says to run.
fn run(script: &str, folder: &Path, url: &str) -> Output {
    let path = folder.join("to-run.sql");
    std::fs::write(&path, script).unwrap();
    Command::new("psql")
        .args(["--no-psqlrc", "--file"])
        .arg(path)
        .arg(url)
        .output()
        .unwrap()
}

/// All that is in a database, as `PostgreSQL`'s own program tells it, but for a mark that it draws anew each time.
fn all_of(url: &str) -> String {
    let dumped = Command::new("pg_dump")
        .args(["--no-owner", "--dbname", url])
        .output()
        .unwrap();
    assert!(
        dumped.status.success(),
        "{}",
        String::from_utf8_lossy(&dumped.stderr)
    );
    let dumped = String::from_utf8(dumped.stdout).unwrap();
    let lines = dumped
        .lines()
        .filter(|line| !line.starts_with("\\restrict") && !line.starts_with("\\unrestrict"));
    lines.collect::<Vec<_>>().join("\n")
}

async fn lived_in() -> String {
    let url = database();
    live(&PostgresStore::open(&url.parse().unwrap(), key()).await.unwrap()).await;
    // What the text of a COPY has to be careful with.
    alter(
        &url,
        "UPDATE spaces SET description = E'a\\tb\\nc\\\\.\\r\\n\\\\.\\n\\\\N', name = '\\N' WHERE id = 1",
    )
    .await;
    url
}

#[tokio::test]
async fn it_makes_the_same_database_whatever_its_schema() {
    let folder = tempfile::tempdir().unwrap();
    let mut databases = vec![lived_in().await];
    for (schema, ..) in ROWS {
        databases.push(database_of_schema(schema).await);
    }
    for url in databases {
        let (written, again) = (script(&url, folder.path()).await, database());
        let ran = run(&written, folder.path(), &again);
        assert!(
            ran.status.success() && ran.stderr.is_empty(),
            "{}",
            String::from_utf8_lossy(&ran.stderr)
        );
        assert!(all_of(&url).lines().count() > 1_000);
        assert_eq!(all_of(&again), all_of(&url));
    }
}

#[tokio::test]
async fn what_it_makes_of_an_earlier_schema_opens_and_works() {
    let folder = tempfile::tempdir().unwrap();
    let key = ServerKey::from_text(include_str!("../data-folders/latchkey.key")).unwrap();
    let application: serde_json::Value =
        serde_json::from_str(include_str!("../data-folders/postgres-application.json")).unwrap();
    let before = script(&database_of_schema(2).await, folder.path()).await;
    let url = database();
    assert!(run(&before, folder.path(), &url).status.success());
    let store = PostgresStore::open(&reached(&url), key).await.unwrap();
    assert_eq!(store.network().await.unwrap().slug.as_str(), "river-club");
    let client_id = application["client_id"].as_str().unwrap().parse().unwrap();
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

#[tokio::test]
async fn half_of_it_makes_nothing_and_a_database_that_is_used_stays_as_it_is() {
    let folder = tempfile::tempdir().unwrap();
    let url = lived_in().await;
    let written = script(&url, folder.path()).await;
    let (empty, nothing) = (database(), all_of(&database()));
    for part in [
        written.len() / 3,
        written.len() / 2,
        written.len() - "COMMIT;\n".len(),
    ] {
        let part = (0..=part)
            .rev()
            .find(|end| written.is_char_boundary(*end))
            .unwrap();
        run(&written[..part], folder.path(), &empty);
        assert_eq!(all_of(&empty), nothing);
    }
    let before = all_of(&url);
    let ran = run(&written, folder.path(), &url);
    assert_eq!(ran.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&ran.stderr).contains("already exists"));
    assert_eq!(all_of(&url), before);
}

#[tokio::test]
async fn what_cannot_be_written_is_said() {
    let mut none = Vec::new();
    let nothing = PostgresStore::write_script(&reached(&database()), &mut none).await;
    assert!(
        nothing
            .unwrap_err()
            .to_string()
            .contains("schema 0 is none that this version knows")
    );
    let newer = database_of_schema(1).await;
    alter(&newer, "UPDATE latchkey_schema SET version = 99").await;
    let newer = PostgresStore::write_script(&reached(&newer), &mut none).await;
    assert!(
        newer
            .unwrap_err()
            .to_string()
            .contains("schema 99 is none that this version knows")
    );
    assert!(none.is_empty());
    // As on a disk that is full.
    let mut short = vec![0_u8; 20_000];
    let url = lived_in().await;
    let full = PostgresStore::write_script(&reached(&url), &mut short.as_mut_slice()).await;
    assert!(
        full.unwrap_err()
            .to_string()
            .contains("failed to write whole buffer")
    );
}
