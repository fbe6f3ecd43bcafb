//! The key can be rotated while others work with the database, and a crash in the middle loses nothing.

use std::path::Path;

use latchkey_domain::PageRequest;
use latchkey_storage::providers::{ProviderChange, Providers};
use latchkey_storage::{Applications, Audit, AuditAction, GrantState, Grants, Networks, RevocationReason};
use latchkey_storage_sql::keyring::{Keyring, retired_stays};
use latchkey_storage_sql::sqlite::{DATABASE_FILE, Existing, KEY_FILE, SqliteStore, restore};

use crate::fixtures::{
    add_application, add_member, at, connect, new_application, operator, provider_spec, spec,
};

/// Every application's secret can be revealed.
async fn all_reveal(store: &SqliteStore) -> usize {
    let page = store
        .applications(
            &latchkey_domain::ListQuery::default(),
            PageRequest::new(1, 100),
            latchkey_domain::Timestamp::from_millis(0),
        )
        .await
        .unwrap();
    for listing in &page.items {
        let secret = store.client_secret(&listing.application.client_id).await.unwrap();
        assert!(secret.is_some());
    }
    page.items.len()
}

fn fingerprints(folder: &Path) -> Vec<String> {
    let ring = Keyring::load(&folder.join(KEY_FILE)).unwrap().unwrap();
    ring.all()
        .map(latchkey_storage_sql::keys::ServerKey::fingerprint)
        .collect()
}

#[tokio::test]
async fn a_secret_at_a_provider_is_sealed_again() {
    let folder = tempfile::tempdir().unwrap();
    let server = SqliteStore::open_folder(folder.path()).unwrap();
    let secret = Some("secret at the guild".to_owned().into());
    let added = server
        .add_provider(provider_spec("guild"), secret, &operator(), at(0))
        .await;
    let ProviderChange::Done(guild) = added.unwrap() else {
        panic!("it was not added");
    };
    let command_line = SqliteStore::open_folder(folder.path()).unwrap();
    let rotated = command_line.rotate_key(true, &operator(), at(1)).await.unwrap();
    assert_eq!(rotated.secrets, 1);
    for store in [&server, &command_line] {
        let secret = store.provider_secret(guild.id).await.unwrap().unwrap();
        assert_eq!(secret.as_str(), "secret at the guild");
    }
}

#[tokio::test]
async fn a_server_that_runs_meanwhile_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let server = SqliteStore::open_folder(folder.path()).unwrap();
    let new = new_application(spec("App"));
    let secret = new.secret.clone().unwrap();
    let application = server.create_application(new, &operator(), at(0)).await.unwrap();
    let old = server.key().fingerprint();

    let command_line = SqliteStore::open_folder(folder.path()).unwrap();
    let rotated = command_line.rotate_key(false, &operator(), at(1)).await.unwrap();
    assert_eq!(
        (rotated.secrets, rotated.revoked, rotated.finished_earlier_one),
        (1, 0, false)
    );
    assert_eq!(
        command_line.audit(1).await.unwrap()[0].action,
        AuditAction::KeyRotated
    );
    assert_eq!(fingerprints(folder.path())[1], old);

    // Reading, with the new key; writing, under the new key, also before anything was read.
    let opened = server
        .client_secret(&application.client_id)
        .await
        .unwrap()
        .unwrap();
    assert!(opened.is(secret.expose()));
    command_line.rotate_key(false, &operator(), at(2)).await.unwrap();
    add_application(&server, "Made by the server").await;
    assert_eq!(
        (all_reveal(&server).await, all_reveal(&command_line).await),
        (2, 2)
    );
    drop((server, command_line));
    assert_eq!(
        all_reveal(&SqliteStore::open_folder(folder.path()).unwrap()).await,
        2
    );
}

#[tokio::test]
async fn the_new_key_alone_opens_everything() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open_folder(folder.path()).unwrap();
    add_application(&store, "App").await;
    store.rotate_key(false, &operator(), at(1)).await.unwrap();
    drop(store);
    let current = Keyring::load(&folder.path().join(KEY_FILE))
        .unwrap()
        .unwrap()
        .current()
        .clone();
    // A ring of the current key under its own number.
    let days_later = at(1).plus(std::time::Duration::from_secs(200 * 86_400));
    let store = SqliteStore::open_folder(folder.path()).unwrap();
    store.rotate_key(false, &operator(), days_later).await.unwrap();
    let prints = fingerprints(folder.path());
    assert_eq!(prints.len(), 2, "the first key is gone");
    assert_eq!(prints[1], current.fingerprint());
    assert_eq!(all_reveal(&store).await, 1);
}

