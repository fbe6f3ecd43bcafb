//! `latchkey serve` as a process.

use crate::support::{Binary, PASSWORD};

#[tokio::test]
async fn prints_the_setup_link_until_there_is_a_host() {
    let binary = Binary::new();
    let mut server = binary.serve(&[]).await;
    let line = server.line();
    let path = line
        .split("/setup")
        .nth(1)
        .map_or_else(|| panic!("{line}"), |rest| format!("/setup{rest}"));
    server
        .browser()
        .get(&path)
        .await
        .assert_status(200)
        .assert_text("Set up your network");
    drop(server);
    // It is the same after a restart.
    let mut server = binary.serve(&[]).await;
    assert!(server.line().ends_with(&path));
}

#[tokio::test]
async fn ends_at_sigterm_and_at_sigint() {
    let binary = Binary::new();
    for signal in ["-TERM", "-INT"] {
        let mut server = binary.serve(&[]).await;
        // An open connection without a request must not delay the exit.
        let idle = tokio::net::TcpStream::connect(server.url.trim_start_matches("http://"))
            .await
            .unwrap();
        server.browser().get("/healthz").await.assert_status(200);
        server.send(signal);
        assert_eq!(server.wait().code(), Some(0));
        drop(idle);
    }
}

#[tokio::test]
async fn commands_work_while_it_runs() {
    let binary = Binary::new();
    let mut server = binary.serve(&[]).await;
    binary.add_member("ada@example.com", "Ada Lovelace", "host");
    let browser = server.browser();
    browser
        .sign_in("ada@example.com", PASSWORD)
        .await
        .assert_redirect("/");
    browser
        .get("/")
        .await
        .assert_status(200)
        .assert_text("Ada Lovelace");
    binary.create_app("Mobile App", "https://a.example/cb", &["read:posts"]);
    browser
        .get("/admin/settings/oauth-applications")
        .await
        .assert_status(200)
        .assert_text("Mobile App");
    binary
        .run_with_input(&["member", "set-password", "ada@example.com"], "another password")
        .succeeds();
    browser.get("/").await.assert_redirect("/sign-in");
    server.send("-TERM");
    assert_eq!(server.wait().code(), Some(0));
}

#[tokio::test]
async fn the_demonstration_is_ready_to_sign_in_to_and_is_kept() {
    let binary = Binary::new();
    for start in 0..2 {
        let mut server = binary.serve(&["--demo"]).await;
        assert!(server.line().contains("host@demo.example"));
        let host = server.browser();
        host.sign_in("host@demo.example", "latchkey-demo")
            .await
            .assert_redirect("/");
        let page = host.get("/admin/settings/oauth-applications").await;
        page.assert_status(200).assert_text("CRM Integration");
        let member = server.browser();
        member
            .sign_in("member@demo.example", "latchkey-demo")
            .await
            .assert_redirect("/");
        member
            .get("/admin/settings/oauth-applications")
            .await
            .assert_status(403);
        let sessions = host.get("/account/sessions").await;
        assert_eq!(sessions.text.matches("class=\"row-item\"").count(), start + 1);
        server.send("-TERM");
        assert_eq!(server.wait().code(), Some(0));
        assert_eq!(server.rest(), "");
    }
}

