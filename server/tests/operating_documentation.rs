//! Every command of `docs/operating.md`, run as it stands there.

use std::process::Command;

use crate::support::{Binary, PASSWORD};

const PAGE: &str = include_str!("../../docs/operating.md");

/// The blocks of commands, and whether the server runs meanwhile.
fn blocks() -> Vec<(bool, &'static str)> {
    let mut blocks = Vec::new();
    for part in PAGE.split("<!-- ").skip(1) {
        let (marker, rest) = part
            .split_once(" -->\n```sh\n")
            .expect("a block follows its marker");
        let (commands, _) = rest.split_once("\n```").expect("a block ends");
        let runs = match marker {
            "while the server runs" => true,
            "while the server is stopped" => false,
            other => panic!("what is {other}?"),
        };
        blocks.push((runs, commands));
    }
    blocks
}

/// Runs a block in a shell that finds the binary, with `binary`'s folder as its own.
fn run(binary: &Binary, commands: &str) {
    let program = std::path::Path::new(env!("CARGO_BIN_EXE_latchkey"));
    let path = std::env::var("PATH").unwrap_or_default();
    let output = Command::new("sh")
        .args(["-e", "-c", commands])
        .current_dir(binary.folder())
        .env("PATH", format!("{}:{path}", program.parent().unwrap().display()))
        .output()
        .unwrap();
    assert!(
        output.status.success(),
        "{commands}\n{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_works_as_it_stands_there() {
    let binary = Binary::new();
    let host = [
        "member",
        "add",
        "--email",
        "ada@example.com",
        "--name",
        "Ada",
        "--role",
        "host",
    ];
    binary.run_with_input(&host, &format!("{PASSWORD}\n")).succeeds();
    let mut server = None;
    for (runs, commands) in blocks() {
        if runs && server.is_none() {
            server = Some(binary.serve(&[]).await);
        } else if !runs && let Some(mut running) = server.take() {
            running.send("-TERM");
            running.wait();
        }
        run(&binary, commands);
    }
    assert!(binary.folder().join("new-machine/latchkey.db").exists());
    // Who had lost the password is in again, with the new one alone.
    let password = std::fs::read_to_string(binary.folder().join("new-password")).unwrap();
    let server = server.expect("the last block is of a server that runs");
    for email in ["ada@example.com", "grace@example.com"] {
        let browser = server.browser();
        browser.sign_in(email, PASSWORD).await.assert_status(422);
        browser
            .sign_in(email, password.trim_end())
            .await
            .assert_redirect("/");
        browser
            .get("/admin/settings/oauth-applications")
            .await
            .assert_status(200);
    }
}

#[test]
fn no_block_is_left_out() {
    assert_eq!(PAGE.matches("```sh").count(), blocks().len());
    let commands: Vec<&str> = blocks().into_iter().map(|(_, commands)| commands).collect();
    let commands = commands.join(
        "
",
    );
    for command in [
        "backup ",
        "backup --force",
        "restore ",
        "key rotate",
        "--revoke-tokens",
        "doctor --json",
        "member set-password",
        "member set-role",
    ] {
        assert!(commands.contains(command), "{command}");
    }
}
