//! What an earlier version issued to an application works after the upgrade; see
//! `crates/storage-sql/tests/data-folders`.

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use latchkey_domain::Timestamp;
use latchkey_server::instance::Keys;
use latchkey_storage_sql::keys::ServerKey;
use latchkey_storage_sql::postgres::PostgresStore;
use latchkey_testing::hand::HandClock;
use reqwest::Method;
use serde_json::Value;
use tempfile::TempDir;

use crate::support::oauth::Client;
use crate::support::{Binary, Options, TestApp};

const KEY: &str = include_str!("../../crates/storage-sql/tests/data-folders/latchkey.key");
const APPLICATION: &str = include_str!("../../crates/storage-sql/tests/data-folders/application.json");

const TABLES: &str = include_str!("../../crates/storage-sql/src/sqlite/migrations/0001_tables.sql");
const CONTENT: &str = include_str!("../../crates/storage-sql/src/sqlite/migrations/0002_content.sql");

const USAGE: &str = include_str!("../../crates/storage-sql/src/sqlite/migrations/0003_usage.sql");

const AUDIT_TRIGGERS: &str = include_str!("../../crates/storage-sql/src/sqlite/migrations/0004_audit.sql");

const CLIENT_SECRETS: &str =
    include_str!("../../crates/storage-sql/src/sqlite/migrations/0005_client_secrets.sql");

const SCHEMAS: [(&[&str], &str); 5] = [
    (
        &[TABLES],
        include_str!("../../crates/storage-sql/tests/data-folders/schema-1.sql"),
    ),
    (
        &[TABLES, CONTENT],
        include_str!("../../crates/storage-sql/tests/data-folders/schema-2.sql"),
    ),
    (
        &[TABLES, CONTENT, USAGE],
        include_str!("../../crates/storage-sql/tests/data-folders/schema-3.sql"),
    ),
    (
        &[TABLES, CONTENT, USAGE, AUDIT_TRIGGERS],
        include_str!("../../crates/storage-sql/tests/data-folders/schema-4.sql"),
    ),
    (
        &[TABLES, CONTENT, USAGE, AUDIT_TRIGGERS, CLIENT_SECRETS],
        include_str!("../../crates/storage-sql/tests/data-folders/schema-5.sql"),
    ),
];

/// The folder as the version with that schema left it.
pub(crate) fn folder(schema: usize) -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("latchkey.key"), KEY).unwrap();
    let (migrations, rows) = SCHEMAS[schema - 1];
    let old = rusqlite::Connection::open(folder.path().join("latchkey.db")).unwrap();
    for migration in migrations {
        old.execute_batch(migration).unwrap();
    }
    old.execute_batch(rows).unwrap();
    old.execute_batch(&format!(
        "PRAGMA application_id = 1280009593; PRAGMA user_version = {schema};"
    ))
    .unwrap();
    folder
}

#[tokio::test]
async fn tokens_and_secrets_are_good_after_an_upgrade() {
    let application: Value = serde_json::from_str(APPLICATION).unwrap();
    let issued = Timestamp::from_millis(application["created_at"].as_i64().unwrap() * 1_000);
    for schema in 1..=SCHEMAS.len() {
        let clock = HandClock::at(issued.plus(Duration::from_secs(60)));
        let app = TestApp::open(folder(schema), clock, Options::default()).await;
        assert_good(&app, &application).await;
    }
}

/// Everything issued to the application works.
async fn assert_good(app: &TestApp, application: &Value) {
    let text = |name: &str| application[name].as_str().unwrap().to_owned();
    let client = Client {
        id: text("client_id"),
        secret: Some(text("client_secret")),
        redirect_uri: "http://127.0.0.1:4201/cb".into(),
    };
    let answer = app
        .send_form("/oauth/introspect", &client.names(&text("access_token")))
        .await;
    assert_eq!(answer.assert_status(200).json()["active"], true);
    let program = app.browser();
    let request = program
        .bare(Method::GET, "/oauth/userinfo")
        .bearer_auth(text("access_token"));
    let answer = program.send(request).await;
    assert_eq!(answer.assert_status(200).json()["email"], "bob@example.com");
    app.refresh(&client, application).await.assert_status(200);
}

