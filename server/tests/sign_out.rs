//! `/sign-out`

use crate::support::TestApp;

#[tokio::test]
async fn ends_the_session_here_and_on_the_server() {
    let app = TestApp::new().await;
    let browser = app.as_member().await;
    let cookie = browser.cookie();
    let answer = browser.post("/sign-out", &[]).await;
    answer.assert_redirect("/sign-in");
    assert!(answer.cookies()[0].contains("Max-Age=0"));
    browser.set_cookie(cookie);
    browser.get("/").await.assert_redirect("/sign-in");
}

#[tokio::test]
async fn twice_is_no_mistake() {
    let app = TestApp::new().await;
    app.browser()
        .post("/sign-out", &[])
        .await
        .assert_redirect("/sign-in");
}

#[tokio::test]
async fn who_signs_in_next_comes_to_the_page_that_was_asked_for() {
    let app = TestApp::new().await;
    let browser = app.as_member().await;
    let answer = browser.post("/sign-out", &[("return_to", "/admin")]).await;
    answer.assert_redirect("/sign-in?return_to=%2Fadmin");
    let answer = browser
        .post("/sign-out", &[("return_to", "//evil.example")])
        .await;
    answer.assert_redirect("/sign-in");
}

#[tokio::test]
async fn a_link_signs_nobody_out() {
    let app = TestApp::new().await;
    let browser = app.as_member().await;
    browser
        .get("/sign-out")
        .await
        .assert_status(405)
        .assert_text("This address works differently");
    browser.get("/").await.assert_status(200);
}
