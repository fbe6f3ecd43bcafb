//! How `latchkey serve` stops: requests in progress are answered, new ones go elsewhere.

use std::io::ErrorKind;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{Binary, Server};

/// A deadline, not a pause.
const PATIENCE: Duration = Duration::from_secs(60);

const BODY: &str = "grant_type=authorization_code&code=none";

fn address(server: &Server) -> &str {
    server.url.trim_start_matches("http://")
}

/// Sends the head of a token request and waits until its handler asks for the body: then it is in progress.
async fn begin_request(server: &Server) -> TcpStream {
    let mut connection = TcpStream::connect(address(server)).await.unwrap();
    let head = format!(
        "POST /oauth/token HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-www-form-urlencoded\r\n\
         Content-Length: {}\r\nExpect: 100-continue\r\n\r\n",
        BODY.len()
    );
    connection.write_all(head.as_bytes()).await.unwrap();
    let mut interim = [0; 25];
    connection.read_exact(&mut interim).await.unwrap();
    assert_eq!(&interim, b"HTTP/1.1 100 Continue\r\n\r\n");
    connection
}

/// Retries until `done`.
async fn until<F: Future<Output = bool>>(what: &str, done: impl Fn() -> F) {
    let deadline = Instant::now() + PATIENCE;
    while !done().await {
        assert!(Instant::now() < deadline, "{what} does not happen");
        tokio::task::yield_now().await;
    }
}

async fn status(server: &Server, path: &str) -> u16 {
    server.browser().get(path).await.status.as_u16()
}

#[tokio::test]
async fn what_has_begun_is_answered() {
    let binary = Binary::new();
    let mut server = binary.serve(&[]).await;
    let mut under_way = begin_request(&server).await;
    server.send("-TERM");
    until("refusing new connections", async || {
        let refused = TcpStream::connect(address(&server)).await;
        refused.is_err_and(|error| error.kind() == ErrorKind::ConnectionRefused)
    })
    .await;

    under_way.write_all(BODY.as_bytes()).await.unwrap();
    let mut answer = String::new();
    under_way.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 4"), "{answer}");
    assert!(
        answer.to_ascii_lowercase().contains("connection: close"),
        "{answer}"
    );
    assert!(answer.contains("\"error_description\""), "{answer}");
    assert_eq!(server.wait().code(), Some(0));
}

#[tokio::test]
async fn a_balancer_is_told_before_the_door_closes() {
    let binary = Binary::new();
    // Longer than the test may take: a second signal ends it.
    let mut server = binary.serve(&["--drain-delay", "300"]).await;
    assert_eq!(status(&server, "/readyz").await, 200);
    let started = Instant::now();
    server.send("-TERM");
    until("being not ready", async || {
        status(&server, "/readyz").await == 503
    })
    .await;
    let answer = server.browser().get("/readyz").await;
    assert_eq!(answer.json()["status"], "stopping");
    // A proxy must not keep a connection that will close under its next request.
    assert_eq!(answer.header("connection"), "close");
    // Requests that still arrive are served.
    assert_eq!(status(&server, "/healthz").await, 200);
    assert_eq!(
        status(&server, "/.well-known/oauth-authorization-server").await,
        200
    );
    server.send("-TERM");
    assert_eq!(server.wait().code(), Some(0));
    assert!(started.elapsed() < Duration::from_secs(300));
}

#[test]
fn the_delay_is_a_sensible_number() {
    let binary = Binary::new();
    binary
        .run(&["serve", "--drain-delay", "301"])
        .fails(2, "301 is not in 0..=300");
    std::fs::write(binary.folder().join("latchkey.toml"), "drain_delay = 301\n").unwrap();
    binary.run(&["serve"]).fails(2, "from 0 to 300");
}