async fn execute(url: &str, sql: &str) {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.unwrap();
    let driver = tokio::spawn(connection);
    client.batch_execute(sql).await.unwrap();
    drop(client);
    driver.await.unwrap().unwrap();
}

const POSTGRES_TABLES: &str =
    include_str!("../../crates/storage-sql/src/postgres/migrations/0001_tables.sql");
const POSTGRES_AUDIT: &str = include_str!("../../crates/storage-sql/src/postgres/migrations/0002_audit.sql");
const POSTGRES_STEPS: [&str; 4] = [
    POSTGRES_TABLES,
    POSTGRES_AUDIT,
    include_str!("../../crates/storage-sql/src/postgres/migrations/0003_client_secrets.sql"),
    include_str!("../../crates/storage-sql/src/postgres/migrations/0004_audit_only_grows.sql"),
];
const ROWS_OF_2: &str = include_str!("../../crates/storage-sql/tests/data-folders/postgres-2.sql");

/// The URL of a `PostgreSQL` database with an earlier schema.
async fn database_of(schema: i64, steps: &[&str]) -> String {
    let url = latchkey_testing::postgres::database();
    for step in steps {
        execute(&url, step).await;
    }
    let version = format!(
        "CREATE TABLE latchkey_schema (only_row BOOLEAN PRIMARY KEY CHECK (only_row), version BIGINT NOT NULL, \
         written_by TEXT NOT NULL); INSERT INTO latchkey_schema VALUES (TRUE, {schema}, '0.1.0')"
    );
    execute(&url, &version).await;
    url
}

/// For an operator who wants to go back: a backup with the previous schema.
#[tokio::test]
async fn a_postgresql_database_is_backed_up_before_its_schema_changes() {
    let (binary, url) = (
        Binary::new(),
        database_of(2, &[POSTGRES_TABLES, POSTGRES_AUDIT, ROWS_OF_2]).await,
    );
    let data = binary.folder().join("data");
    std::fs::create_dir_all(&data).unwrap();
    let look = ["network", "show", "--database", &url];
    let other = "latchkey-key-v1 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n";
    std::fs::write(data.join("latchkey.key"), other).unwrap();
    binary.run(&look).fails(1, "this node’s key is not the one");
    let backups = data.join("backups");
    assert!(!backups.exists(), "whose database that is, is not known");

    // If no backup can be made, nothing changes.
    std::fs::write(data.join("latchkey.key"), KEY).unwrap();
    std::fs::write(&backups, "in the way").unwrap();
    let words = "nothing was changed. Mend that, or say --upgrade-backup false";
    binary.run(&look).fails(1, words);
    assert_eq!(schema_of(&url).await, 2);

    std::fs::remove_file(&backups).unwrap();
    for old in 1..=3 {
        std::fs::create_dir_all(&backups).unwrap();
        let name = format!("postgresql-2020010{old}T000000Z-schema-1.db");
        std::fs::write(backups.join(name), "").unwrap();
    }
    std::fs::write(backups.join("postgresql-mine.db"), "").unwrap();
    binary.run(&look).succeeds();
    assert_eq!(schema_of(&url).await, newest_schema().await);
    let names = || -> Vec<String> {
        let entries = std::fs::read_dir(&backups).unwrap();
        let mut names: Vec<String> = entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    };
    let made = names();
    assert_eq!(
        made.len(),
        4,
        "the last three, and one of the operator’s own: {made:?}"
    );
    assert_eq!(made[0], "postgresql-20200102T000000Z-schema-1.db");
    assert!(made[2].ends_with("Z-schema-2.db"), "{made:?}");
    let backup = backups.join(&made[2]);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        let permissions = std::fs::metadata(&backup).unwrap().permissions().mode();
        assert_eq!(permissions & 0o777, 0o600);
    }
    // An up-to-date database needs none.
    binary.run(&look).succeeds();
    assert_eq!(names(), made);

    let (back, backup) = (
        latchkey_testing::postgres::database(),
        backup.to_str().unwrap().to_owned(),
    );
    binary.run(&["restore", &backup, "--database", &back]).succeeds();
    let networks = [&url, &back].map(|url| {
        binary
            .run(&["network", "show", "--json", "--database", url])
            .json()
    });
    assert_eq!(networks[0], networks[1]);
}

