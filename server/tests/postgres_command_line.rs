//! The binary on `PostgreSQL`: all commands, the key, and refusals.

use latchkey_testing::postgres::database;

use crate::support::Binary;

/// A command on the database at `url`.
fn on<'a>(url: &'a str, arguments: &[&'a str]) -> Vec<&'a str> {
    [arguments, &["--database", url]].concat()
}

const ADD_HOST: &[&str] = &[
    "member",
    "add",
    "--email",
    "ada@b.example",
    "--name",
    "Ada",
    "--role",
    "host",
];

#[tokio::test]
async fn commands_and_a_server_work_on_one_database() {
    let (binary, url) = (Binary::new(), database());
    binary
        .run_with_input(&on(&url, ADD_HOST), "correct horse battery\n")
        .succeeds();
    binary
        .run(&on(&url, &["network", "set", "--name", "River Club"]))
        .succeeds();
    // Only the key was created in the data folder.
    let made: Vec<_> = std::fs::read_dir(binary.folder().join("data"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(made, ["latchkey.key"]);
    let server = binary.serve(&["--database", &url]).await;
    server.browser().get("/readyz").await.assert_status(200);
    let browser = server.browser();
    browser
        .sign_in("ada@b.example", "correct horse battery")
        .await
        .assert_redirect("/");
    browser.get("/account/connected-apps").await.assert_status(200);
    // Changes on the command line take effect with the server's next request.
    let password = on(&url, &["member", "set-password", "ada@b.example"]);
    binary
        .run_with_input(&password, "another horse entirely\n")
        .succeeds();
    browser.get("/account/connected-apps").await.assert_status(303);
    let doctor = binary.run(&on(&url, &["doctor", "--json"]));
    let report: serde_json::Value = serde_json::from_str(&doctor.stdout).unwrap();
    let database = report["checks"]
        .as_array()
        .unwrap()
        .iter()
        .find(|check| check["check"] == "Database")
        .unwrap()
        .clone();
    assert_eq!(database["ok"], true, "{report}");
}

/// With two machines, one of which runs the server.
#[tokio::test]
async fn the_key_is_rotated_under_a_running_server() {
    let (operator, node, url) = (Binary::new(), Binary::new(), database());
    operator
        .run_with_input(&on(&url, ADD_HOST), "correct horse battery\n")
        .succeeds();
    let key = |binary: &Binary| binary.folder().join("data/latchkey.key");
    std::fs::create_dir_all(node.folder().join("data")).unwrap();
    std::fs::copy(key(&operator), key(&node)).unwrap();
    let create = [
        "app",
        "create",
        "--name",
        "CRM",
        "--redirect-uri",
        "https://crm.example/cb",
        "--scope",
        "read:posts",
        "--json",
    ];
    let created = operator.run(&on(&url, &create)).json();
    let id = created["client_id"].as_str().unwrap();
    let server = node.serve(&["--database", &url]).await;

    let rotate = on(&url, &["key", "rotate"]);
    let said = operator.run(&rotate).succeeds();
    assert!(
        said.contains("not in use yet") && said.contains("every node"),
        "{said}"
    );
    std::fs::copy(key(&operator), key(&node)).unwrap();
    let said = operator.run(&rotate).succeeds();
    assert!(said.contains("is now in use: sealed 1 secret"), "{said}");
    // Another person with the same plan.
    node.run(&rotate)
        .fails(1, "perhaps by somebody else; nothing was changed");

    // The server continues, and so does its machine's command line; the copied data opens elsewhere.
    let form = [
        ("token", "nonsense"),
        ("client_id", id),
        ("client_secret", created["client_secret"].as_str().unwrap()),
    ];
    let answer = server.browser().post("/oauth/introspect", &form).await;
    answer.assert_status(200);
    for binary in [&operator, &node] {
        let shown = binary
            .run(&on(&url, &["app", "show", id, "--reveal", "--json"]))
            .json();
        assert_eq!(shown["client_secret"], created["client_secret"]);
    }
    let copy = operator.folder().join("copy/latchkey.db");
    operator
        .run(&["copy", "--from", &url, "--to", copy.to_str().unwrap()])
        .succeeds();
    let shown = operator.run(&[
        "app",
        "show",
        id,
        "--reveal",
        "--json",
        "--database",
        copy.to_str().unwrap(),
    ]);
    assert_eq!(shown.json()["client_secret"], created["client_secret"]);
}

#[test]
fn a_node_without_the_key_is_refused() {
    let (first, second, url) = (Binary::new(), Binary::new(), database());
    first.run(&on(&url, &["network", "show"])).succeeds();
    second
        .run(&on(&url, &["network", "show"]))
        .fails(1, "there is a database that was sealed with it");
    assert!(!second.folder().join("data/latchkey.key").exists());
    std::fs::create_dir_all(second.folder().join("data")).unwrap();
    let other = "latchkey-key-v1 AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n";
    std::fs::write(second.folder().join("data/latchkey.key"), other).unwrap();
    second
        .run(&on(&url, &["network", "show"]))
        .fails(1, "every node needs the same latchkey.key");
}

#[test]
fn the_key_may_come_from_the_environment() {
    let (first, second, url) = (Binary::new(), Binary::new(), database());
    first.run(&on(&url, &["network", "show"])).succeeds();
    let file = std::fs::read_to_string(first.folder().join("data/latchkey.key")).unwrap();
    let line = file
        .lines()
        .find(|line| line.starts_with("latchkey-key"))
        .unwrap();
    let show = |key: &str| {
        second
            .command(&on(&url, &["network", "show"]))
            .env("LATCHKEY_KEY", key)
            .output()
            .unwrap()
    };
    assert!(show(line).status.success());
    assert!(!second.folder().join("data").exists());
    let refused = show("geheim");
    let words = String::from_utf8(refused.stderr).unwrap();
    assert_eq!(refused.status.code(), Some(2));
    assert!(
        words.contains("LATCHKEY_KEY: expected the line") && !words.contains("geheim"),
        "{words}"
    );
}

#[test]
fn a_password_is_never_shown() {
    let binary = Binary::new();
    for (url, code, words) in [
        (
            "postgres://l:geheim@127.0.0.1:9/x",
            1,
            "cannot be reached at postgres://l@127.0.0.1:9/x",
        ),
        (
            "postgres://l:geheim@127.0.0.1:port/x",
            2,
            "--database: expected a URL like",
        ),
        (
            "postgres://l:geheim@127.0.0.1/x?sslmode=must",
            2,
            "sslmode is one of",
        ),
        (
            "postgres://l:geheim@127.0.0.1:9/x?sslmode=verify-full&sslrootcert=missing.pem",
            1,
            "cannot read a certificate in missing.pem, which sslrootcert names",
        ),
    ] {
        let refused = binary.run(&on(url, &["network", "show"]));
        assert!(!refused.stderr.contains("geheim"), "{}", refused.stderr);
        refused.fails(code, words);
    }
    let help = binary
        .command(&["serve", "--help"])
        .env("LATCHKEY_DATABASE_URL", "postgres://l:geheim@db/x")
        .output()
        .unwrap();
    assert!(!String::from_utf8(help.stdout).unwrap().contains("geheim"));
}
