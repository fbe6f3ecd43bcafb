//! `latchkey doctor`: what it finds, and what it says to do.

use crate::support::Binary;

#[test]
fn the_doctor_says_what_to_do() {
    let binary = Binary::new();
    let sick = binary.run(&["doctor"]);
    assert_eq!(sick.code, 1);
    assert!(
        sick.stdout.contains("`latchkey serve` makes it"),
        "{}",
        sick.stdout
    );
    assert!(!binary.folder().join("data").exists(), "looking makes nothing");

    binary.run(&["network", "show"]).succeeds();
    let report = binary.run(&["doctor", "--json"]).json();
    assert_eq!(report["ok"], true);
    let levels: Vec<(&str, &str)> = report["checks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|check| (check["check"].as_str().unwrap(), check["level"].as_str().unwrap()))
        .collect();
    let expected = [
        ("Data folder", "OK"),
        ("Disk space", "OK"),
        ("Key", "OK"),
        ("Database", "WARN"),
        ("Sealed with", "OK"),
        ("Integrity", "OK"),
        ("Emails", "OK"),
        ("Schema", "OK"),
        ("Timestamps", "OK"),
        ("Last backup", "WARN"),
        ("Clock", "OK"),
        ("Public URL", "OK"),
        ("Listen", "OK"),
    ];
    assert_eq!(levels, expected);
    binary.run(&["backup", "copy.db"]).succeeds();
    let healthy = binary.run(&["doctor"]).succeeds();
    assert!(
        healthy.contains("OK    Last backup") && healthy.contains("0 days ago"),
        "{healthy}"
    );

    let insecure = binary.run(&["doctor", "--public-url", "http://oauth.example.org"]);
    assert_eq!(insecure.code, 1);
    assert!(insecure.stdout.contains("is not HTTPS"), "{}", insecure.stdout);
    // Only a proxy brings HTTPS, and then everyone has its address unless it is trusted.
    for (trusted, level) in [(&[][..], "WARN"), (&["--trusted-proxy", "172.16.0.0/12"], "OK")] {
        let behind_proxy = [&["doctor", "--public-url", "https://oauth.example.org"], trusted].concat();
        let report = binary.run(&behind_proxy).stdout;
        let line = report.lines().find(|line| line.contains("Proxy")).unwrap();
        assert!(line.starts_with(level), "{line}");
    }
    std::fs::remove_file(binary.folder().join("data/latchkey.key")).unwrap();
    let keyless = binary.run(&["doctor"]);
    assert_eq!(keyless.code, 1);
    assert!(
        keyless.stdout.contains("restore it from a backup"),
        "{}",
        keyless.stdout
    );
    assert!(!binary.folder().join("data/latchkey.key").exists());
}

#[cfg(unix)]
#[test]
fn the_doctor_sees_what_others_can_read_and_a_clock_that_was_set_back() {
    use std::os::unix::fs::PermissionsExt;

    let binary = Binary::new();
    binary.run(&["network", "show"]).succeeds();
    let data = binary.folder().join("data");
    let open = |path: &std::path::Path, mode| {
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
    };
    open(&data, 0o755);
    let warned = binary.run(&["doctor"]).succeeds();
    assert!(
        warned.contains("WARN  Data folder") && warned.contains("chmod 700"),
        "{warned}"
    );
    open(&data.join("latchkey.key"), 0o644);
    let failed = binary.run(&["doctor"]);
    assert_eq!(failed.code, 1);
    assert!(
        failed.stdout.contains("FAIL  Key") && failed.stdout.contains("chmod 600"),
        "{}",
        failed.stdout
    );
    open(&data.join("latchkey.key"), 0o600);

    // An entry of the year 2100.
    let ahead = latchkey_domain::Timestamp::from_millis(4_102_444_800_000);
    let store = latchkey_storage_sql::sqlite::SqliteStore::open_folder(&data).unwrap();
    let entry = latchkey_storage::AuditEntry {
        at: ahead,
        actor: latchkey_domain::Actor::operator(),
        action: latchkey_storage::AuditAction::SignedOut,
        target: "x".into(),
        detail: String::new(),
    };
    tokio::runtime::Runtime::new()
        .unwrap()
        .block_on(latchkey_storage::Audit::note(&store, entry))
        .unwrap();
    drop(store);
    let failed = binary.run(&["doctor"]);
    assert_eq!(failed.code, 1);
    assert!(
        failed.stdout.contains("FAIL  Timestamps") && failed.stdout.contains("set the clock"),
        "{}",
        failed.stdout
    );
}

#[test]
fn the_doctor_names_what_someone_added_to_the_schema() {
    let binary = Binary::new();
    binary.run(&["network", "show"]).succeeds();
    let file = binary.folder().join("data/latchkey.db");
    let change = |sql: &str| {
        rusqlite::Connection::open(&file)
            .unwrap()
            .execute_batch(sql)
            .unwrap();
    };
    change("CREATE TRIGGER mine AFTER INSERT ON sessions BEGIN DELETE FROM audit WHERE id < 0; END");
    let failed = binary.run(&["doctor"]);
    assert_eq!(failed.code, 1);
    assert!(
        failed.stdout.contains("FAIL  Schema") && failed.stdout.contains("the trigger “mine” on sessions"),
        "{}",
        failed.stdout
    );
    // A backup is better than none, but this one cannot be restored like this.
    let said = binary.run(&["backup", "copy.db"]).succeeds();
    assert!(
        said.contains("`latchkey restore` refuses this backup") && said.contains("the trigger “mine”"),
        "{said}"
    );
    binary
        .run(&["restore", "copy.db"])
        .fails(1, "it has the trigger “mine” on sessions");
    change("DROP TRIGGER mine");
    assert!(binary.run(&["doctor"]).succeeds().contains("OK    Schema"));
}
