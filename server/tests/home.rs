//! `/`

use crate::support::{TestApp, assert_sound};

#[tokio::test]
async fn leads_to_setup_until_there_is_a_host() {
    TestApp::empty()
        .await
        .browser()
        .get("/")
        .await
        .assert_redirect("/setup");
}

#[tokio::test]
async fn leads_the_signed_out_to_sign_in() {
    TestApp::new()
        .await
        .browser()
        .get("/")
        .await
        .assert_redirect("/sign-in");
}

#[tokio::test]
async fn only_hosts_find_admin_in_the_navigation() {
    let app = TestApp::new().await;
    let host = app.as_host().await.get("/").await;
    assert_sound(&host);
    host.assert_status(200).assert_text("href=\"/admin\"");
    let member = app.as_member().await.get("/").await;
    assert_sound(&member);
    member
        .assert_status(200)
        .assert_no_text("href=\"/admin\"")
        .assert_text("href=\"/account\"");
}

#[tokio::test]
async fn a_host_sees_what_is_left_to_do_and_what_fails() {
    let app = TestApp::new().await;
    let (host, client) = (app.as_host().await, app.web_app().await);
    let home = host.get("/").await;
    assert_sound(&home);
    home.assert_text("Getting started")
        .assert_text("Never made with ")
        .assert_text("No application failed in the last hour.")
        .assert_text("action=\"/admin/activity\"");
    host.get(&client.asks(&[("redirect_uri", "https://elsewhere.example/cb")]))
        .await;
    let home = host.get("/").await;
    assert_sound(&home);
    home.assert_text("1 failure in the last hour.")
        .assert_text(&format!(
            "/admin/settings/oauth-applications/{}/activity",
            client.id
        ));
    app.as_member()
        .await
        .get("/")
        .await
        .assert_no_text("Getting started")
        .assert_no_text("Needs attention");
}
