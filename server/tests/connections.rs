//! The limits of a connection, and from whom the server reads.

use std::net::SocketAddr;
use std::process::Stdio;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::routing::get;
use futures_util::stream;
use latchkey_server::connections::{Bounds, Capacity, Timeouts, serve};
use latchkey_server::settings::TrustedProxies;
use reqwest::Method;
use reqwest::header::ORIGIN;
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{oneshot, watch};

use crate::support::{Binary, Server, TestApp};

/// A deadline for what takes no time, not a pause.
const PATIENCE: Duration = Duration::from_secs(60);

/// Short enough for a test to wait.
const SHORT: Duration = Duration::from_millis(50);

/// Serves a router until the test ends.
async fn listen(router: Router, capacity: Capacity, timeouts: Timeouts) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let bounds = Bounds {
        capacity,
        timeouts,
        trusted: TrustedProxies::default(),
    };
    tokio::spawn(async move {
        let (_running, stop) = watch::channel(false);
        serve(listener, router, bounds, stop).await;
    });
    address
}

fn hello() -> Router {
    Router::new().route("/", get(async || "hello"))
}

async fn connect(address: SocketAddr, sends: &str) -> TcpStream {
    let mut connection = TcpStream::connect(address).await.unwrap();
    connection.write_all(sends.as_bytes()).await.unwrap();
    connection
}

/// Everything received until the server closes the connection.
async fn rest(connection: &mut TcpStream) -> String {
    let mut rest = Vec::new();
    // A reset connection was closed too.
    let _ = tokio::time::timeout(PATIENCE, connection.read_to_end(&mut rest))
        .await
        .expect("the server closes the connection");
    String::from_utf8(rest).unwrap()
}

/// The first line received.
async fn status_line(connection: &mut TcpStream) -> String {
    let mut line = Vec::new();
    while !line.ends_with(b"\r\n") {
        let byte = tokio::time::timeout(PATIENCE, connection.read_u8())
            .await
            .unwrap();
        line.push(byte.unwrap());
    }
    String::from_utf8(line).unwrap().trim_end().to_owned()
}

#[tokio::test]
async fn half_a_head_and_none_at_all_are_not_waited_for() {
    let timeouts = Timeouts {
        head: SHORT,
        ..Timeouts::default()
    };
    let address = listen(hello(), Capacity::of(100), timeouts).await;
    for beginning in ["", "G", "GET / HTTP/1.1\r\nHost: a.example\r\n"] {
        assert_eq!(
            rest(&mut connect(address, beginning).await).await,
            "",
            "{beginning:?}"
        );
    }
    // The same after an answered request.
    let request = "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n";
    let mut connection = connect(address, request).await;
    while !status_line(&mut connection).await.is_empty() {}
    connection.write_all(b"GET").await.unwrap();
    assert_eq!(rest(&mut connection).await, "hello");
}

#[tokio::test]
async fn a_connection_without_another_request_is_closed() {
    let timeouts = Timeouts {
        idle: SHORT,
        ..Timeouts::default()
    };
    let address = listen(hello(), Capacity::of(100), timeouts).await;
    let mut connection = connect(address, "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n").await;
    assert!(rest(&mut connection).await.ends_with("hello"));
}

#[tokio::test]
async fn a_body_that_does_not_arrive_is_answered_with_408_in_the_endpoint_s_form() {
    let app = TestApp::with_timeouts(Timeouts {
        body: SHORT,
        ..Timeouts::default()
    })
    .await;
    let address: SocketAddr = app.url.trim_start_matches("http://").parse().unwrap();
    for (path, part) in [
        ("/oauth/token", "\"error\":\"invalid_request\""),
        ("/oauth/revoke", "\"error\":\"invalid_request\""),
        ("/oauth/introspect", "\"error\":\"invalid_request\""),
        ("/sign-in", "The request did not arrive in time"),
        ("/setup", "The request did not arrive in time"),
        ("/oauth/authorize", "The request did not arrive in time"),
    ] {
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: {address}\r\nContent-Type: application/x-www-form-urlencoded\r\n\
             Content-Length: 100\r\n\r\na=b"
        );
        let answer = rest(&mut connect(address, &head).await).await;
        assert!(answer.starts_with("HTTP/1.1 408"), "{path}: {answer}");
        assert!(answer.contains(part), "{path}: {answer}");
    }
}

