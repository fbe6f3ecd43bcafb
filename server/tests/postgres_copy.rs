//! `latchkey copy` with the real binary: everything issued before a move works after it, and what is refused.

use std::fmt::Write;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Stdio};

use latchkey_storage_sql::postgres::PostgresStore;
use latchkey_testing::postgres::database;
use serde_json::Value;

use crate::support::oauth::Client;
use crate::support::{Binary, Server};

/// Everything issued elsewhere works at `server`; returns the tokens that replace `tokens` there.
async fn assert_at_home(server: &Server, client: &Client, tokens: &Value) -> Value {
    let form = client.names(tokens["access_token"].as_str().unwrap());
    // With the application's secret, which was copied sealed.
    let answer = server.send_form("/oauth/introspect", &form).await;
    assert_eq!(answer.assert_status(200).json()["active"], true);
    let refreshed = server.refresh(client, tokens).await.assert_status(200).json();
    assert_eq!(server.userinfo(&refreshed).await, 200);
    // With the password, and the whole flow again.
    let member = server.as_member().await;
    server.connect(client, &member).await;
    refreshed
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_issued_before_a_move_is_good_after_it() {
    let (binary, url) = (Binary::new(), database());
    let server = binary.serve(&["--demo"]).await;
    let client = binary.register();
    let member = server.as_member().await;
    let tokens = server.connect(&client, &member).await;
    let cookie = member.cookie();

    let said = binary
        .run(&["copy", "--from", "data/latchkey.db", "--to", &url])
        .succeeds();
    for words in [
        "Copying “Harbor Street Makers” from data/latchkey.db to postgres://",
        "as it is now",
        "TABLE",
        "members ",
        "each was read back",
        "data/latchkey.key",
        "is not in the copy",
    ] {
        assert!(said.contains(words), "{words}: {said}");
    }
    drop(server);
    let server = binary.serve(&["--database", &url]).await;
    let tokens = assert_at_home(&server, &client, &tokens).await;
    // Signed-in members stay signed in.
    let browser = server.browser();
    browser.set_cookie(cookie);
    browser.get("/account/connected-apps").await.assert_status(200);

    // And back, into an empty folder.
    let copy = ["copy", "--json", "--from", &url, "--to", "back/latchkey.db"];
    let told = binary.run(&copy).json();
    assert_eq!(
        (&told["copied"], &told["key_copied"]),
        (&true.into(), &true.into())
    );
    assert!(told["rows"].as_u64() > Some(100) && told["tables"]["members"].as_u64() > Some(5));
    assert_eq!(told["network"], "Harbor Street Makers");
    drop(server);
    for file in ["latchkey.db", "latchkey.key"] {
        let path = binary.folder().join("back").join(file);
        let mode = std::os::unix::fs::PermissionsExt::mode(&path.metadata().unwrap().permissions());
        assert_eq!(mode & 0o777, 0o600, "{file}");
    }
    let server = binary.serve(&["--data-dir", "back"]).await;
    assert_at_home(&server, &client, &tokens).await;
}

#[test]
fn it_can_be_tried_without_copying_anything() {
    let (binary, url) = (Binary::new(), database());
    binary.run(&["network", "set", "--name", "River Club"]).succeeds();
    let try_it = ["copy", "--dry-run", "--from", "data/latchkey.db", "--to", &url];
    let said = binary.run(&try_it).succeeds();
    assert!(
        said.contains("“River Club” from data/latchkey.db to postgres://")
            && said.contains("Nothing was copied."),
        "{said}"
    );
    let told = binary.run(&[&try_it[..], &["--json"]].concat()).json();
    assert_eq!(told["copied"], false);
    binary
        .run(&["copy", "--from", &url, "--to", "new.db"])
        .fails(1, "nothing was created there");
}

#[test]
fn what_cannot_be_copied_is_one_line() {
    let (binary, url) = (Binary::new(), database());
    binary.run(&["copy"]).fails(2, "--from <FILE|URL>");
    binary
        .run(&["copy", "--from", "a.db", "--to", "mysql://x"])
        .fails(2, "--to: mysql:// is not supported");
    let wrong = binary.run(&["copy", "--from", "postgres://l:geheim@db:x/y", "--to", "a.db"]);
    assert!(!wrong.stderr.contains("geheim"), "{}", wrong.stderr);
    wrong.fails(2, "--from: expected a URL like");
    binary
        .run(&["copy", "--from", "data/latchkey.db", "--to", &url])
        .fails(1, "there is no database at data/latchkey.db");

    binary.run(&["network", "set", "--name", "River Club"]).succeeds();
    binary
        .run(&[
            "copy",
            "--from",
            "data/latchkey.db",
            "--to",
            "./data/../data/latchkey.db",
        ])
        .fails(2, "are the same database");
    binary
        .run(&["copy", "--from", &url, "--to", &url])
        .fails(2, "are the same database");
    // There is a key, but another one.
    let other = "latchkey-key-v1 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n";
    std::fs::create_dir(binary.folder().join("other")).unwrap();
    std::fs::write(binary.folder().join("other/latchkey.key"), other).unwrap();
    binary
        .run(&["copy", "--from", "data/latchkey.db", "--to", "other/latchkey.db"])
        .fails(
            1,
            "the key at other/latchkey.key is not the one that data/latchkey.db was sealed with",
        );
    binary
        .run(&[
            "copy",
            "--data-dir",
            "other",
            "--from",
            "data/latchkey.db",
            "--to",
            &url,
        ])
        .fails(1, "put the key of the source in its place");
    // Neither end has a key.
    std::fs::rename(
        binary.folder().join("data/latchkey.key"),
        binary.folder().join("away.key"),
    )
    .unwrap();
    binary
        .run(&["copy", "--from", "data/latchkey.db", "--to", "new/latchkey.db"])
        .fails(1, "is neither at data/latchkey.key nor at new/latchkey.key");
    assert!(!binary.folder().join("new/latchkey.db").exists());
    std::fs::rename(
        binary.folder().join("away.key"),
        binary.folder().join("data/latchkey.key"),
    )
    .unwrap();
    // A filled database is not filled again.
    let copy = ["copy", "--from", "data/latchkey.db", "--to", &url];
    binary.run(&copy).succeeds();
    binary.run(&copy).fails(1, "is not empty");
}

/// A network with so many members that copying takes a while.
fn large() -> Binary {
    let binary = Binary::new();
    let mut members = String::from("email,name\n");
    for number in 0..20_000 {
        let _ = writeln!(members, "m{number}@b.example,Member {number}");
    }
    std::fs::write(binary.folder().join("members.csv"), members).unwrap();
    assert_eq!(binary.run(&["import", "members.csv"]).code, 0);
    binary
}

/// Starts a copy and returns the process once it is copying.
fn begin(binary: &Binary, to: &str) -> Child {
    let mut child = binary
        .command(&["copy", "--from", "data/latchkey.db", "--to", to])
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.as_mut().unwrap())
        .read_line(&mut line)
        .unwrap();
    assert!(line.starts_with("Copying “My Community”"), "{line}");
    child
}

