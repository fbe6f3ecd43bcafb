//! `/admin/headless-api`: the API's URL, and each application's use of it.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;

use crate::support::oauth::Client;
use crate::support::{TestApp, assert_sound_with_scripts};

const PAGE: &str = "/admin/headless-api";

async fn ask(app: &TestApp, client: &Client, query: &str) {
    let tokens = app.connect(client, &app.as_member().await).await;
    let program = app.browser();
    let request = program
        .bare(Method::POST, "/networks/my-community/graphql")
        .bearer_auth(tokens["access_token"].as_str().unwrap())
        .json(&json!({ "query": query }));
    program.send(request).await.assert_status(200);
}

#[tokio::test]
async fn with_no_requests_it_names_the_endpoint() {
    let app = TestApp::new().await;
    let page = app.as_host().await.get(PAGE).await;
    assert_sound_with_scripts(&page);
    page.assert_status(200)
        .assert_text(&format!("{}/networks/my-community/graphql", app.issuer()))
        .assert_text("No requests in the last 7 days");
}

#[tokio::test]
async fn requests_are_counted_for_the_application_that_made_them() {
    let app = TestApp::new().await;
    let host = app.as_host().await;
    let client = app.web_app().await;
    ask(&app, &client, "{ me { id } }").await;
    ask(&app, &client, "{ me { id } }").await;
    ask(&app, &client, "{ me { nonsense } }").await;
    let page = host.get(PAGE).await;
    page.assert_text("<strong>3</strong>")
        .assert_text(", 1 with errors")
        .assert_text("Mobile App");

    // A day later it still counts in the week, but not in the day.
    app.wait(Duration::from_secs(25 * 3_600));
    ask(&app, &client, "{ me { id } }").await;
    let host = app.as_host().await;
    let count = async |period: &str| {
        let page = host.get(&format!("{PAGE}?period={period}")).await;
        let figure = page.text.split("<strong>").nth(1).unwrap().to_owned();
        figure.split('<').next().unwrap().parse::<u32>().unwrap()
    };
    assert_eq!(count("day").await, 1);
    assert_eq!(count("week").await, 4);
    assert_eq!(count("month").await, 4);

    app.delete(&client).await;
    host.get(PAGE).await.assert_text("No requests in the last 7 days");
}

#[tokio::test]
async fn what_is_refused_at_the_door_is_nobodys_use() {
    let app = TestApp::new().await;
    app.web_app().await;
    let program = app.browser();
    let request = program
        .bare(Method::POST, "/networks/my-community/graphql")
        .bearer_auth("lk_at_nonsense")
        .json(&json!({ "query": "{ me { id } }" }));
    program.send(request).await.assert_status(401);
    app.as_host().await.get(PAGE).await.assert_text("No requests");
}
