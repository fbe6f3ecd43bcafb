//! Every command of `docs/operating.md`, run exactly as documented.

use crate::support::documentation::{blocks, commands, run};
use crate::support::{Binary, PASSWORD};

const PAGE: &str = include_str!("../../docs/operating.md");

#[tokio::test(flavor = "multi_thread")]
async fn every_command_works_as_it_stands_there() {
    let binary = Binary::new();
    binary.add_member("ada@example.com", "Ada", "host");
    let mut server = None;
    for (runs, commands) in blocks(PAGE) {
        if runs && server.is_none() {
            server = Some(binary.serve(&[]).await);
        } else if !runs && let Some(mut running) = server.take() {
            running.send("-TERM");
            running.wait();
        }
        run(&binary, commands, &[]);
    }
    assert!(binary.folder().join("new-machine/latchkey.db").exists());
    // The member who had lost the password can sign in again, only with the new one.
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
fn what_an_operator_needs_is_there() {
    let commands = commands(&blocks(PAGE));
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
