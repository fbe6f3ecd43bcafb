//! Databases that earlier versions wrote open and work; see `tests/data-folders/README.md`.

use latchkey_domain::Role;
use latchkey_store::keys::ServerKey;
use latchkey_store::postgres::{PostgresStore, PostgresUrl};
use latchkey_store::{Applications, Audit, AuditAction, Members, Networks};

use crate::fixtures::{add_member, at, operator};
use crate::opening::alter;

const MIGRATIONS: [&str; 2] = [
    include_str!("../../src/postgres/migrations/0001_tables.sql"),
    include_str!("../../src/postgres/migrations/0002_audit.sql"),
];

pub(crate) const ROWS: [&str; 2] = [
    include_str!("../data-folders/postgres-1.sql"),
    include_str!("../data-folders/postgres-2.sql"),
];

/// How many entries of the audit trail each has.
const AUDIT: [usize; 2] = [4, 8];

/// A database as the version with this schema left it.
pub(crate) async fn database_of_schema(schema: usize) -> String {
    let url = latchkey_testing::postgres::database();
    for migration in &MIGRATIONS[..schema] {
        alter(&url, migration).await;
    }
    alter(&url, ROWS[schema - 1]).await;
    let version = format!(
        "CREATE TABLE latchkey_schema (only_row BOOLEAN PRIMARY KEY CHECK (only_row), version BIGINT NOT NULL, \
         written_by TEXT NOT NULL); INSERT INTO latchkey_schema VALUES (TRUE, {schema}, '0.1.0')"
    );
    alter(&url, &version).await;
    url
}

#[tokio::test]
async fn each_opens_with_all_that_was_in_it() {
    let key = ServerKey::from_text(include_str!("../data-folders/latchkey.key")).unwrap();
    let application: serde_json::Value =
        serde_json::from_str(include_str!("../data-folders/postgres-application.json")).unwrap();
    let client_id = application["client_id"].as_str().unwrap().parse().unwrap();
    for schema in 1..=ROWS.len() {
        let url: PostgresUrl = database_of_schema(schema).await.parse().unwrap();
        let store = PostgresStore::open(&url, key.clone()).await.unwrap();
        let newest = PostgresStore::open(&crate::backend::url(), key.clone())
            .await
            .unwrap();
        assert_eq!(store.schema().await.unwrap(), newest.schema().await.unwrap());
        assert_eq!(store.network().await.unwrap().slug.as_str(), "river-club");
        let secret = store
            .reveal_client_secret(&client_id, None, &operator(), at(0))
            .await
            .unwrap()
            .unwrap();
        assert!(secret.is(application["client_secret"].as_str().unwrap()));
        let ada = store.member_by_email(&"ada@example.com".parse().unwrap()).await;
        assert_eq!(ada.unwrap().unwrap().role, Role::Host);
        let audit = store.audit(100).await.unwrap();
        assert_eq!(
            audit.len(),
            AUDIT[schema - 1] + 1,
            "and that the secret was revealed here"
        );
        assert_eq!(audit[0].action, AuditAction::SecretRevealed);
        // Numbers go on behind those that were given.
        assert_eq!(add_member(&store, "eve@example.com").await.id.0, 3);
        // Another node, or the next start, finds nothing to do.
        drop(PostgresStore::open(&url, key.clone()).await.unwrap());
    }
}

#[tokio::test]
async fn another_key_is_refused_and_changes_nothing() {
    let url = database_of_schema(1).await;
    let error = PostgresStore::open(&url.parse().unwrap(), ServerKey::from_bytes([8; 32]))
        .await
        .unwrap_err();
    assert!(
        error.to_string().contains("this node’s key is not the one"),
        "{error}"
    );
    let changed = "DO $$ BEGIN IF (SELECT version FROM latchkey_schema) <> 1 THEN RAISE EXCEPTION 'it was changed'; END IF; \
                   END $$";
    alter(&url, changed).await;
}