#[test]
fn the_demonstration_takes_no_ones_place() {
    let binary = Binary::new();
    let demo = ["serve", "--demo", "--listen", "127.0.0.1:0"];
    binary
        .run(&["serve", "--demo", "--listen", "0.0.0.0:0"])
        .fails(2, "loopback only");

    std::fs::create_dir(binary.folder().join("data")).unwrap();
    std::fs::write(binary.folder().join("data/thesis.txt"), "precious").unwrap();
    refuses(&binary, &demo);
    std::fs::remove_file(binary.folder().join("data/thesis.txt")).unwrap();

    let add = ["member", "add", "--email", "ada@example.com", "--name", "Ada"];
    binary.run_with_input(&add, PASSWORD).succeeds();
    refuses(&binary, &demo);
    assert_eq!(
        binary
            .run(&["member", "list", "--json"])
            .json()
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

fn refuses(binary: &Binary, demo: &[&str]) {
    let finished = binary.run(demo);
    assert_eq!(finished.code, 1, "{}", finished.stderr);
    assert!(
        finished.stderr.contains("is neither empty nor a demonstration’s"),
        "{}",
        finished.stderr
    );
}

#[tokio::test]
async fn says_what_to_do_when_the_port_is_taken() {
    let binary = Binary::new();
    let server = binary.serve(&[]).await;
    let address = server.url.trim_start_matches("http://").to_owned();
    let other = Binary::new();
    other
        .run(&["serve", "--listen", &address])
        .fails(1, "choose another port with --listen");
    assert!(!other.folder().join("data").exists());
}

#[tokio::test]
async fn the_log_is_json_and_has_no_secrets() {
    let binary = Binary::new();
    let log = binary.folder().join("log");
    let mut command = binary.command(&["serve", "--listen", "127.0.0.1:0", "--demo"]);
    command
        .env("LATCHKEY_LOG", "trace")
        .stdout(std::process::Stdio::piped());
    let child = command
        .stderr(std::fs::File::create(&log).unwrap())
        .spawn()
        .unwrap();
    let mut server = crate::support::Server::ready(child).await;
    let browser = server.browser();
    browser.get("/setup?token=sesame-sesame").await;
    browser
        .sign_in("host@demo.example", "wrong-password")
        .await
        .assert_status(422);
    browser
        .sign_in("host@demo.example", "latchkey-demo")
        .await
        .assert_redirect("/");
    browser
        .get("/admin/settings/oauth-applications")
        .await
        .assert_status(200);
    let cookie = browser.cookie().unwrap();
    server.send("-TERM");
    server.wait();
    let log = std::fs::read_to_string(log).unwrap();
    for line in log.lines() {
        assert!(serde_json::from_str::<serde_json::Value>(line).is_ok(), "{line}");
    }
    assert!(log.contains("signed in"));
    let token = cookie.split('=').nth(1).unwrap();
    for secret in [
        "latchkey-demo",
        "wrong-password",
        "sesame-sesame",
        token,
        "$argon2",
    ] {
        assert!(!log.contains(secret), "{secret} is in the log");
    }
}

/// The server's log until it is ready, including the line that says so.
fn log_until_ready(binary: &Binary, arguments: &[&str]) -> String {
    use std::io::BufRead;

    let mut command = binary.command(&["serve", "--listen", "127.0.0.1:0"]);
    let mut child = command
        .args(arguments)
        .stdout(std::process::Stdio::null())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    let mut log = String::new();
    for line in std::io::BufReader::new(child.stderr.take().unwrap()).lines() {
        log += &(line.unwrap() + "\n");
        if log.contains("\"ready\"") {
            break;
        }
    }
    child.kill().unwrap();
    child.wait().unwrap();
    log
}

#[test]
fn warns_when_passwords_would_travel_in_the_clear() {
    let binary = Binary::new();
    for (url, is_warned) in [
        ("http://oauth.example.org", true),
        ("http://192.0.2.7:8080", true),
        ("https://oauth.example.org", false),
        ("http://localhost:3000", false),
        ("http://[::1]:3000", false),
    ] {
        let log = log_until_ready(&binary, &["--public-url", url]);
        assert_eq!(
            log.contains("is not HTTPS") && log.contains("WARN"),
            is_warned,
            "{url}: {log}"
        );
    }
}

#[test]
fn warns_when_someone_changed_the_schema() {
    let binary = Binary::new();
    let said = "someone changed the schema of the database: it has the trigger “mine” on members";
    assert!(!log_until_ready(&binary, &[]).contains("schema of the database"));
    let database = rusqlite::Connection::open(binary.folder().join("data/latchkey.db")).unwrap();
    database
        .execute_batch("CREATE TRIGGER mine AFTER INSERT ON members BEGIN SELECT 1; END")
        .unwrap();
    drop(database);
    let log = log_until_ready(&binary, &[]);
    assert!(log.contains(said), "{log}");
}
