//! The tables in `CONFORMANCE.md` and `ATTACKS.md`: every row names tests, and every named test exists and runs.

use std::fmt::Write;
use std::fs;
use std::path::Path;

const DOCUMENTS: [&str; 12] = [
    "RFC 6749",
    "RFC 6750",
    "RFC 7009",
    "RFC 7636",
    "RFC 7662",
    "RFC 8414",
    "RFC 8707",
    "RFC 9207",
    "RFC 9700",
    "OAuth 2.1",
    "OpenID Connect Core",
    "OpenID Connect Discovery",
];

/// Where tests are, and the file that must name their module for them to be compiled.
const PLACES: [(&str, Option<&str>); 16] = [
    ("crates/oauth/tests/oauth/", Some("main.rs")),
    ("server/tests/", Some("main.rs")),
    ("crates/oauth/src/", None),
    ("crates/accounts/src/", None),
    ("crates/mail/src/", None),
    ("crates/mail/tests/", None),
    ("crates/outgoing/tests/", None),
    ("crates/providers/tests/providers/", Some("main.rs")),
    ("crates/providers/src/", None),
    ("crates/domain/src/", None),
    ("crates/storage-sql/tests/store/", Some("main.rs")),
    ("crates/storage-sql/tests/postgres/", Some("main.rs")),
    ("crates/storage-sql/src/", None),
    ("crates/headless/tests/headless/", Some("main.rs")),
    ("crates/headless/src/", None),
    ("server/src/", None),
];

/// A row of a table whose last column is called “test”.
struct Row<'a> {
    heading: &'a str,
    line: usize,
    cells: Vec<&'a str>,
}

fn cells(line: &str) -> Option<Vec<&str>> {
    let inner = line.trim().strip_prefix('|')?.strip_suffix('|')?;
    Some(inner.split('|').map(str::trim).collect())
}

fn rows(document: &str) -> Vec<Row<'_>> {
    let (mut rows, mut heading, mut columns) = (vec![], "", None);
    for (index, line) in document.lines().enumerate() {
        if let Some(text) = line.strip_prefix('#') {
            heading = text.trim_start_matches('#').trim();
        }
        let Some(cells) = cells(line) else {
            columns = None;
            continue;
        };
        match columns {
            None => columns = Some((cells.len(), cells.last() == Some(&"test"))),
            Some((_, false)) => {}
            Some((_, true)) if cells.iter().all(|cell| cell.chars().all(|c| c == '-')) => {}
            Some((count, true)) => {
                assert_eq!(cells.len(), count, "line {}: {line}", index + 1);
                rows.push(Row {
                    heading,
                    line: index + 1,
                    cells,
                });
            }
        }
    }
    rows
}

/// The errors of a row, one per line.
fn wrong(row: &Row<'_>, read: &impl Fn(&str) -> Option<String>) -> String {
    let mut found = String::new();
    let mut complain = |words: &str| {
        let _ = writeln!(found, "line {}: {words}", row.line);
    };
    if row.cells.iter().any(|cell| cell.is_empty()) {
        complain("a cell is empty");
    }
    let mut tests = 0;
    for (index, part) in row.cells.last().unwrap_or(&"").split('`').enumerate() {
        if index % 2 == 0 {
            if !part.trim().trim_matches(',').is_empty() {
                complain(&format!("{part:?} is not the name of a test"));
            }
            continue;
        }
        tests += 1;
        if let Err(words) = is_test(part, read) {
            complain(&words);
        }
    }
    if tests == 0 {
        complain("there is no test");
    }
    found
}

