//! `/setup`

use crate::support::{PASSWORD, TestApp, assert_sound};

fn form<'a>(token: &'a str, password: &'a str) -> [(&'a str, &'a str); 5] {
    [
        ("token", token),
        ("network_name", "River Club"),
        ("host_name", "Ada Lovelace"),
        ("email", "ada@example.com"),
        ("password", password),
    ]
}

async fn token(app: &TestApp) -> String {
    app.instance.setup.token().await.unwrap()
}

#[tokio::test]
async fn founds_the_network_and_signs_its_host_in() {
    let app = TestApp::empty().await;
    let browser = app.browser();
    let page = browser.get(&app.setup_link().await).await;
    assert_sound(&page);
    page.assert_status(200)
        .assert_text("autocomplete=\"new-password\"");

    let answer = browser.post("/setup", &form(&token(&app).await, PASSWORD)).await;
    answer.assert_redirect("/admin/settings/oauth-applications");
    browser
        .get("/")
        .await
        .assert_status(200)
        .assert_text("River Club")
        .assert_text("href=\"/admin\"");
    app.browser()
        .sign_in("ada@example.com", PASSWORD)
        .await
        .assert_redirect("/");
}

#[tokio::test]
async fn without_the_right_token_nothing_happens() {
    let app = TestApp::empty().await;
    let right = token(&app).await;
    for wrong in ["", "guess", &right[1..], &format!("{right}x")] {
        let answer = app.browser().get(&format!("/setup?token={wrong}")).await;
        assert_sound(&answer);
        answer
            .assert_status(403)
            .assert_text("Open the setup link")
            .assert_no_text("<form");
        app.browser()
            .post("/setup", &form(wrong, PASSWORD))
            .await
            .assert_status(403);
    }
    assert!(app.instance.setup.is_needed().await.unwrap());
}

#[tokio::test]
async fn the_link_works_once() {
    let app = TestApp::empty().await;
    let (link, token) = (app.setup_link().await, token(&app).await);
    app.browser()
        .post("/setup", &form(&token, PASSWORD))
        .await
        .assert_status(303);
    app.browser().get(&link).await.assert_redirect("/");
    let second = app.browser();
    second
        .post("/setup", &form(&token, PASSWORD))
        .await
        .assert_redirect("/");
    assert_eq!(second.cookie(), None);
    assert_eq!(app.instance.roster.all().await.unwrap().len(), 1);
}

#[tokio::test]
async fn errors_stand_beside_their_fields_and_the_typed_text_stays() {
    let app = TestApp::empty().await;
    let token = token(&app).await;
    let mut form = form(&token, "short");
    form[3].1 = "not an email";
    let answer = app.browser().post("/setup", &form).await;
    assert_sound(&answer);
    answer
        .assert_status(422)
        .assert_text("That is not an email address")
        .assert_text("The password needs at least 8 characters; this has 5.")
        .assert_text("value=\"River Club\"")
        .assert_text("value=\"not an email\"")
        .assert_text("aria-describedby=\"email-hint email-error\"")
        .assert_no_text("value=\"short\"");
    assert!(app.instance.setup.is_needed().await.unwrap());
}

#[tokio::test]
async fn an_email_that_is_taken_is_said_to_be() {
    let app = TestApp::empty().await;
    app.member("ada@example.com", latchkey_domain::Role::Member).await;
    let answer = app
        .browser()
        .post("/setup", &form(&token(&app).await, PASSWORD))
        .await;
    answer
        .assert_status(422)
        .assert_text("There is a member with the email ada@example.com already");
}

#[tokio::test]
async fn a_browser_that_keeps_no_cookies_is_told_so() {
    let app = TestApp::empty().await;
    let browser = app.browser();
    let page = browser.get(&app.setup_link().await).await;
    browser.forget_cookies();
    let mut fields = page.hidden("/setup");
    for (name, value) in form("", PASSWORD).into_iter().skip(1) {
        fields.push((name.to_owned(), value.to_owned()));
    }
    let fields: Vec<_> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    let answer = browser.post("/setup", &fields).await;
    answer.assert_status(303);
    browser.forget_cookies();
    let told = browser.get(answer.header("location")).await;
    told.assert_text("Your browser did not keep the sign-in cookie")
        .assert_text("/sign-in?return_to=%2Fadmin%2Fsettings%2Foauth-applications");
}