#[tokio::test]
async fn an_answer_that_nobody_reads_is_dropped() {
    /// Endless, so larger than the system's buffers for a connection.
    fn endless(dropped: oneshot::Sender<()>) -> Body {
        let block = Bytes::from(vec![0; 64 * 1024]);
        Body::from_stream(stream::unfold(dropped, move |dropped| {
            let block = block.clone();
            async move { Some((Ok::<_, std::io::Error>(block), dropped)) }
        }))
    }

    let (dropped, noticed) = oneshot::channel();
    let body = Arc::new(Mutex::new(Some(endless(dropped))));
    let router = Router::new().route(
        "/",
        get(move || {
            let body = body.lock().unwrap().take().unwrap();
            async { body }
        }),
    );
    let timeouts = Timeouts {
        write: SHORT,
        ..Timeouts::default()
    };
    let address = listen(router, Capacity::of(100), timeouts).await;
    let _unread = connect(address, "GET / HTTP/1.1\r\nHost: a.example\r\n\r\n").await;
    let gone = tokio::time::timeout(PATIENCE, noticed).await.unwrap();
    assert!(gone.is_err(), "the body was dropped, and its sender with it");
}

#[tokio::test]
async fn silent_connections_keep_nobody_out() {
    let address = listen(hello(), Capacity::of(8), Timeouts::default()).await;
    let mut silent = Vec::new();
    for _ in 0..50 {
        silent.push(connect(address, "G").await);
        let mut honest = connect(
            address,
            "GET / HTTP/1.1\r\nHost: a.example\r\nConnection: close\r\n\r\n",
        )
        .await;
        assert!(rest(&mut honest).await.ends_with("hello"));
    }
    // The first ones were closed to make room.
    assert_eq!(rest(&mut silent[0]).await, "");
}

#[cfg(unix)]
#[tokio::test]
async fn more_silent_connections_than_open_files_keep_nobody_out() {
    let binary = Binary::new();
    let serve = binary.command(&["serve", "--listen", "127.0.0.1:0"]);
    let mut command = binary.command(&[]);
    let mut shell = std::process::Command::new("sh");
    shell
        .args(["-c", "ulimit -n 256; exec \"$0\" \"$@\""])
        .arg(serve.get_program())
        .args(serve.get_args())
        .current_dir(binary.folder());
    for (name, value) in command.get_envs() {
        assert!(value.is_none());
        shell.env_remove(name);
    }
    command = shell;
    let child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let server = Server::ready(child).await;
    let address: SocketAddr = server.url.trim_start_matches("http://").parse().unwrap();
    let mut silent = Vec::new();
    for _ in 0..300 {
        silent.push(connect(address, "G").await);
    }
    for path in [
        "/healthz",
        "/readyz",
        "/setup",
        "/.well-known/oauth-authorization-server",
    ] {
        let answer = tokio::time::timeout(PATIENCE, server.browser().get(path))
            .await
            .unwrap();
        assert!(
            answer.status.is_success() || answer.status == 403,
            "{path}: {}",
            answer.status
        );
    }
    drop(silent);
}

/// The first line of the response to a request with a body of `length` bytes that waits for 100 Continue.
async fn answer_to_head(app: &TestApp, path: &str, headers: &str, length: usize) -> String {
    let address: SocketAddr = app.url.trim_start_matches("http://").parse().unwrap();
    let head = format!(
        "POST {path} HTTP/1.1\r\nHost: {address}\r\nContent-Length: {length}\r\nExpect: 100-continue\r\n{headers}\r\n"
    );
    status_line(&mut connect(address, &head).await).await
}

const FORM: &str = "Content-Type: application/x-www-form-urlencoded\r\n";

