//! Databases that earlier versions wrote open and work; see `tests/data-folders/README.md`.

use latchkey_domain::Role;
use latchkey_storage::{Applications, Audit, AuditAction, Members, Networks};
use latchkey_storage_sql::keys::ServerKey;
use latchkey_storage_sql::postgres::{PostgresStore, PostgresUrl};

use crate::brought_over::{POSTS, ROWS as ROWS_TO_FOLD, assert_brought_over};
use crate::fixtures::{add_member, at, operator};
use crate::opening::alter;

/// All migrations, each with its name.
const MIGRATIONS: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/postgres_migrations.rs"));

/// A schema, the rows of a database that had it, and how many entries of the audit trail are among them.
pub(crate) const ROWS: [(usize, &str, usize); 3] = [
    (1, include_str!("../data-folders/postgres-1.sql"), 4),
    (2, include_str!("../data-folders/postgres-2.sql"), 8),
    (4, include_str!("../data-folders/postgres-4.sql"), 10),
];

/// A database as the version with this schema left it.
pub(crate) async fn database_of_schema(schema: usize) -> String {
    let url = latchkey_testing::postgres::database();
    for (_, migration) in &MIGRATIONS[..schema] {
        alter(&url, migration).await;
    }
    let (_, rows, _) = ROWS.into_iter().find(|(of, ..)| *of == schema).unwrap();
    alter(&url, rows).await;
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
    for (schema, _, entries) in ROWS {
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
        assert_eq!(audit.len(), entries + 1, "and that the secret was revealed here");
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

/// The words of the posts as an earlier version stored them: each run one word, `ß` as it is.
pub(crate) const WORDS: [&str; 3] = [
    "'新しい自転車':1A 'とても速い':3B",
    "'die':1A 'straße':2A 'ein':4B 'weg':5B",
    "'plain':1A 'ascii':2A 'with':4B 'an':5B 'ecole':6B",
];

/// The newest schema brings over what was folded in another way, in a database of the one before.
#[tokio::test]
async fn what_an_earlier_version_folded_is_found_and_sorted() {
    for has_triggers in [true, false] {
        let url = latchkey_testing::postgres::database();
        let (before, (_, only_grows)) = (&MIGRATIONS[..3], MIGRATIONS[3]);
        for (_, migration) in before {
            alter(&url, migration).await;
        }
        if has_triggers {
            alter(&url, only_grows).await;
        }
        alter(&url, ROWS_TO_FOLD).await;
        let key = ServerKey::from_bytes([7; 32]);
        let network = format!(
            "INSERT INTO network (id, name, slug, plan) VALUES (4242, 'River Club', 'river-club', 'pro');
             INSERT INTO meta VALUES ('setup_salt', decode('00112233445566778899aabbccddeeff', 'hex')),
                 ('key_fingerprint', '{}');
             INSERT INTO applications (client_id, name, redirect_uris, scopes, confidential, skip_consent, created_at, search)
                 VALUES (repeat('1', 43), 'Straße', '[\"https://a.example/cb\"]', 'read:posts', FALSE, FALSE, 0, 'straße');
             INSERT INTO spaces (id, slug, name, description, visibility, created_at, words)
                 VALUES (1, 'all', 'All', '', 'public', 0, 'all:1A');
             CREATE TABLE latchkey_schema (only_row BOOLEAN PRIMARY KEY CHECK (only_row), version BIGINT NOT NULL,
                 written_by TEXT NOT NULL);
             INSERT INTO latchkey_schema VALUES (TRUE, 4, '0.1.0');
             ALTER TABLE audit ALTER COLUMN id RESTART WITH 100",
            key.fingerprint()
        );
        alter(&url, &network).await;
        for ((title, body), words) in POSTS.into_iter().zip(WORDS) {
            let post = format!(
                "INSERT INTO posts (space_id, title, body, body_text, created_at, updated_at, words) \
                 VALUES (1, '{title}', '{body}', '{body}', 0, 0, $words${words}$words$)"
            );
            alter(&url, &post).await;
        }
        let store = PostgresStore::open(&url.parse().unwrap(), key).await.unwrap();
        assert_brought_over(&store).await;
        // The trail is as closed as before.
        let guarded = format!(
            "DO $$ BEGIN IF (SELECT count(*) FROM pg_trigger WHERE tgname = 'audit_only_grows') <> {} \
             THEN RAISE EXCEPTION 'it was changed'; END IF; END $$",
            i32::from(has_triggers)
        );
        alter(&url, &guarded).await;
    }
}
