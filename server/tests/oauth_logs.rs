//! The log of the real binary at its most verbose level.

use std::fs;

use crate::support::{Answer, Binary, Server};

async fn send_form(server: &Server, path: &str, form: &crate::support::oauth::Form) -> Answer {
    let program = server.browser();
    program
        .send(program.bare(reqwest::Method::POST, path).form(form))
        .await
}

/// Signs a member in by a link. Returns what the link holds, and the password.
async fn chooses_a_password(binary: &Binary, server: &Server) -> (String, &'static str) {
    let invite = [
        "member",
        "invite",
        "member@demo.example",
        "--public-url",
        "https://oauth.example.org",
    ];
    let link = binary.run(&invite).succeeds();
    let link = link.trim().rsplit("token=").next().unwrap().to_owned();
    let path = format!("/sign-in/link?token={link}");
    server.browser().get(&path).await.assert_status(200);
    let chosen = "a river in the hills";
    server
        .browser()
        .post("/sign-in/link", &[("token", &link), ("password", chosen)])
        .await
        .assert_status(303);
    (link, chosen)
}

#[tokio::test]
async fn has_no_secret_code_token_state_or_password_in_it() {
    let binary = Binary::new();
    let log = binary.folder().join("log");
    let mut server = binary.serve_with_log(&["--demo"], &log, "trace").await;
    let client = binary.register();
    let person = server.browser();
    person
        .sign_in("member@demo.example", "latchkey-demo")
        .await
        .assert_redirect("/");
    let state = "state-that-nobody-else-may-read";
    let code = person.lets_in(&client, &[("state", state)]).await;
    let exchange = client.exchanges(&code, &[]);
    let tokens = send_form(&server, "/oauth/token", &exchange)
        .await
        .assert_status(200)
        .json();
    let (access, refresh) = (
        tokens["access_token"].as_str().unwrap(),
        tokens["refresh_token"].as_str().unwrap(),
    );
    let program = server.browser();
    let request = program
        .bare(
            reqwest::Method::GET,
            &format!("/oauth/userinfo?access_token={access}"),
        )
        .bearer_auth(access);
    program.send(request).await.assert_status(200);
    send_form(&server, "/oauth/introspect", &client.names(access))
        .await
        .assert_status(200);
    let next = send_form(&server, "/oauth/token", &client.refreshes(refresh)).await;
    let next = next.assert_status(200).json();
    send_form(&server, "/oauth/token", &exchange)
        .await
        .assert_status(400);
    send_form(&server, "/oauth/revoke", &client.names(refresh))
        .await
        .assert_status(200);
    person
        .get(&client.asks(&[("redirect_uri", "https://evil.example/"), ("state", state)]))
        .await;
    let (link, chosen) = chooses_a_password(&binary, &server).await;

    server.send("-TERM");
    server.wait();
    let log = fs::read_to_string(log).unwrap();
    assert!(log.contains("/sign-in/link"), "{log}");
    assert!(
        log.contains("/oauth/token") && log.contains("/oauth/authorize"),
        "{log}"
    );
    let cookie = person.cookie().unwrap();
    for secret in [
        client.secret.as_deref().unwrap(),
        &code,
        access,
        refresh,
        next["access_token"].as_str().unwrap(),
        next["refresh_token"].as_str().unwrap(),
        state,
        crate::support::oauth::VERIFIER,
        "latchkey-demo",
        &link,
        chosen,
        cookie.split_once('=').unwrap().1,
        "lk_at_",
        "lk_rt_",
        "lk_ac_",
        "redirect_uri=",
    ] {
        assert!(!log.contains(secret), "{secret} is in the log");
    }
}
