//! Which site a request is for.

use std::net::SocketAddr;

use reqwest::Method;
use reqwest::header::HOST;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::{Answer, Browser, TestApp, assert_sound};

/// Opens a page under this host name.
async fn at_host(browser: &Browser, path: &str, host: &str) -> Answer {
    let request = browser
        .bare(Method::GET, path)
        .header("accept", "text/html")
        .header(HOST, host);
    browser.send(request).await
}

#[tokio::test]
async fn another_name_for_this_machine_is_no_site_of_ours() {
    let app = TestApp::new().await;
    let (nobody, member) = (app.browser(), app.as_member().await);
    let port = app.url.rsplit_once(':').unwrap().1;
    for host in [
        "evil.example".to_owned(),
        format!("evil.example:{port}"),
        format!("localhost.evil.example:{port}"),
        format!("127.0.0.1.evil.example:{port}"),
        "127.0.0.1:1".to_owned(),
    ] {
        let page = at_host(&nobody, "/sign-in", &host).await;
        assert_sound(&page);
        page.assert_status(421)
            .assert_text("This site has another address");
        at_host(&member, "/", &host).await.assert_status(421);
        // The headers that the other name's own page would send, which browsers call the same origin.
        let request = member
            .bare(Method::POST, "/sign-out")
            .header(HOST, &host)
            .header("origin", format!("http://{host}"))
            .header("sec-fetch-site", "same-origin");
        member.send(request).await.assert_status(421);
    }
    member.get("/").await.assert_status(200);
}

#[tokio::test]
async fn all_names_of_this_machine_are_one() {
    let app = TestApp::new().await;
    let port = app.url.rsplit_once(':').unwrap().1;
    for host in ["localhost", "LOCALHOST", "127.0.0.1", "[::1]"] {
        let host = format!("{host}:{port}");
        at_host(&app.browser(), "/sign-in", &host)
            .await
            .assert_status(200);
    }
}

#[tokio::test]
async fn behind_a_proxy_only_the_public_name_counts() {
    let app = TestApp::behind_https().await;
    let browser = Browser::at(&app.url);
    for (host, status) in [
        ("oauth.example.org", 200),
        ("OAuth.Example.org:443", 200),
        ("oauth.example.org:80", 421),
        ("localhost", 421),
        ("127.0.0.1", 421),
        ("evil.example", 421),
    ] {
        at_host(&browser, "/sign-in", host).await.assert_status(status);
    }
}

#[tokio::test]
async fn what_a_proxy_says_of_the_host_is_not_believed() {
    let app = TestApp::behind_https().await;
    let browser = Browser::at(&app.url);
    let metadata = "/.well-known/oauth-authorization-server";
    for (host, forwarded, status) in [
        ("oauth.example.org", "evil.example", 200),
        ("evil.example", "oauth.example.org", 421),
    ] {
        let request = browser
            .bare(Method::GET, metadata)
            .header(HOST, host)
            .header("x-forwarded-host", forwarded)
            .header("forwarded", format!("host={forwarded}"));
        let answer = browser.send(request).await;
        answer.assert_status(status).assert_no_text("evil.example");
    }
}

#[tokio::test]
async fn programs_are_told_in_their_own_form() {
    let app = TestApp::new().await;
    let browser = app.browser();
    for (method, path) in [
        (Method::POST, "/oauth/token"),
        (Method::POST, "/oauth/revoke"),
        (Method::POST, "/oauth/introspect"),
        (Method::GET, "/oauth/userinfo"),
        (Method::GET, "/.well-known/oauth-authorization-server"),
        (Method::GET, "/.well-known/oauth-protected-resource"),
    ] {
        let request = browser.bare(method, path).header(HOST, "evil.example");
        let answer = browser.send(request).await;
        answer.assert_status(421);
        assert_eq!(answer.json()["error"], "invalid_request", "{path}");
        let words = answer.json()["error_description"].as_str().unwrap().to_owned();
        assert!(words.contains(&app.issuer()), "{words}");
    }
    let request = browser
        .bare(Method::POST, "/networks/my-community/graphql")
        .header(HOST, "evil.example");
    let answer = browser.send(request).await;
    answer.assert_status(421);
    assert!(answer.json()["errors"][0]["message"].is_string());
}

/// The first line of the response to a request sent byte for byte.
async fn raw(app: &TestApp, request: &str) -> String {
    let address: SocketAddr = app.url.trim_start_matches("http://").parse().unwrap();
    let mut connection = TcpStream::connect(address).await.unwrap();
    connection.write_all(request.as_bytes()).await.unwrap();
    let mut answer = String::new();
    connection.read_to_string(&mut answer).await.unwrap();
    answer.lines().next().unwrap_or_default().to_owned()
}

#[tokio::test]
async fn health_checks_need_no_name() {
    let app = TestApp::new().await;
    for path in ["/healthz", "/readyz"] {
        at_host(&app.browser(), path, "10.0.0.7:3000")
            .await
            .assert_status(200);
        let line = raw(&app, &format!("GET {path} HTTP/1.0\r\n\r\n")).await;
        assert_eq!(line, "HTTP/1.0 200 OK");
    }
}

#[tokio::test]
async fn the_first_line_counts_before_the_header_and_one_of_them_has_to_be_there() {
    let app = TestApp::new().await;
    let issuer = app.issuer();
    let (_, own) = issuer.split_once("://").unwrap();
    let close = "Connection: close\r\n\r\n";
    for (request, status) in [
        (
            format!("GET {issuer}/sign-in HTTP/1.1\r\nHost: evil.example\r\n{close}"),
            "200",
        ),
        (
            format!("GET http://evil.example/sign-in HTTP/1.1\r\nHost: {own}\r\n{close}"),
            "421",
        ),
        (format!("GET /sign-in HTTP/1.1\r\n{close}"), "400"),
        (
            format!("GET /sign-in HTTP/1.1\r\nHost: {own}\r\nHost: {own}\r\n{close}"),
            "400",
        ),
        ("GET /sign-in HTTP/1.0\r\n\r\n".to_owned(), "400"),
        (format!("GET /sign-in HTTP/1.0\r\nHost: {own}\r\n\r\n"), "200"),
    ] {
        let line = raw(&app, &request).await;
        assert_eq!(line.split(' ').nth(1), Some(status), "{request}: {line}");
    }
}
