//! An operator's tasks: back up, restore, rotate the key; with the real binary, beside a running server.

use std::fs;

use latchkey_domain::Actor;
use latchkey_storage_sql::sqlite::SqliteStore;

use crate::support::{Binary, TestApp};

fn add_application(binary: &Binary) {
    binary.create_app("Mobile App", "https://myapp.com/oauth/callback", &["read:posts"]);
}

fn applications(binary: &Binary) -> usize {
    let list = binary.run(&["app", "list", "--json"]).json();
    list.as_array().unwrap().len()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backup_comes_back_when_the_server_is_stopped() {
    let binary = Binary::new();
    add_application(&binary);
    let mut server = binary.serve(&[]).await;
    let said = binary.run(&["backup", "copy.db"]).succeeds();
    for words in ["1 application", "checked", "The key is not in it", "latchkey.key"] {
        assert!(said.contains(words), "{said}");
    }
    binary.run(&["backup", "copy.db"]).fails(1, "--force");
    binary.run(&["backup", "copy.db", "--force"]).succeeds();
    add_application(&binary);
    binary.run(&["restore", "copy.db"]).fails(
        1,
        "is in use by a running server or another command; stop it first",
    );
    assert_eq!(applications(&binary), 2);

    server.send("-TERM");
    assert!(server.wait().success());
    let said = binary.run(&["restore", "copy.db"]).succeeds();
    assert!(
        said.contains("Restored") && said.contains("latchkey.db.replaced-"),
        "{said}"
    );
    assert_eq!(applications(&binary), 1);
}

/// A killed server blocks nothing.
#[tokio::test(flavor = "multi_thread")]
async fn after_a_crash_a_backup_can_be_restored() {
    let binary = Binary::new();
    add_application(&binary);
    binary.run(&["backup", "copy.db"]).succeeds();
    let mut server = binary.serve(&[]).await;
    add_application(&binary);
    server.send("-KILL");
    server.wait();
    binary.run(&["restore", "copy.db"]).succeeds();
    assert_eq!(applications(&binary), 1);
}

#[test]
fn what_cannot_be_done_is_one_line() {
    let binary = Binary::new();
    binary
        .run(&["backup", "copy.db"])
        .fails(1, "there is no database at data/latchkey.db");
    binary
        .run(&["key", "rotate"])
        .fails(1, "there is no database at data/latchkey.db");
    assert!(!binary.folder().join("data").exists(), "nothing was made");
    binary.run(&["backup"]).fails(2, "<FILE>");
    binary
        .run(&["restore", "none.db"])
        .fails(1, "cannot read the backup none.db");

    add_application(&binary);
    binary.run(&["backup", "copy.db"]).succeeds();
    binary
        .run(&["backup", "none/copy.db"])
        .fails(1, "cannot write the backup none/copy.db");
    fs::remove_file(binary.folder().join("data/latchkey.key")).unwrap();
    binary
        .run(&["restore", "copy.db"])
        .fails(1, "put the latchkey.key that was kept with this backup there");
    binary
        .run(&["restore", "copy.db", "--data-dir", "other"])
        .fails(1, "other/latchkey.key is missing");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_key_is_rotated_while_the_server_runs_and_nothing_ends() {
    let binary = Binary::new();
    let mut server = binary.serve(&["--demo"]).await;
    let client = binary.register();
    let member = server.as_member().await;
    let first = server.connect(&client, &member).await;
    let code = member.lets_in(&client, &[]).await;
    let said = binary.run(&["key", "rotate"]).succeeds();
    assert!(
        said.contains("has a new key") && said.contains("Tokens stay valid"),
        "{said}"
    );

    // Tokens, codes and secrets from before, and applications from after.
    assert_eq!(server.userinfo(&first).await, 200);
    let second = server.refresh(&client, &first).await.assert_status(200).json();
    server
        .send_form("/oauth/token", &client.exchanges(&code, &[]))
        .await
        .assert_status(200);
    let later = binary.register();
    server.connect(&later, &member).await;

    server.send("-TERM");
    server.wait();
    let server = binary.serve(&["--demo"]).await;
    let third = server.refresh(&client, &second).await.assert_status(200).json();
    server.refresh(&client, &third).await.assert_status(200);
    let check = binary.run(&["doctor", "--json"]).json();
    let sealed = check["checks"]
        .as_array()
        .unwrap()
        .iter()
        .find(|check| check["check"] == "Sealed with");
    assert_eq!(sealed.unwrap()["level"], "OK");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_in_other_hands_takes_every_token_along() {
    let binary = Binary::new();
    let server = binary.serve(&["--demo"]).await;
    let client = binary.register();
    let member = server.as_member().await;
    let tokens = server.connect(&client, &member).await;
    let said = binary.run(&["key", "rotate", "--revoke-tokens"]).succeeds();
    assert!(
        said.contains("Revoked ") && !said.contains("Revoked 0 "),
        "{said}"
    );
    assert_eq!(server.userinfo(&tokens).await, 401);
    server
        .refresh(&client, &tokens)
        .await
        .assert_error(400, "invalid_grant");
    server.connect(&client, &member).await;
}

/// In this process, so that the test need not wait a second until the server looks.
#[tokio::test]
async fn new_tokens_are_made_with_the_new_key() {
    let app = TestApp::new().await;
    let client = app.web_app().await;
    let member = app.as_member().await;
    let first = app.connect(&client, &member).await;
    assert!(!app.instance.refresh_keys().await.unwrap());
    let command_line = SqliteStore::open_folder(app.folder()).unwrap();
    command_line
        .rotate_key(false, &Actor::operator(), app.instance.clock.now())
        .await
        .unwrap();
    // The same pair again, as after a lost response, but made with the other key.
    let before = app.refresh(&client, &first).await.assert_status(200).json();
    assert!(app.instance.refresh_keys().await.unwrap());
    assert!(!app.instance.refresh_keys().await.unwrap());
    let after = app.refresh(&client, &first).await.assert_status(200).json();
    assert_ne!(before["refresh_token"], after["refresh_token"]);
    for tokens in [&before, &after] {
        let form = client.names(tokens["access_token"].as_str().unwrap());
        assert_eq!(
            app.send_form("/oauth/introspect", &form).await.json()["active"],
            true
        );
    }
}
