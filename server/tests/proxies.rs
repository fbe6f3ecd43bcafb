//! Which proxies are trusted to tell the client's address.

use reqwest::Method;

use crate::support::{Answer, Binary, Server};

/// The sessions page of a host who signed in through a proxy that sends these headers.
async fn sessions(server: &Server, headers: &[(&str, &str)]) -> Answer {
    let browser = server.browser();
    let mut request = browser
        .bare(Method::POST, "/sign-in")
        .header("origin", &server.url)
        .form(&[("email", "host@demo.example"), ("password", "latchkey-demo")]);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    browser.send(request).await.assert_redirect("/");
    browser.get("/account/sessions").await
}

#[tokio::test]
async fn a_network_of_proxies_is_believed_in_every_spelling() {
    let binary = Binary::new();
    std::fs::write(
        binary.folder().join("latchkey.toml"),
        "trusted_proxies = [\"10.0.0.7\", \"127.0.0.0/8\"]\n",
    )
    .unwrap();
    let server = binary.serve(&["--demo"]).await;
    for (name, value, address) in [
        ("x-forwarded-for", "198.51.100.7:51234", "198.51.100.7"),
        ("x-forwarded-for", "[2001:db8::1]:443", "2001:db8::1"),
        ("forwarded", "for=\"[2001:db8::2]:80\";proto=https", "2001:db8::2"),
    ] {
        sessions(&server, &[(name, value)]).await.assert_text(address);
    }
}

#[tokio::test]
async fn nobody_else_is_and_the_log_says_so_once() {
    let binary = Binary::new();
    let log = binary.folder().join("log");
    let mut server = binary.serve_with_log(&["--demo"], &log, "info").await;
    for _ in 0..2 {
        sessions(&server, &[("x-forwarded-for", "198.51.100.7")])
            .await
            .assert_no_text("198.51.100.7")
            .assert_text("127.0.0.1");
    }
    server.send("-TERM");
    server.wait();
    let log = std::fs::read_to_string(log).unwrap();
    assert_eq!(log.matches("--trusted-proxy 127.0.0.1").count(), 1, "{log}");
}