/// Whether `path::name` is a test that runs.
fn is_test(reference: &str, read: &impl Fn(&str) -> Option<String>) -> Result<(), String> {
    let (path, name) = reference
        .split_once("::")
        .ok_or_else(|| format!("{reference} is not path::name"))?;
    let (folder, root) = PLACES
        .iter()
        .find(|(folder, _)| path.starts_with(folder) && !path.contains(".."))
        .ok_or_else(|| format!("{path} is not where tests stand"))?;
    let source = read(path).ok_or_else(|| format!("{path} is not there"))?;
    if let Some(root) = root {
        let module = path.trim_start_matches(folder).trim_end_matches(".rs");
        let root = read(&format!("{folder}{root}")).unwrap_or_default();
        if !root.lines().any(|line| line == format!("mod {module};")) {
            return Err(format!("{path} is not compiled"));
        }
    }
    let lines: Vec<&str> = source.lines().map(str::trim).collect();
    let declared = lines.iter().position(|line| {
        let line = line.trim_start_matches("async ");
        line.strip_prefix("fn ")
            .is_some_and(|rest| rest.starts_with(&format!("{name}(")))
    });
    let at = declared.ok_or_else(|| format!("there is no {name} in {path}"))?;
    let attributes = || lines[..at].iter().rev().take_while(|line| line.starts_with("#["));
    if attributes().any(|line| line.starts_with("#[ignore")) {
        return Err(format!("{name} in {path} is ignored"));
    }
    if !attributes().any(|line| line.starts_with("#[test]") || line.starts_with("#[tokio::test")) {
        return Err(format!("{name} in {path} is not a test"));
    }
    Ok(())
}

fn from_repository(path: &str) -> Option<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    fs::read_to_string(root.join(path)).ok()
}

#[track_caller]
fn assert_sound(name: &str) -> String {
    let document = from_repository(&format!("server/tests/{name}")).unwrap();
    let complaints: String = rows(&document)
        .iter()
        .map(|row| wrong(row, &from_repository))
        .collect();
    assert!(complaints.is_empty(), "{name}:\n{complaints}");
    document
}

#[test]
fn every_requirement_has_tests_that_are_there() {
    let document = assert_sound("CONFORMANCE.md");
    let rows = rows(&document);
    for name in DOCUMENTS {
        let count = rows.iter().filter(|row| row.heading.starts_with(name)).count();
        println!("{name}: {count}");
        assert!(count > 0, "{name} has no rows");
    }
    println!("all: {}", rows.len());
}

#[test]
fn every_attack_has_tests_that_are_there() {
    let document = assert_sound("ATTACKS.md");
    let count = rows(&document).len();
    println!("all: {count}");
    assert!(count > 0);
}

#[test]
fn a_row_without_a_test_that_runs_is_found_out() {
    let read = |path: &str| {
        let text = match path {
            "server/tests/main.rs" => "mod a;",
            "server/tests/a.rs" | "server/tests/b.rs" | "crates/oauth/src/a.rs" => {
                "#[test]\nfn good() {}\n#[tokio::test]\nasync fn waits() {}\nfn helper() {}\n#[test]\n#[ignore = \"\"]\nfn idle() {}"
            }
            _ => return None,
        };
        Some(text.to_owned())
    };
    let complaints = |tests: &str| {
        let document =
            format!("# RFC 1\n\n| section | requirement | test |\n|--|--|--|\n| 1 | must | {tests} |\n");
        let rows = rows(&document);
        assert_eq!((rows.len(), rows[0].heading, rows[0].line), (1, "RFC 1", 5));
        wrong(&rows[0], &read)
    };
    assert_eq!(
        complaints("`server/tests/a.rs::good`, `crates/oauth/src/a.rs::waits`"),
        ""
    );
    for (tests, words) in [
        ("", "a cell is empty"),
        ("to do", "is not the name of a test"),
        ("`good`", "is not path::name"),
        ("`server/tests/a.rs::goo`", "there is no goo"),
        ("`server/tests/a.rs::helper`", "is not a test"),
        ("`server/tests/a.rs::idle`", "is ignored"),
        ("`server/tests/b.rs::good`", "is not compiled"),
        ("`server/tests/c.rs::good`", "is not there"),
        ("`crates/bench/src/a.rs::good`", "is not where tests stand"),
        (
            "`server/tests/a.rs::good`, `server/tests/a.rs::bad`",
            "there is no bad",
        ),
    ] {
        let found = complaints(tests);
        assert!(found.contains(words), "{tests}: {found}");
    }
}
