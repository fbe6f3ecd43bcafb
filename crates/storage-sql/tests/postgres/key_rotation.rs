//! The key of several nodes is rotated while they work.

use std::fs;
use std::path::{Path, PathBuf};

use latchkey_storage::{Applications, Audit, AuditAction, GrantState, Grants, RevocationReason, StoreError};
use latchkey_storage_sql::keyring::Keyring;
use latchkey_storage_sql::postgres::{ANOTHER, PostgresStore, PostgresUrl, RotationStep};

use crate::fixtures::{add_application, add_member, at, connect, new_application, operator, spec};

/// A node with a key file of its own.
async fn node(url: &PostgresUrl, file: &Path) -> PostgresStore {
    let ring = Keyring::load_or_create(file, true).unwrap();
    PostgresStore::open_with(url, ring, Some(file.to_owned()))
        .await
        .unwrap()
}

/// So many key files in a folder, all alike.
fn files<const N: usize>(folder: &Path) -> [PathBuf; N] {
    let files = std::array::from_fn(|number| folder.join(format!("node-{number}.key")));
    let first: &PathBuf = &files[0];
    Keyring::load_or_create(first, true).unwrap();
    for file in &files[1..] {
        fs::copy(first, file).unwrap();
    }
    files
}

/// The numbers of the keys that secrets are sealed with.
async fn sealed_with(url: &str) -> Vec<i32> {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.unwrap();
    tokio::spawn(connection);
    let sql = "SELECT DISTINCT get_byte(sealed, 0) FROM client_secrets WHERE sealed IS NOT NULL ORDER BY 1";
    let rows = client.query(sql, &[]).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

#[tokio::test]
async fn in_two_steps_between_which_every_node_gets_the_new_key() {
    let (folder, text) = (
        tempfile::tempdir().unwrap(),
        latchkey_testing::postgres::database(),
    );
    let url: PostgresUrl = text.parse().unwrap();
    let [one_file, other_file, late_file] = files(folder.path());
    let (one, other) = (node(&url, &one_file).await, node(&url, &other_file).await);
    let late = node(&url, &late_file).await;
    let new = new_application(spec("App"));
    let secret = new.secret.clone().unwrap();
    let application = one.create_application(new, &operator(), at(0)).await.unwrap();
    let rotate_at = async |at| one.rotate_key(&one_file, false, &operator(), at).await.unwrap();
    let rotate = async || rotate_at(at(1)).await;

    assert_eq!(rotate().await, RotationStep::Prepared);
    // The node that has the new key goes on with the old one, as the others do.
    assert!(!one.refresh_keys().await.unwrap());
    let before = one.keys().current().fingerprint();
    assert_eq!(before, other.keys().current().fingerprint());
    add_application(&one, "Made with the old key").await;
    assert_eq!(sealed_with(&text).await, [1]);

    fs::copy(&one_file, &other_file).unwrap();
    let done = rotate().await;
    assert!(
        matches!(
            done,
            RotationStep::Done {
                secrets: 2,
                revoked: 0,
                ..
            }
        ),
        "{done:?}"
    );
    assert_eq!(one.audit(1).await.unwrap()[0].action, AuditAction::KeyRotated);
    assert_eq!(sealed_with(&text).await, [2]);
    // Before the other node has looked, it opens what is new and seals with the new key.
    let opened = other
        .client_secret(&application.client_id)
        .await
        .unwrap()
        .unwrap();
    assert!(opened.is(secret.expose()));
    add_application(&other, "Made by the other").await;
    assert_eq!(sealed_with(&text).await, [2]);
    // Sealing does not change the key that tokens are made with. The next refresh does, and reports it once.
    assert_eq!(other.keys().current().fingerprint(), before);
    assert!(other.refresh_keys().await.unwrap());
    assert!(!other.refresh_keys().await.unwrap());
    assert_ne!(other.keys().current().fingerprint(), before);
    assert_eq!(other.keys().all().count(), 2);

    // A node that was left out says so, and works once it has the file.
    let error = late.client_secret(&application.client_id).await.unwrap_err();
    assert!(matches!(error, StoreError::Unsealable), "{error}");
    assert!(late.refresh_keys().await.is_err());
    fs::copy(&one_file, &late_file).unwrap();
    assert!(late.refresh_keys().await.unwrap());
    assert!(
        late.client_secret(&application.client_id)
            .await
            .unwrap()
            .is_some()
    );

    // The old key's last day is that of the second step, not that of the first.
    let text = fs::read_to_string(&one_file).unwrap();
    assert!(
        text.contains(&format!("replaced {}", at(1).as_secs())),
        "it was replaced then"
    );
    // A command that is too late for the second step does not begin another rotation in its own file.
    let keys = other.keys().all().count();
    let late = other.rotate_key(&other_file, false, &operator(), at(4)).await;
    let ago = at(4).since(at(1));
    assert_eq!(late.unwrap(), RotationStep::JustDone { ago });
    assert_eq!(Keyring::load(&other_file).unwrap().unwrap().all().count(), keys);
    let later = at(1).plus(ANOTHER);
    assert_eq!(
        rotate_at(later).await,
        RotationStep::Prepared,
        "the next rotation begins"
    );
}

#[tokio::test]
async fn every_token_ends_if_that_is_wanted() {
    let (folder, url) = (tempfile::tempdir().unwrap(), crate::backend::url());
    let [file] = files(folder.path());
    let one = node(&url, &file).await;
    let application = add_application(&one, "App").await;
    let ada = add_member(&one, "ada@b.example").await;
    let grant = connect(&one, &application, &ada, at(1)).await;
    one.rotate_key(&file, true, &operator(), at(2)).await.unwrap();
    let state = async || one.grant(grant).await.unwrap().unwrap().state;
    assert_eq!(state().await.revoked, None, "the first step ends nothing");
    let done = one.rotate_key(&file, true, &operator(), at(3)).await.unwrap();
    assert!(matches!(done, RotationStep::Done { revoked: 1, .. }), "{done:?}");
    let GrantState { revoked, .. } = state().await;
    assert_eq!(revoked, Some((at(3), RevocationReason::Host)));
}
