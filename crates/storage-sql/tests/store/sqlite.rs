//! Opening files: what is kept, and what is refused with words that say what to do.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use latchkey_storage::{Applications, Audit, Grants, Members, Networks, Store};
use latchkey_storage_sql::keyring::Keyring;
use latchkey_storage_sql::sqlite::{DATABASE_FILE, KEY_FILE, SqliteStore};
use rusqlite::Connection;

use crate::concurrency::all_hosts_leave;
use crate::fixtures::{
    add_application, add_applications, add_member, at, connect, count_applications, new_application,
    operator, spec,
};

fn refusal(folder: &Path) -> String {
    let message = SqliteStore::open_folder(folder).unwrap_err().to_string();
    assert!(!message.contains('\n'), "one line: {message}");
    message
}

fn alter(folder: &Path, sql: &str) {
    Connection::open(folder.join(DATABASE_FILE))
        .unwrap()
        .execute_batch(sql)
        .unwrap();
}

#[tokio::test]
async fn what_was_answered_is_there_after_reopening() {
    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("deep/data");
    let store = SqliteStore::open_folder(&folder).unwrap();
    let application = add_application(&store, "App").await;
    let ada = add_member(&store, "ada@b.example").await;
    let grant = connect(&store, &application, &ada, at(1)).await;
    let (network, salt) = (store.network().await.unwrap(), store.setup_salt().await.unwrap());
    let secret = store
        .client_secret(&application.client_id)
        .await
        .unwrap()
        .unwrap();
    let before = store.grant(grant).await.unwrap();
    drop(store);

    let store = SqliteStore::open_folder(&folder).unwrap();
    assert_eq!(store.grant(grant).await.unwrap(), before);
    assert_eq!(
        (store.network().await.unwrap(), store.setup_salt().await.unwrap()),
        (network, salt)
    );
    assert!(
        store
            .client_secret(&application.client_id)
            .await
            .unwrap()
            .unwrap()
            .is(secret.expose())
    );
    assert_eq!(store.member(ada.id).await.unwrap(), Some(ada));
    assert_eq!(store.audit(10).await.unwrap().len(), 2);
}

#[cfg(unix)]
#[tokio::test]
async fn only_the_owner_can_read_what_is_made() {
    use std::os::unix::fs::PermissionsExt;

    let parent = tempfile::tempdir().unwrap();
    let folder = parent.path().join("data");
    let _store = SqliteStore::open_folder(&folder).unwrap();
    assert_eq!(fs::metadata(&folder).unwrap().permissions().mode() & 0o777, 0o700);
    for entry in fs::read_dir(&folder).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(
            entry.metadata().unwrap().permissions().mode() & 0o777,
            0o600,
            "{}",
            entry.path().display()
        );
    }
}

#[tokio::test]
async fn secrets_are_nowhere_in_the_files() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open_folder(folder.path()).unwrap();
    let new = new_application(spec("App"));
    let secret = new.secret.clone().unwrap();
    store.create_application(new, &operator(), at(0)).await.unwrap();
    for entry in fs::read_dir(folder.path()).unwrap() {
        let bytes = fs::read(entry.unwrap().path()).unwrap();
        assert!(
            !bytes
                .windows(43)
                .any(|window| window == secret.expose().as_bytes())
        );
    }
}

#[tokio::test]
async fn two_processes_see_what_the_other_wrote() {
    let folder = tempfile::tempdir().unwrap();
    let server = SqliteStore::open_folder(folder.path()).unwrap();
    let command_line = SqliteStore::open_folder(folder.path()).unwrap();
    for n in 0..10 {
        let (writes, reads) = if n % 2 == 0 {
            (&server, &command_line)
        } else {
            (&command_line, &server)
        };
        let application = add_application(writes, &format!("App {n}")).await;
        assert_eq!(
            reads.application(&application.client_id).await.unwrap(),
            Some(application)
        );
    }
    assert_eq!(count_applications(&server).await, 10);
}

#[test]
fn many_open_a_new_folder_at_once() {
    let folder = tempfile::tempdir().unwrap();
    std::thread::scope(|scope| {
        let open = || {
            SqliteStore::open_folder(folder.path())
                .unwrap()
                .key()
                .fingerprint()
        };
        let openers: Vec<_> = (0..8).map(|_| scope.spawn(open)).collect();
        let prints: Vec<String> = openers.into_iter().map(|opener| opener.join().unwrap()).collect();
        assert!(prints.iter().all(|print| *print == prints[0]));
    });
}

#[tokio::test]
async fn a_newer_schema_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    drop(SqliteStore::open_folder(folder.path()).unwrap());
    alter(
        folder.path(),
        "PRAGMA user_version = 99; UPDATE meta SET value = '7.5.0' WHERE key = 'written_by'",
    );
    let message = refusal(folder.path());
    assert!(
        message.contains("has schema 99")
            && message.contains(&format!("schemas up to {}", SqliteStore::latest_schema())),
        "{message}"
    );
    assert!(
        message.contains("install Latchkey 7.5.0 or newer, or restore the backup"),
        "{message}"
    );
}

