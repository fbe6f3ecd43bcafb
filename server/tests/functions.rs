//! `/api`: who may call the page's functions, and the responses to wrong calls.

use latchkey_domain::PageRequest;
use reqwest::Method;
use reqwest::header::ORIGIN;
use serde_json::{Value, json};

use crate::support::TestApp;

fn draft(name: &str) -> Value {
    json!({ "draft": {
        "name": name,
        "redirect_uris": "https://myapp.com/oauth/callback",
        "scopes": ["read:posts"],
        "confidential": true,
        "skip_consent": false,
    } })
}

async fn stored(app: &TestApp) -> u64 {
    app.instance
        .store
        .applications(
            &latchkey_domain::ListQuery::default(),
            PageRequest::new(1, 1),
            latchkey_domain::Timestamp::from_millis(0),
        )
        .await
        .unwrap()
        .total
}

#[tokio::test]
async fn a_host_registers_an_application() {
    let app = TestApp::new().await;
    let host = app.as_host().await;
    let answer = host.call("applications/create", &draft("Mobile App")).await;
    answer.assert_status(200);
    assert_eq!(answer.json()["new_secret"].as_str().unwrap().len(), 43);
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(stored(&app).await, 1);
}

#[tokio::test]
async fn scopes_are_read_as_everywhere() {
    let app = TestApp::new().await;
    let host = app.as_host().await;
    for (scopes, status) in [
        (json!(["read:posts\u{a0}write:posts"]), 200),
        (json!(["read:network"]), 200),
        (json!(["read:posts,write:posts"]), 422),
        (json!(["write:chats"]), 422),
    ] {
        let mut sent = draft("Mobile App");
        sent["draft"]["scopes"] = scopes;
        let answer = host.call("applications/create", &sent).await;
        answer.assert_status(status);
    }
}

#[tokio::test]
async fn nobody_else_does() {
    let app = TestApp::new().await;
    let answer = app.browser().call("applications/create", &draft("x")).await;
    answer.assert_status(401);
    assert_eq!(answer.json()["error"], "signed_out");

    let answer = app
        .as_member()
        .await
        .call("applications/create", &draft("x"))
        .await;
    answer.assert_status(403);
    assert_eq!(answer.json()["error"], "not_a_host");

    let stale = app.as_host().await;
    let cookie = stale.cookie();
    stale.post("/sign-out", &[]).await;
    stale.set_cookie(cookie);
    stale
        .call("applications/create", &draft("x"))
        .await
        .assert_status(401);
    assert_eq!(stored(&app).await, 0);
}

#[tokio::test]
async fn what_is_wrong_with_the_form_is_said_by_field() {
    let app = TestApp::new().await;
    let host = app.as_host().await;
    let many = (0..500)
        .map(|n| format!("https://a.example/{n}"))
        .collect::<Vec<_>>()
        .join("\n");
    for (field, value) in [
        ("name", "x".repeat(1_000_000)),
        ("name", "a\u{0}b".into()),
        ("redirect_uris", many),
        ("redirect_uris", "javascript:alert(1)".into()),
        ("redirect_uris", "http://myapp.com/cb".into()),
    ] {
        let mut wrong = draft("Mobile App");
        wrong["draft"][field] = value.into();
        let answer = host.call("applications/create", &wrong).await;
        answer.assert_status(422);
        assert_eq!(answer.json()["error"], "invalid");
        assert!(answer.json()["errors"][field].is_string(), "{}", answer.text);
    }
    assert_eq!(stored(&app).await, 0);
}

#[tokio::test]
async fn too_much_is_refused_in_json() {
    let app = TestApp::new().await;
    let host = app.as_host().await;
    let answer = host
        .call("applications/create", &draft(&"x".repeat(2 * 1024 * 1024)))
        .await;
    answer.assert_status(413);
    assert_eq!(answer.json()["error"], "bad_request");
    assert!(
        answer.json()["message"]
            .as_str()
            .unwrap()
            .starts_with("That is too much at once.")
    );
}

#[tokio::test]
async fn what_is_no_call_is_refused_in_json() {
    let app = TestApp::new().await;
    let host = app.as_host().await;
    for body in ["", "{", "[]", "{\"draft\": 1}", "{\"draft\": {\"name\": \"x\"}}"] {
        let request = host
            .bare(Method::POST, "/api/applications/create")
            .header(ORIGIN, &app.url);
        let request = request
            .header("content-type", "application/json")
            .header("accept", "text/html");
        let answer = host.send(request.body(body)).await;
        answer.assert_status(400);
        assert_eq!(answer.json()["error"], "bad_request", "{body}");
    }
    assert_eq!(stored(&app).await, 0);
}

#[tokio::test]
async fn a_function_that_does_not_exist_is_404_in_json() {
    let app = TestApp::new().await;
    let answer = app.as_host().await.call("applications/explode", &json!({})).await;
    answer.assert_status(404);
    assert_eq!(answer.json()["error"], "bad_request");
    assert_eq!(answer.json()["request_id"], answer.header("x-request-id"));
    assert!(!answer.text.contains("macro"), "{}", answer.text);
}