/// The command line knows no flag of the server, so the database tells it how long what the old key made may be good.
#[tokio::test]
async fn a_key_stays_for_as_long_as_the_longest_refresh_token() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open_folder(folder.path()).unwrap();
    let day = |number: u64| at(number * 86_400);
    for days in [365, 5] {
        let lifetime = std::time::Duration::from_secs(days * 86_400);
        store.note_refresh_lifetime(lifetime).await.unwrap();
    }
    let rotated = store.rotate_key(false, &operator(), day(0)).await.unwrap();
    assert_eq!(rotated.stays.as_secs(), 366 * 86_400);
    for (number, keys) in [(200, 3), (365, 4), (366, 4), (732, 2)] {
        store.rotate_key(false, &operator(), day(number)).await.unwrap();
        assert_eq!(fingerprints(folder.path()).len(), keys, "day {number}");
    }
}

#[tokio::test]
async fn a_crash_between_file_and_database_loses_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let key = folder.path().join(KEY_FILE);
    let store = SqliteStore::open_folder(folder.path()).unwrap();
    add_application(&store, "Before").await;
    drop(store);
    // The file was written; the transaction was not.
    Keyring::load(&key)
        .unwrap()
        .unwrap()
        .rotated(at(1), retired_stays(None))
        .unwrap()
        .replace_file(&key)
        .unwrap();

    let store = SqliteStore::open_folder(folder.path()).unwrap();
    assert!(store.is_behind_its_key_file().await.unwrap());
    add_application(&store, "In between").await;
    assert_eq!(all_reveal(&store).await, 2);
    let rotated = store.rotate_key(false, &operator(), at(2)).await.unwrap();
    assert_eq!((rotated.secrets, rotated.finished_earlier_one), (2, true));
    assert_eq!(fingerprints(folder.path()).len(), 2, "no third key was made");
    assert!(!store.is_behind_its_key_file().await.unwrap());
    assert_eq!(all_reveal(&store).await, 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_who_rotate_at_once_do_so_one_after_the_other() {
    let folder = tempfile::tempdir().unwrap();
    let first = SqliteStore::open_folder(folder.path()).unwrap();
    add_application(&first, "App").await;
    let mut rotating = tokio::task::JoinSet::new();
    for _ in 0..4 {
        let store = SqliteStore::open_folder(folder.path()).unwrap();
        rotating.spawn(async move { store.rotate_key(false, &operator(), at(1)).await.unwrap() });
    }
    rotating.join_all().await;
    assert_eq!(fingerprints(folder.path()).len(), 5);
    assert_eq!(all_reveal(&first).await, 1);
    assert!(
        !SqliteStore::open_folder(folder.path())
            .unwrap()
            .is_behind_its_key_file()
            .await
            .unwrap()
    );
}

#[tokio::test]
async fn all_grants_end_if_told_to() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open_folder(folder.path()).unwrap();
    let application = add_application(&store, "App").await;
    let ada = add_member(&store, "ada@b.example").await;
    let grant = connect(&store, &application, &ada, at(1)).await;
    assert_eq!(
        store.rotate_key(true, &operator(), at(2)).await.unwrap().revoked,
        1
    );
    let GrantState { revoked, .. } = store.grant(grant).await.unwrap().unwrap().state;
    assert_eq!(revoked, Some((at(2), RevocationReason::Host)));
}

#[tokio::test]
async fn a_backup_from_before_the_rotation_can_be_restored() {
    let folder = tempfile::tempdir().unwrap();
    let data = folder.path().join("data");
    let backup = folder.path().join("backup.db");
    let store = SqliteStore::open_folder(&data).unwrap();
    add_application(&store, "App").await;
    store
        .back_up(&backup, Existing::Refuse, &operator(), at(1))
        .await
        .unwrap();
    store.rotate_key(false, &operator(), at(2)).await.unwrap();
    drop(store);
    restore(&backup, &data.join(DATABASE_FILE), "x", &operator(), at(3)).unwrap();
    let store = SqliteStore::open_folder(&data).unwrap();
    assert!(store.is_behind_its_key_file().await.unwrap());
    assert_eq!(all_reveal(&store).await, 1);
    assert!(
        store
            .rotate_key(false, &operator(), at(4))
            .await
            .unwrap()
            .finished_earlier_one
    );
    assert_eq!(all_reveal(&store).await, 1);
}
