//! Backups of a network on `PostgreSQL`: made while it is served, and restored into an empty database or onto `SQLite`.

use std::os::unix::fs::PermissionsExt;

use latchkey_testing::postgres::database;

use crate::support::Binary;

fn on<'a>(url: &'a str, arguments: &[&'a str]) -> Vec<&'a str> {
    [arguments, &["--database", url]].concat()
}

/// The level of one of the doctor's lines, and its text.
fn diagnosis(binary: &Binary, url: &str, check: &str) -> (String, String) {
    let report = binary.run(&on(url, &["doctor", "--json"])).stdout;
    let report: serde_json::Value = serde_json::from_str(&report).unwrap();
    let found = report["checks"]
        .as_array()
        .unwrap()
        .iter()
        .find(|line| line["check"] == check)
        .unwrap_or_else(|| panic!("{report}"));
    let text = |name: &str| found[name].as_str().unwrap().to_owned();
    (text("level"), text("finding"))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_is_made_while_it_is_served_and_restored_on_either_store() {
    let (binary, url, second) = (Binary::new(), database(), database());
    binary.run(&on(&url, &["demo"])).succeeds();
    let server = binary.serve(&["--database", &url]).await;
    assert_eq!(diagnosis(&binary, &url, "Last backup").0, "WARN");
    let said = binary.run(&on(&url, &["backup", "copy.db"])).succeeds();
    for words in ["“Harbor Street Makers”", "checked", "The key is not in it"] {
        assert!(said.contains(words), "{said}");
    }
    let file = binary.folder().join("copy.db");
    assert_eq!(file.metadata().unwrap().permissions().mode() & 0o777, 0o600);
    assert!(!binary.folder().join("copy.lock").exists());
    binary.run(&on(&url, &["backup", "copy.db"])).fails(1, "--force");
    binary
        .run(&on(&url, &["backup", "copy.db", "--force"]))
        .succeeds();
    assert_eq!(diagnosis(&binary, &url, "Last backup").0, "OK");
    let added = binary
        .run(&on(&url, &["app", "list", "--json"]))
        .json()
        .as_array()
        .unwrap()
        .len();

    // Onto the other, empty database; not onto this one.
    binary
        .run(&on(&url, &["restore", "copy.db"]))
        .fails(1, "is not empty");
    let said = binary.run(&on(&second, &["restore", "copy.db"])).succeeds();
    assert!(
        said.contains("Restored “Harbor Street Makers” from copy.db"),
        "{said}"
    );
    drop(server);
    let server = binary.serve(&["--database", &second]).await;
    server.as_member().await;
    let audit = binary.run(&on(&second, &["app", "list", "--json"])).json();
    assert_eq!(audit.as_array().unwrap().len(), added);
    drop(server);

    // Onto SQLite too, with the key.
    binary
        .run(&["restore", "copy.db", "--data-dir", "sqlite"])
        .fails(1, "sqlite/latchkey.key is missing");
    std::fs::copy(
        binary.folder().join("data/latchkey.key"),
        binary.folder().join("sqlite/latchkey.key"),
    )
    .unwrap();
    binary
        .run(&["restore", "copy.db", "--data-dir", "sqlite"])
        .succeeds();
    binary.serve(&["--data-dir", "sqlite"]).await.as_member().await;
}

/// A file from an earlier version is upgraded while it is copied, and itself stays unchanged.
#[test]
fn an_older_backup_is_brought_up_on_the_way() {
    let (binary, url) = (Binary::new(), database());
    let (old, file) = (
        crate::earlier_versions::folder(2),
        binary.folder().join("copy.db"),
    );
    std::fs::create_dir(binary.folder().join("data")).unwrap();
    std::fs::copy(
        old.path().join("latchkey.key"),
        binary.folder().join("data/latchkey.key"),
    )
    .unwrap();
    std::fs::copy(old.path().join("latchkey.db"), &file).unwrap();
    let before = std::fs::read(&file).unwrap();
    binary.run(&on(&url, &["restore", "copy.db"])).succeeds();
    assert!(std::fs::read(&file).unwrap() == before);
    let applications = binary.run(&on(&url, &["app", "list", "--json"])).json();
    assert_eq!(applications[0]["name"], "CRM");
    let left = std::fs::read_dir(binary.folder().join("data")).unwrap();
    let left: Vec<_> = left
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert!(left.iter().all(|name| !name.contains("restore")), "{left:?}");
}

#[test]
fn what_cannot_be_restored_is_one_line_and_changes_nothing() {
    let (binary, url) = (Binary::new(), database());
    binary
        .run(&on(&url, &["backup", "copy.db"]))
        .fails(1, "nothing was created there");
    binary
        .run(&on(&url, &["restore", "none.db"]))
        .fails(1, "cannot read the backup none.db");
    binary.run(&["network", "show"]).succeeds();
    binary.run(&["backup", "copy.db"]).succeeds();
    std::fs::rename(
        binary.folder().join("data/latchkey.key"),
        binary.folder().join("away.key"),
    )
    .unwrap();
    binary
        .run(&on(&url, &["restore", "copy.db"]))
        .fails(1, "put the latchkey.key that was kept with this backup there");
    let other = "latchkey-key-v1 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n";
    std::fs::write(binary.folder().join("data/latchkey.key"), other).unwrap();
    binary
        .run(&on(&url, &["restore", "copy.db"]))
        .fails(1, "is not the one that copy.db was sealed with");
    binary
        .run(&on(&url, &["backup", "other.db"]))
        .fails(1, "nothing was created there");
}