async fn is_empty(url: &str) -> bool {
    !PostgresStore::is_initialized(&url.parse().unwrap())
        .await
        .unwrap()
}

#[tokio::test]
async fn one_that_is_killed_leaves_nothing_that_opens() {
    let (binary, url) = (large(), database());
    for to in [url.as_str(), "new/latchkey.db"] {
        let mut child = begin(&binary, to);
        child.kill().unwrap();
        assert_eq!(child.wait().unwrap().code(), None);
    }
    assert!(is_empty(&url).await);
    assert!(!binary.folder().join("new/latchkey.db").exists());
    // Leftovers do not block the next copy.
    for to in [url.as_str(), "new/latchkey.db"] {
        let again = binary
            .run(&["copy", "--json", "--from", "data/latchkey.db", "--to", to])
            .json();
        assert_eq!(again["tables"]["members"], 20_000);
    }
}

#[tokio::test]
async fn one_that_is_told_to_stop_leaves_nothing() {
    let (binary, url) = (large(), database());
    for to in [url.as_str(), "new/latchkey.db"] {
        let mut child = begin(&binary, to);
        let id = child.id().to_string();
        assert!(
            std::process::Command::new("kill")
                .args(["-TERM", &id])
                .status()
                .unwrap()
                .success()
        );
        let mut said = String::new();
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        assert_eq!(child.wait().unwrap().code(), Some(1), "{said}");
        assert!(said.starts_with("latchkey: stopped before the end"), "{said}");
    }
    assert!(is_empty(&url).await);
    let left: Vec<_> = std::fs::read_dir(binary.folder().join("new"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.starts_with("latchkey.db"))
        .collect();
    assert_eq!(left, Vec::<String>::new());
}

#[test]
fn the_password_of_either_end_may_be_in_a_file() {
    let (binary, url) = (Binary::new(), database());
    binary.run(&["network", "show"]).succeeds();
    std::fs::write(binary.folder().join("password"), "sesame\n").unwrap();
    let copy = |from: &str, to: &str, flag: &str, file: &str| {
        binary.run(&["copy", "--from", from, "--to", to, flag, file])
    };
    copy("data/latchkey.db", &url, "--to-password-file", "none")
        .fails(2, "--to-password-file: cannot read none");
    copy("data/latchkey.db", &url, "--from-password-file", "password").fails(
        2,
        "--from-password-file: it is for a database with a postgres:// URL",
    );
    copy("data/latchkey.db", &url, "--to-password-file", "password").succeeds();
    copy(&url, "back.db", "--from-password-file", "password").succeeds();
}