#[tokio::test]
async fn a_database_of_another_program_is_refused_and_left_as_it_was() {
    let folder = tempfile::tempdir().unwrap();
    Keyring::load_or_create(&folder.path().join(KEY_FILE), true).unwrap();
    alter(folder.path(), "CREATE TABLE bookmarks (url TEXT)");
    let before = fs::read(folder.path().join(DATABASE_FILE)).unwrap();
    let message = refusal(folder.path());
    assert!(
        message.contains("database of another program; move it away"),
        "{message}"
    );
    assert_eq!(fs::read(folder.path().join(DATABASE_FILE)).unwrap(), before);
}

#[tokio::test]
async fn another_key_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    drop(SqliteStore::open_folder(folder.path()).unwrap());
    let key = folder.path().join(KEY_FILE);
    fs::remove_file(&key).unwrap();
    Keyring::load_or_create(&key, true).unwrap();
    let message = refusal(folder.path());
    assert!(
        message.contains("is not the one") && message.contains("put the original latchkey.key back"),
        "{message}"
    );
}

#[tokio::test]
async fn a_missing_key_is_not_made_anew_for_a_database() {
    let folder = tempfile::tempdir().unwrap();
    drop(SqliteStore::open_folder(folder.path()).unwrap());
    let key = folder.path().join(KEY_FILE);
    fs::remove_file(&key).unwrap();
    let message = refusal(folder.path());
    assert!(
        message.contains("is missing") && message.contains("put the original latchkey.key back"),
        "{message}"
    );
    assert!(!key.exists());
}

#[tokio::test]
async fn what_is_no_database_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    Keyring::load_or_create(&folder.path().join(KEY_FILE), true).unwrap();
    for content in [b"hello".to_vec(), b"x".repeat(100_000)] {
        fs::write(folder.path().join(DATABASE_FILE), content).unwrap();
        let message = refusal(folder.path());
        assert!(
            message.contains("is not a Latchkey database") && message.contains("backup"),
            "{message}"
        );
    }
}

#[tokio::test]
async fn a_damaged_database_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    drop(SqliteStore::open_folder(folder.path()).unwrap());
    let path = folder.path().join(DATABASE_FILE);
    let mut bytes = fs::read(&path).unwrap();
    // The header stays, the schema behind it does not.
    bytes[100..4_096].fill(0xFF);
    fs::write(&path, bytes).unwrap();
    let message = refusal(folder.path());
    assert!(
        message.contains("is damaged; restore the latest backup"),
        "{message}"
    );
}

#[tokio::test]
async fn a_damaged_value_is_named_and_harms_nothing_else() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open_folder(folder.path()).unwrap();
    let [bad, good] = add_applications(&store, ["Bad", "Good"]).await;
    alter(
        folder.path(),
        "UPDATE applications SET scopes = 'read:mail' WHERE name = 'Bad'",
    );
    let error = store.application(&bad.client_id).await.unwrap_err().to_string();
    assert!(
        error.contains("applications.scopes") && error.contains("read:mail"),
        "{error}"
    );
    assert_eq!(store.application(&good.client_id).await.unwrap(), Some(good));
}

#[tokio::test]
async fn a_sealed_secret_that_was_moved_does_not_open() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open_folder(folder.path()).unwrap();
    let [first, _] = add_applications(&store, ["First", "Second"]).await;
    alter(
        folder.path(),
        "UPDATE client_secrets SET sealed = (SELECT s.sealed FROM client_secrets s \
         JOIN applications a ON a.id = s.application_id WHERE a.name = 'Second')",
    );
    let error = store.client_secret(&first.client_id).await.unwrap_err();
    assert!(
        matches!(error, latchkey_storage::StoreError::Unsealable),
        "{error}"
    );
}

#[tokio::test]
async fn a_folder_that_cannot_be_made_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("file");
    fs::write(&file, "").unwrap();
    let message = refusal(&file.join("data"));
    assert!(
        message.contains("cannot create the data folder") && message.contains("--data-dir"),
        "{message}"
    );
}

#[tokio::test]
async fn a_writer_waits_for_another_process_that_writes() {
    let folder = tempfile::tempdir().unwrap();
    let store = SqliteStore::open_folder(folder.path()).unwrap();
    let other = Connection::open(folder.path().join(DATABASE_FILE)).unwrap();
    other
        .execute_batch("BEGIN IMMEDIATE; INSERT INTO meta VALUES ('note', 'x')")
        .unwrap();
    let (made, ()) = tokio::join!(add_application(&store, "App"), async {
        // Polled second: the write above is waiting, and reads go on meanwhile.
        assert_eq!(count_applications(&store).await, 0);
        other.execute_batch("COMMIT").unwrap();
    });
    assert_eq!(store.application(&made.client_id).await.unwrap(), Some(made));
}

/// As with the server and the command line beside it.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_hosts_that_two_processes_take_away_at_once_one_stays() {
    for _ in 0..3 {
        let folder = tempfile::tempdir().unwrap();
        let open = || -> Arc<dyn Store> { Arc::new(SqliteStore::open_folder(folder.path()).unwrap()) };
        let stores = [open(), open()];
        assert_eq!(all_hosts_leave(&stores, 24).await, 1);
        assert!(stores[1].has_host().await.unwrap());
    }
}
