//! Every command of `docs/postgresql.md`, run exactly as documented: on a network that started on `SQLite`. `$EMPTY`
//! is the URL of an empty database; the last one filled is the one that is served.

use latchkey_testing::postgres::database;

use crate::support::Binary;
use crate::support::documentation::{blocks, commands, run};

const PAGE: &str = include_str!("../../docs/postgresql.md");

#[tokio::test(flavor = "multi_thread")]
async fn every_command_works_as_it_stands_there() {
    let binary = Binary::new();
    binary.add_member("ada@example.com", "Ada", "host");
    let (mut served, mut empty) = (None, database());
    let mut running = None;
    for (runs, commands) in blocks(PAGE) {
        let mut variables = vec![("EMPTY", empty.as_str())];
        variables.extend(served.as_deref().map(|url| ("LATCHKEY_DATABASE_URL", url)));
        if runs && running.is_none() {
            let url = served.as_deref().expect("it was filled before");
            running = Some(binary.serve(&["--database", url]).await);
        } else if !runs && let Some(mut server) = running.take() {
            server.send("-TERM");
            server.wait();
        }
        run(&binary, commands, &variables);
        if commands.contains("$EMPTY") && !commands.contains("--dry-run") {
            served = Some(empty);
            empty = database();
        }
    }
    let served = served.expect("something was filled");
    let members = binary
        .run(&["member", "list", "--json", "--database", &served])
        .json();
    assert_eq!(members[0]["email"], "ada@example.com");
}

#[test]
fn what_an_operator_needs_is_there() {
    let commands = commands(&blocks(PAGE));
    for command in [
        "copy --from data",
        "copy --from \"$LATCHKEY",
        "--dry-run",
        "backup ",
        "restore ",
        "doctor",
    ] {
        assert!(commands.contains(command), "{command}");
    }
}