#[tokio::test]
async fn nothing_is_read_of_a_stranger_where_one_has_to_be_known() {
    let app = TestApp::new().await;
    for (path, status) in [
        ("/api/applications/create", "401"),
        ("/api/applications/update", "401"),
        ("/api/applications/list", "401"),
        ("/networks/my-community/graphql", "401"),
        ("/account/sessions/end-others", "303"),
        ("/account/sessions/1/end", "303"),
        ("/account/connected-apps/x/revoke", "303"),
        ("/admin/headless-api/explorer", "303"),
        (
            "/admin/settings/oauth-applications/x/activity/1/add-redirect-uri",
            "303",
        ),
        (
            "/admin/settings/oauth-applications/x/activity/1/add-scopes",
            "303",
        ),
        ("/admin/settings/oauth-applications/x/use", "303"),
    ] {
        let line = answer_to_head(&app, path, FORM, 2_000).await;
        assert!(line.starts_with(&format!("HTTP/1.1 {status}")), "{path}: {line}");
    }
}

#[tokio::test]
async fn what_is_too_large_by_its_own_word_is_not_read() {
    let app = TestApp::new().await;
    for path in [
        "/sign-in",
        "/sign-out",
        "/setup",
        "/oauth/authorize",
        "/oauth/token",
        "/oauth/revoke",
        "/oauth/introspect",
    ] {
        let line = answer_to_head(&app, path, FORM, 2_000_000).await;
        // Signing out does not depend on the form's content.
        let status = if path == "/sign-out" { "303" } else { "413" };
        assert!(line.starts_with(&format!("HTTP/1.1 {status}")), "{path}: {line}");
    }
}

#[tokio::test]
async fn only_hosts_may_send_much_and_only_where_a_form_is() {
    let app = TestApp::new().await;
    let (host, member) = (app.as_host().await, app.as_member().await);
    let long = json!({ "search": "x".repeat(20_000), "page": 1 });
    host.call("applications/list", &long).await.assert_status(413);
    let draft = json!({ "draft": { "name": "x".repeat(20_000) } });
    member
        .call("applications/create", &draft)
        .await
        .assert_status(413);
    host.call("applications/create", &draft).await.assert_status(400);
}

#[tokio::test]
async fn who_is_refused_while_sending_sees_the_answer() {
    let app = TestApp::new().await;
    let browser = app.browser();
    for _ in 0..5 {
        let request = browser
            .bare(Method::POST, "/api/applications/create")
            .header(ORIGIN, &app.url)
            .body(vec![b'x'; 2_000_000]);
        browser.send(request).await.assert_status(401);
    }
}

#[tokio::test]
async fn a_head_has_a_bound() {
    let address = listen(hello(), Capacity::of(100), Timeouts::default()).await;
    let long = "x".repeat(100_000);
    for (head, status) in [
        (format!("GET /?x={long} HTTP/1.1\r\n"), "431"),
        (format!("GET / HTTP/1.1\r\nX-Long: {long}\r\n"), "431"),
        (format!("GET / HTTP/1.1\r\n{}", "X: y\r\n".repeat(200)), "431"),
        (format!("GET /?x={} HTTP/1.1\r\n", &long[..20_000]), "200"),
    ] {
        let mut connection = TcpStream::connect(address).await.unwrap();
        // The server may close before it has received everything.
        let _ = connection
            .write_all(format!("{head}Host: a.example\r\n\r\n").as_bytes())
            .await;
        let line = status_line(&mut connection).await;
        assert_eq!(line.split(' ').nth(1), Some(status), "{}", &head[..20]);
    }
}

#[tokio::test]
async fn a_form_has_so_many_fields() {
    let app = TestApp::new().await;
    let many: Vec<(&str, &str)> = vec![("a", "b"); 300];
    app.browser().post("/sign-in", &many).await.assert_status(413);
    let form = many
        .iter()
        .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    let answer = app.send_form("/oauth/token", &form.collect()).await;
    answer.assert_error(400, "invalid_request");
}
