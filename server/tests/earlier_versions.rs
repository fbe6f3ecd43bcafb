//! What an application was given by an earlier version is good after the upgrade; see `crates/store/tests/data-folders`.

use std::fs;
use std::sync::Arc;
use std::time::Duration;

use latchkey_domain::Timestamp;
use latchkey_headless::Budget;
use latchkey_server::instance::Keys;
use latchkey_store::keys::ServerKey;
use latchkey_store::postgres::PostgresStore;
use reqwest::Method;
use serde_json::Value;
use tempfile::TempDir;

use crate::support::oauth::Client;
use crate::support::{HandClock, TestApp};

const KEY: &str = include_str!("../../crates/store/tests/data-folders/latchkey.key");
const APPLICATION: &str = include_str!("../../crates/store/tests/data-folders/application.json");

const TABLES: &str = include_str!("../../crates/store/src/sqlite/migrations/0001_tables.sql");
const CONTENT: &str = include_str!("../../crates/store/src/sqlite/migrations/0002_content.sql");

const USAGE: &str = include_str!("../../crates/store/src/sqlite/migrations/0003_usage.sql");

const AUDIT_TRIGGERS: &str = include_str!("../../crates/store/src/sqlite/migrations/0004_audit.sql");

const SCHEMAS: [(&[&str], &str); 4] = [
    (
        &[TABLES],
        include_str!("../../crates/store/tests/data-folders/schema-1.sql"),
    ),
    (
        &[TABLES, CONTENT],
        include_str!("../../crates/store/tests/data-folders/schema-2.sql"),
    ),
    (
        &[TABLES, CONTENT, USAGE],
        include_str!("../../crates/store/tests/data-folders/schema-3.sql"),
    ),
    (
        &[TABLES, CONTENT, USAGE, AUDIT_TRIGGERS],
        include_str!("../../crates/store/tests/data-folders/schema-4.sql"),
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
        let app = TestApp::over(folder(schema), clock).await;
        assert_good(&app, &application).await;
    }
}

/// What the application was given is good.
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

#[tokio::test]
async fn so_they_are_on_postgresql() {
    const TABLES: &str = include_str!("../../crates/store/src/postgres/migrations/0001_tables.sql");
    const AUDIT: &str = include_str!("../../crates/store/src/postgres/migrations/0002_audit.sql");
    let application: Value = serde_json::from_str(include_str!(
        "../../crates/store/tests/data-folders/postgres-application.json"
    ))
    .unwrap();
    let issued = Timestamp::from_millis(application["created_at"].as_i64().unwrap() * 1_000);
    for (schema, steps) in [
        (
            1,
            [
                TABLES,
                "",
                include_str!("../../crates/store/tests/data-folders/postgres-1.sql"),
            ],
        ),
        (
            2,
            [
                TABLES,
                AUDIT,
                include_str!("../../crates/store/tests/data-folders/postgres-2.sql"),
            ],
        ),
    ] {
        let url = latchkey_testing::postgres::database();
        for step in steps {
            execute(&url, step).await;
        }
        let version = format!(
            "CREATE TABLE latchkey_schema (only_row BOOLEAN PRIMARY KEY CHECK (only_row), version BIGINT NOT NULL, \
             written_by TEXT NOT NULL); INSERT INTO latchkey_schema VALUES (TRUE, {schema}, '0.1.0')"
        );
        execute(&url, &version).await;
        let key = ServerKey::from_text(KEY).unwrap();
        let store = PostgresStore::open(&url.parse().unwrap(), key.clone())
            .await
            .unwrap();
        let clock = Arc::new(HandClock::at(issued.plus(Duration::from_secs(60))));
        let keys = Keys::Fixed(key);
        let app = TestApp::node(Arc::new(store), keys, clock, None, Budget::default()).await;
        assert_good(&app, &application).await;
    }
}
