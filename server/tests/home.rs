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
