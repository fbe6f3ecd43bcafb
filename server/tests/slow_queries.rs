//! `--slow-query-ms`: what the log says about slow operations.

use std::collections::HashSet;

use serde_json::Value;

use crate::support::Binary;

/// The log lines about slow operations that a server writes while someone signs in.
async fn lines(threshold: &str, database: Option<&str>) -> Vec<Value> {
    let binary = Binary::new();
    let log = binary.folder().join("log");
    let mut flags = vec!["--demo", "--slow-query-ms", threshold];
    flags.extend(database.map(|url| ["--database", url]).into_iter().flatten());
    let mut server = binary.serve_with_log(&flags, &log, "warn").await;
    let member = server.as_member().await;
    member.get("/account/sessions").await.assert_status(200);
    server.send("-TERM");
    server.wait();
    let log = std::fs::read_to_string(log).unwrap();
    assert!(!log.contains("member@demo.example"), "{log}");
    let lines = log
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).unwrap());
    lines
        .filter(|line| line["message"] == "the database was slow")
        .collect()
}

#[tokio::test]
async fn a_slow_operation_is_named_without_its_values() {
    assert_names(&lines("0", None).await);
}

#[tokio::test]
async fn on_postgresql_it_has_the_same_name() {
    let url = latchkey_testing::postgres::database();
    assert_names(&lines("0", Some(&url)).await);
}

fn assert_names(lines: &[Value]) {
    let mut names = HashSet::new();
    for line in lines {
        assert_eq!(line["level"], "WARN");
        assert!(line["took_ms"].is_u64(), "{line}");
        let name = line["operation"].as_str().unwrap();
        assert!(name.chars().all(|c| c.is_ascii_lowercase() || c == '_'), "{line}");
        let known = [
            "timestamp",
            "level",
            "message",
            "operation",
            "took_ms",
            "target",
            "span",
        ];
        for field in line.as_object().unwrap().keys() {
            assert!(known.contains(&field.as_str()), "{line}");
        }
        names.insert(name);
    }
    // A write, and a read.
    for name in ["open_session", "sessions_of"] {
        assert!(names.contains(name), "{name} in {names:?}");
    }
}

#[tokio::test]
async fn what_is_fast_enough_is_not_mentioned() {
    assert_eq!(lines("3600000", None).await, [] as [Value; 0]);
}
