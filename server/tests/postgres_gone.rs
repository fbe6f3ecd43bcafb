//! The database goes away and comes back while a node runs: clear errors in between, and no restart.

use std::time::{Duration, Instant};

use latchkey_testing::postgres::PrivateServer;
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::oauth::Client;
use crate::support::{Answer, Browser, Nodes, PASSWORD, TestApp};

/// Longer than any response may take; anything slower hangs.
const IN_TIME: Duration = Duration::from_secs(30);

/// The complete response to a client: to try again soon, and no internal details.
#[track_caller]
fn assert_unavailable(answer: &Answer, words: &str) {
    answer.assert_status(503);
    assert_eq!(answer.header("retry-after"), "5", "{answer:?}");
    assert!(answer.text.contains(words), "{answer:?}");
    assert!(answer.text.contains("try again in a few seconds"), "{answer:?}");
    for inside in ["postgres", "PostgreSQL", "connect", "/tmp"] {
        assert!(!answer.text.contains(inside), "{inside} in {answer:?}");
    }
}

/// Every entry point: pages, the page's functions, and endpoints for programs.
async fn all_refuse(node: &TestApp, client: &Client, tokens: &Value, person: &Browser) {
    let (program, browser) = (node.browser(), node.browser());
    browser.set_cookie(person.cookie());
    let token = tokens["access_token"].as_str().unwrap();
    // No client is told that a token is invalid when it could not be checked.
    assert_unavailable(&node.userinfo(tokens).await, "\"temporarily_unavailable\"");
    assert_unavailable(&node.refresh(client, tokens).await, "\"temporarily_unavailable\"");
    for path in ["/oauth/introspect", "/oauth/revoke"] {
        let answer = node.send_form(path, &client.names(token)).await;
        assert_unavailable(&answer, "\"temporarily_unavailable\"");
    }
    let request = program.bare(Method::POST, "/networks/my-community/graphql");
    let request = request
        .bearer_auth(token)
        .json(&json!({ "query": "{ __typename }" }));
    assert_unavailable(&program.send(request).await, "\"UNAVAILABLE\"");

    let words = "Not available right now";
    let link = client.asks(&[]);
    for path in [
        link.as_str(),
        "/admin/settings/oauth-applications",
        "/account/connected-apps",
        "/sign-in",
    ] {
        assert_unavailable(&browser.get(path).await, words);
    }
    assert_unavailable(&program.get(&link).await, words);
    assert_unavailable(&program.sign_in("member@example.com", PASSWORD).await, words);
    let answer = browser
        .call("applications/read", &json!({ "client_id": client.id }))
        .await;
    assert_unavailable(&answer, "\"unavailable\"");
}

#[tokio::test]
async fn requests_are_refused_in_time_and_work_again_without_a_restart() {
    let server = PrivateServer::start();
    let Nodes { one, other } = Nodes::on(&server.database()).await;
    let (client, person) = (one.web_app().await, one.as_member().await);
    let tokens = one.connect(&client, &person).await;
    one.browser().get("/readyz").await.assert_status(200);

    server.stop();
    let started = Instant::now();
    for node in [&one, &other] {
        let answer = node.browser().get("/readyz").await;
        answer.assert_status(503);
        assert_eq!(answer.json()["database"], "does not answer");
        node.browser().get("/healthz").await.assert_status(200);
        all_refuse(node, &client, &tokens, &person).await;
    }
    assert!(started.elapsed() < IN_TIME, "{:?}", started.elapsed());

    server.start_again();
    for node in [&one, &other] {
        node.browser().get("/readyz").await.assert_status(200);
        node.userinfo(&tokens).await.assert_status(200);
    }
    let refreshed = one.refresh(&client, &tokens).await.assert_status(200).json();
    other.userinfo(&refreshed).await.assert_status(200);
    other
        .as_member()
        .await
        .get("/account/connected-apps")
        .await
        .assert_status(200);
}
