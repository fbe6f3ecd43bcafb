//! `/healthz` and `/readyz`, and `latchkey health`, which calls them.

use std::fs::{self, OpenOptions};
use std::io::Write;
use std::path::Path;

use crate::support::{Binary, Server, TestApp};

#[tokio::test]
async fn both_say_that_all_is_well() {
    let app = TestApp::empty().await;
    for path in ["/healthz", "/readyz"] {
        let answer = app.browser().get(path).await;
        answer.assert_status(200);
        assert_eq!(answer.json()["status"], "ok");
    }
    assert_eq!(app.browser().get("/readyz").await.json()["database"], "ok");
}

/// Runs `latchkey health` against the server.
fn health(binary: &Binary, server: &Server, flags: &[&str]) -> crate::support::Finished {
    let address = server.url.trim_start_matches("http://");
    binary.run(&[&["health", "--listen", address], flags].concat())
}

/// The server runs and reports that it is not ready.
async fn is_not_ready(binary: &Binary, server: &Server) {
    let answer = server.browser().get("/readyz").await;
    answer.assert_status(503);
    assert_eq!(answer.json()["status"], "unavailable");
    server.browser().get("/healthz").await.assert_status(200);
    health(binary, server, &[]).fails(1, "answers with status 503");
    health(binary, server, &["--alive"]).succeeds();
}

#[tokio::test]
async fn a_database_that_was_deleted_is_noticed() {
    let binary = Binary::new();
    let server = binary.serve(&[]).await;
    assert_eq!(health(&binary, &server, &[]).succeeds(), "ok\n");
    fs::remove_dir_all(binary.folder().join("data")).unwrap();
    is_not_ready(&binary, &server).await;
}

#[tokio::test]
async fn a_database_that_was_replaced_is_noticed() {
    let binary = Binary::new();
    let server = binary.serve(&[]).await;
    let database = binary.folder().join("data/latchkey.db");
    fs::copy(&database, database.with_extension("copy")).unwrap();
    fs::rename(database.with_extension("copy"), &database).unwrap();
    is_not_ready(&binary, &server).await;
}

#[tokio::test]
async fn a_database_that_is_damaged_is_noticed() {
    let binary = Binary::new();
    let server = binary.serve(&[]).await;
    let data = binary.folder().join("data");
    overwrite(&data.join("latchkey.db"), 0xa5);
    // The write-ahead log and its index would hide the damage for a while.
    overwrite(&data.join("latchkey.db-wal"), 0);
    overwrite(&data.join("latchkey.db-shm"), 0);
    is_not_ready(&binary, &server).await;
}

/// Fills a file with a byte. It keeps its size, since it is open and mapped into the server's memory.
fn overwrite(path: &Path, byte: u8) {
    let length = usize::try_from(fs::metadata(path).unwrap().len()).unwrap();
    let mut file = OpenOptions::new().write(true).open(path).unwrap();
    file.write_all(&vec![byte; length]).unwrap();
}

#[test]
fn without_a_server_it_is_not_healthy() {
    let binary = Binary::new();
    // Nothing listens at port 1.
    binary
        .run(&["health", "--listen", "127.0.0.1:1"])
        .fails(1, "is the server running");
    assert!(!binary.folder().join("data").exists());
    binary
        .run(&["health", "--listen", "nowhere"])
        .fails(2, "expected an IP address and a port");
}
