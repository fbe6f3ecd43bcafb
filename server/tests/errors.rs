//! Missing pages and endpoints, as text for people and for programs.

use reqwest::Method;

use crate::support::{TestApp, assert_sound};

#[tokio::test]
async fn a_page_that_is_not_there() {
    let app = TestApp::new().await;
    for path in [
        "/nonsense",
        "/pkg/latchkey.0.js",
        "/manifest.json",
        "/../Cargo.toml",
        "/%00",
        "/a//b",
    ] {
        let answer = app.browser().get(path).await;
        assert_sound(&answer);
        answer
            .assert_status(404)
            .assert_text("There is no such page")
            .assert_text(answer.header("x-request-id"));
    }
}

#[tokio::test]
async fn programs_get_json() {
    let app = TestApp::new().await;
    let browser = app.browser();
    let request = browser
        .bare(Method::GET, "/nonsense")
        .header("accept", "application/json");
    let answer = browser.send(request).await;
    answer.assert_status(404);
    assert_eq!(answer.json()["error"], "not_found");
    assert_eq!(answer.json()["request_id"], answer.header("x-request-id"));
}

#[tokio::test]
async fn a_method_that_does_not_fit() {
    let app = TestApp::new().await;
    let browser = app.browser();
    let answer = browser.send(browser.bare(Method::DELETE, "/sign-in")).await;
    answer.assert_status(405);
    assert!(answer.header("allow").contains("GET"), "{:?}", answer.headers);
}
