//! The data on disk: nothing in it gives access (RFC 6749 sections 10.3 to 10.5).

use std::fs;
use std::path::Path;

use crate::support::Binary;
use crate::support::oauth::VERIFIER;

/// All bytes of all files below a folder.
fn everything(folder: &Path) -> Vec<u8> {
    let mut bytes = vec![];
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            bytes.extend(everything(&path));
        } else {
            bytes.extend(fs::read(path).unwrap());
        }
    }
    bytes
}

#[tokio::test]
async fn no_code_token_secret_session_or_password_is_kept_as_it_is() {
    let binary = Binary::new();
    let server = binary.serve(&["--demo"]).await;
    let (client, person) = (binary.register(), server.as_member().await);
    let code = person.lets_in(&client, &[]).await;
    let tokens = server
        .send_form("/oauth/token", &client.exchanges(&code, &[]))
        .await
        .assert_status(200)
        .json();
    let next = server.refresh(&client, &tokens).await.assert_status(200).json();
    let unused = person.lets_in(&client, &[]).await;
    let cookie = person.cookie().unwrap();
    let text = |tokens: &serde_json::Value, name: &str| tokens[name].as_str().unwrap().to_owned();
    let secrets = [
        code,
        unused,
        text(&tokens, "access_token"),
        text(&tokens, "refresh_token"),
        text(&next, "access_token"),
        text(&next, "refresh_token"),
        client.secret.clone().unwrap(),
        cookie.split_once('=').unwrap().1.to_owned(),
        VERIFIER.to_owned(),
        "latchkey-demo".to_owned(),
    ];
    let holds = |disk: &[u8], text: &str| disk.windows(text.len()).any(|window| window == text.as_bytes());
    // While it runs, before it cleans up, and afterwards.
    let running = everything(binary.folder());
    server.kill();
    for disk in [running, everything(binary.folder())] {
        assert!(holds(&disk, &client.id), "the database is not here");
        for secret in &secrets {
            assert!(!holds(&disk, secret), "{secret} is on the disk");
        }
    }
}