/// A partial backup is refused, and an unfinished one is not left behind.
#[tokio::test]
async fn without_room_for_the_backup_nothing_is_changed() {
    let (binary, url) = (
        Binary::new(),
        database_of(2, &[POSTGRES_TABLES, POSTGRES_AUDIT, ROWS_OF_2]).await,
    );
    let data = binary.folder().join("data");
    std::fs::create_dir_all(&data).unwrap();
    std::fs::write(data.join("latchkey.key"), KEY).unwrap();
    let ran = std::process::Command::new("sh")
        .args([
            "-c",
            "trap '' XFSZ; ulimit -f 64; exec \"$@\"",
            "sh",
            env!("CARGO_BIN_EXE_latchkey"),
        ])
        .args(["network", "show", "--database", &url])
        .current_dir(binary.folder())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&ran.stderr);
    assert!(
        !ran.status.success() && said.contains("nothing was changed"),
        "{said}"
    );
    assert_eq!(schema_of(&url).await, 2);
    assert_eq!(std::fs::read_dir(data.join("backups")).unwrap().count(), 0);
    // With enough space, the whole backup.
    binary.run(&["network", "show", "--database", &url]).succeeds();
    let made = std::fs::read_dir(data.join("backups"))
        .unwrap()
        .next()
        .unwrap()
        .unwrap()
        .path();
    let whole = std::fs::read(&made).unwrap();
    std::fs::write(&made, &whole[..whole.len() - 1]).unwrap();
    let (empty, made) = (
        latchkey_testing::postgres::database(),
        made.to_str().unwrap().to_owned(),
    );
    binary
        .run(&["restore", &made, "--database", &empty])
        .fails(1, "cut short");
}

/// An operator with another backup can say so.
#[tokio::test]
async fn a_postgresql_database_need_not_be_backed_up() {
    let (binary, url) = (
        Binary::new(),
        database_of(2, &[POSTGRES_TABLES, POSTGRES_AUDIT, ROWS_OF_2]).await,
    );
    let data = binary.folder().join("data");
    std::fs::create_dir_all(&data).unwrap();
    std::fs::write(data.join("latchkey.key"), KEY).unwrap();
    let look = ["network", "show", "--database", &url, "--upgrade-backup", "false"];
    binary.run(&look).succeeds();
    assert_eq!(schema_of(&url).await, newest_schema().await);
    assert!(!data.join("backups").exists());
}

/// The schema of this version.
async fn newest_schema() -> i64 {
    let (binary, url) = (Binary::new(), latchkey_testing::postgres::database());
    binary.run(&["network", "show", "--database", &url]).succeeds();
    schema_of(&url).await
}

async fn schema_of(url: &str) -> i64 {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.unwrap();
    let driver = tokio::spawn(connection);
    let row = client.query_one("SELECT version FROM latchkey_schema", &[]).await;
    drop(client);
    driver.await.unwrap().unwrap();
    row.unwrap().get(0)
}

#[tokio::test]
async fn so_they_are_on_postgresql() {
    let application: Value = serde_json::from_str(include_str!(
        "../../crates/storage-sql/tests/data-folders/postgres-application.json"
    ))
    .unwrap();
    let issued = Timestamp::from_millis(application["created_at"].as_i64().unwrap() * 1_000);
    for (schema, rows) in [
        (
            1,
            include_str!("../../crates/storage-sql/tests/data-folders/postgres-1.sql"),
        ),
        (
            2,
            include_str!("../../crates/storage-sql/tests/data-folders/postgres-2.sql"),
        ),
        (
            4,
            include_str!("../../crates/storage-sql/tests/data-folders/postgres-4.sql"),
        ),
    ] {
        let mut steps = POSTGRES_STEPS[..schema].to_vec();
        steps.push(rows);
        let url = database_of(i64::try_from(schema).unwrap(), &steps).await;
        let key = ServerKey::from_text(KEY).unwrap();
        let store = Arc::new(PostgresStore::open(&url.parse().unwrap(), key).await.unwrap());
        let clock = Arc::new(HandClock::at(issued.plus(Duration::from_secs(60))));
        let keys = Keys::Node(Arc::clone(&store));
        let app = TestApp::node(store.shared(), keys, clock, Options::default()).await;
        assert_good(&app, &application).await;
    }
}
