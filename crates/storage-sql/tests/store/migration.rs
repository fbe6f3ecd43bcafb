//! A folder that an earlier version made opens, with everything that was in it.

use latchkey_domain::Role;
use latchkey_storage::content::{
    Direction, Posts, Profiles, RosterSort, Search, SearchRequest, SliceRequest,
};
use latchkey_storage::{Members, Networks};
use latchkey_storage_sql::keyring::Keyring;
use latchkey_storage_sql::sqlite::{DATABASE_FILE, KEY_FILE, SqliteStore};
use rusqlite::{Connection, params};

use crate::brought_over::{POSTS, ROWS, assert_brought_over};
use crate::content::{in_public_space, viewer};
use crate::fixtures::count_applications;

/// The folder as the version with schema 1 left it: its own SQL, a network, two members, one of whom was here, and an
/// application.
fn folder_of_schema_1() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let key = Keyring::load_or_create(&folder.path().join(KEY_FILE), true).unwrap();
    let old = Connection::open(folder.path().join(DATABASE_FILE)).unwrap();
    old.execute_batch(include_str!("../../src/sqlite/migrations/0001_tables.sql"))
        .unwrap();
    old.execute_batch(
        "PRAGMA journal_mode = WAL;
         INSERT INTO network (id, name, slug, plan) VALUES (4242, 'River Club', 'river-club', 'pro');
         INSERT INTO meta VALUES ('setup_salt', x'00112233445566778899aabbccddeeff'), ('written_by', '0.1.0');
         INSERT INTO members (id, email, name, name_folded, role, password_hash, joined_at) VALUES
             (7, 'ada@b.example', 'Ada Lovelace', 'ada lovelace', 'host', 'x', 1600000000000),
             (9, 'bob@b.example', 'Bob', 'bob', 'member', 'x', 1600000001000);
         INSERT INTO sessions (key, member_id, created_at, last_seen_at, expires_at)
             VALUES (zeroblob(32), 7, 1600000002000, 1600000003000, 1900000000000);
         INSERT INTO applications (client_id, name, redirect_uris, scopes, confidential, skip_consent, created_at, search)
             VALUES (printf('%043d', 1), 'App', '[\"https://a.example/cb\"]', 'read:posts', 0, 0, 1600000004000, 'app');
         PRAGMA application_id = 1280009593; PRAGMA user_version = 1;",
    )
    .unwrap();
    old.execute(
        "INSERT INTO meta VALUES ('key_fingerprint', ?1)",
        params![key.current().fingerprint()],
    )
    .unwrap();
    folder
}

#[tokio::test]
async fn a_folder_of_schema_1_is_brought_along() {
    let folder = folder_of_schema_1();
    let store = SqliteStore::open_folder(folder.path()).unwrap();
    assert_eq!(
        usize::try_from(store.schema().await.unwrap()),
        Ok(SqliteStore::latest_schema())
    );
    assert_eq!(store.check().await.unwrap(), Vec::<String>::new());
    let network = store.network().await.unwrap();
    assert_eq!((network.id, network.slug.as_str()), (4242, "river-club"));
    assert_eq!(count_applications(&store).await, 1);
    let ada = store
        .member_by_email(&"ada@b.example".parse().unwrap())
        .await
        .unwrap()
        .unwrap();
    assert_eq!((ada.id.0, ada.role), (7, Role::Host));

    // What the new schema adds is there and works.
    let everyone = SliceRequest {
        after: None,
        limit: 10,
        direction: Direction::Ascending,
        most_bytes: usize::MAX,
    };
    let roster = store
        .profiles(RosterSort::Joined, everyone)
        .await
        .unwrap()
        .into_items();
    let visits: Vec<_> = roster
        .iter()
        .map(|profile| profile.last_active_at.map(latchkey_domain::Timestamp::as_millis))
        .collect();
    assert_eq!(visits, [Some(1_600_000_003_000), None]);
    in_public_space(&store, "welcome").await;
    assert_eq!(store.count_posts().await.unwrap(), 1);
    let request = SearchRequest {
        query: "welc".into(),
        kinds: vec![latchkey_storage::content::ItemKind::Post],
        after: None,
        limit: 10,
    };
    assert_eq!(store.search(viewer(&ada), request).await.unwrap().rows.len(), 1);
}

#[tokio::test]
async fn a_second_opening_finds_nothing_to_do() {
    let folder = folder_of_schema_1();
    drop(SqliteStore::open_folder(folder.path()).unwrap());
    let store = SqliteStore::open_folder(folder.path()).unwrap();
    assert_eq!(
        usize::try_from(store.schema().await.unwrap()),
        Ok(SqliteStore::latest_schema())
    );
    assert_eq!(store.count_members().await.unwrap(), 2);
}

/// The newest schema brings over what was folded in another way, in a database of the one before.
#[tokio::test]
async fn what_an_earlier_version_folded_is_found_and_sorted() {
    let folder = tempfile::tempdir().unwrap();
    let key = Keyring::load_or_create(&folder.path().join(KEY_FILE), true).unwrap();
    let old = Connection::open(folder.path().join(DATABASE_FILE)).unwrap();
    for migration in [
        include_str!("../../src/sqlite/migrations/0001_tables.sql"),
        include_str!("../../src/sqlite/migrations/0002_content.sql"),
        include_str!("../../src/sqlite/migrations/0003_usage.sql"),
        include_str!("../../src/sqlite/migrations/0004_audit.sql"),
        include_str!("../../src/sqlite/migrations/0005_client_secrets.sql"),
    ] {
        old.execute_batch(migration).unwrap();
    }
    old.execute_batch(ROWS).unwrap();
    old.execute_batch(
        "INSERT INTO network (id, name, slug, plan) VALUES (4242, 'River Club', 'river-club', 'pro');
         INSERT INTO meta VALUES ('setup_salt', x'00112233445566778899aabbccddeeff'), ('written_by', '0.1.0');
         INSERT INTO applications (client_id, name, redirect_uris, scopes, confidential, skip_consent, created_at, search)
             VALUES (replace(printf('%043d', 0), '0', '1'), 'Straße', '[\"https://a.example/cb\"]', 'read:posts', 0, 0, 0, 'straße');
         INSERT INTO spaces (id, slug, name, description, visibility, created_at)
             VALUES (1, 'all', 'All', '', 'public', 0);",
    )
    .unwrap();
    for (title, body) in POSTS {
        old.execute(
            "INSERT INTO posts (space_id, title, body, body_text, created_at, updated_at) VALUES (1, ?1, ?2, ?2, 0, 0)",
            params![title, body],
        )
        .unwrap();
    }
    old.execute(
        "INSERT INTO meta VALUES ('key_fingerprint', ?1)",
        params![key.current().fingerprint()],
    )
    .unwrap();
    old.execute_batch("PRAGMA application_id = 1280009593; PRAGMA user_version = 5;")
        .unwrap();
    drop(old);
    let store = SqliteStore::open_folder(folder.path()).unwrap();
    assert_eq!(store.check().await.unwrap(), Vec::<String>::new());
    assert_brought_over(&store).await;
    // The trail is as closed as before.
    let hand = Connection::open(folder.path().join(DATABASE_FILE)).unwrap();
    let error = hand.execute("UPDATE audit SET search = ''", []).unwrap_err();
    assert!(error.to_string().contains("can only be added to"), "{error}");
}
