//! Backups are databases of their own, made while the original is in use.

use std::fs;
use std::path::Path;

use latchkey_storage::{Applications, Audit, AuditAction};
use latchkey_storage_sql::sqlite::{Existing, SqliteStore};

use crate::fixtures::{add_application, add_member, at, count_applications, operator};

fn names(folder: &Path) -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

#[tokio::test]
async fn holds_what_was_there_at_that_moment() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open_folder(&folder.path().join("data")).unwrap();
    let application = add_application(&store, "App").await;
    add_member(&store, "ada@b.example").await;
    let copy = folder.path().join("it's a copy.db");
    let made = store
        .back_up(&copy, Existing::Refuse, &operator(), at(5))
        .await
        .unwrap();
    assert_eq!(made.bytes, fs::metadata(&copy).unwrap().len());
    assert_eq!((made.contents.members, made.contents.applications), (1, 1));
    assert_eq!(
        usize::try_from(made.contents.schema),
        Ok(SqliteStore::latest_schema())
    );
    add_application(&store, "Later").await;
    assert_eq!(store.last_backup().await.unwrap(), Some(at(5)));
    let noted = store.audit(2).await.unwrap().remove(1);
    assert_eq!(
        (noted.action, noted.target),
        (AuditAction::BackupMade, copy.display().to_string())
    );

    let restored = SqliteStore::open(&copy, store.key()).unwrap();
    assert_eq!(count_applications(&restored).await, 1);
    assert!(
        restored
            .client_secret(&application.client_id)
            .await
            .unwrap()
            .is_some()
    );
    assert_eq!(restored.check().await.unwrap(), Vec::<String>::new());
}

#[tokio::test]
async fn replaces_another_file_only_if_told_to() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open_folder(&folder.path().join("data")).unwrap();
    let copy = folder.path().join("copy.db");
    fs::write(&copy, "precious").unwrap();
    let refusal = store
        .back_up(&copy, Existing::Refuse, &operator(), at(0))
        .await
        .unwrap_err()
        .to_string();
    assert!(refusal.contains("--force"), "{refusal}");
    assert_eq!(fs::read_to_string(&copy).unwrap(), "precious");
    store
        .back_up(&copy, Existing::Replace, &operator(), at(0))
        .await
        .unwrap();
    assert!(SqliteStore::open(&copy, store.key()).is_ok());
}

#[tokio::test]
async fn what_cannot_be_written_is_named_and_leaves_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open_folder(&folder.path().join("data")).unwrap();
    let nowhere = folder.path().join("none/copy.db");
    let refusal = store
        .back_up(&nowhere, Existing::Refuse, &operator(), at(0))
        .await
        .unwrap_err()
        .to_string();
    assert!(refusal.contains("cannot write the backup"), "{refusal}");
    // A folder cannot be replaced by a file.
    let taken = folder.path().join("taken");
    fs::create_dir(&taken).unwrap();
    assert!(
        store
            .back_up(&taken, Existing::Replace, &operator(), at(0))
            .await
            .is_err()
    );
    assert_eq!(names(folder.path()), ["data", "taken"]);
    assert_eq!(store.last_backup().await.unwrap(), None);
}

#[cfg(unix)]
#[tokio::test]
async fn only_its_owner_can_read_it() {
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open_folder(&folder.path().join("data")).unwrap();
    let copy = folder.path().join("copy.db");
    store
        .back_up(&copy, Existing::Refuse, &operator(), at(0))
        .await
        .unwrap();
    assert_eq!(fs::metadata(&copy).unwrap().permissions().mode() & 0o777, 0o600);
}

/// With constant writes, every copy is whole, and none has half of a transaction.
#[tokio::test(flavor = "multi_thread")]
async fn is_whole_while_others_write() {
    let folder = tempfile::tempdir().unwrap();
    let store = std::sync::Arc::new(SqliteStore::open_folder(&folder.path().join("data")).unwrap());
    let writing = std::sync::Arc::clone(&store);
    let writer = tokio::spawn(async move {
        for number in 0..200 {
            add_application(&*writing, &format!("App {number}")).await;
        }
    });
    let mut before = 0;
    for number in 0..5 {
        let copy = folder.path().join(format!("{number}.db"));
        store
            .back_up(&copy, Existing::Refuse, &operator(), at(0))
            .await
            .unwrap();
        let copied = SqliteStore::open(&copy, store.key()).unwrap();
        let total = count_applications(&copied).await;
        let created = copied.audit(1_000).await.unwrap();
        let created = created
            .iter()
            .filter(|entry| entry.action == AuditAction::ApplicationCreated);
        assert_eq!(
            created.count() as u64,
            total,
            "an application without its entry, or the other way round"
        );
        assert!(total >= before);
        before = total;
    }
    writer.await.unwrap();
}
