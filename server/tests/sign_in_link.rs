//! `/sign-in/link`

use latchkey_accounts::{Invitation, LINK_LIFETIME};
use latchkey_app::pages::SIGN_IN_LINK;
use latchkey_domain::Actor;

use crate::support::{PASSWORD, TestApp, assert_sound};

const NEW: &str = "a river in the hills";

/// What the link of a member holds.
async fn token(app: &TestApp, email: &str) -> String {
    let members = app.instance.roster.find_all(&[email.parse().unwrap()]).await;
    let links = app
        .instance
        .links
        .invite(members.unwrap(), &Actor::operator())
        .await;
    let [Invitation { token, .. }] = &links.unwrap()[..] else {
        unreachable!("one member was invited");
    };
    token.expose().to_owned()
}

fn address(token: &str) -> String {
    format!("{SIGN_IN_LINK}?token={token}")
}

fn form<'a>(token: &'a str, password: &'a str) -> [(&'a str, &'a str); 2] {
    [("token", token), ("password", password)]
}

#[tokio::test]
async fn a_member_chooses_a_password_and_is_signed_in() {
    let app = TestApp::new().await;
    let elsewhere = app.as_member().await;
    let token = token(&app, "member@example.com").await;
    let browser = app.browser();
    // A mail scanner opens it, and asks for its head.
    for _ in 0..3 {
        let page = browser.get(&address(&token)).await;
        assert_sound(&page);
        page.assert_status(200)
            .assert_text("Ada Lovelace")
            .assert_text("member@example.com");
        assert_eq!(page.header("cache-control"), "no-store");
    }
    let page = browser.post(SIGN_IN_LINK, &form(&token, "short")).await;
    assert_sound(&page);
    page.assert_status(422).assert_text("at least 8 characters");
    browser
        .post(SIGN_IN_LINK, &form(&token, NEW))
        .await
        .assert_redirect("/");
    browser.get("/account/sessions").await.assert_status(200);
    elsewhere.get("/account/sessions").await.assert_status(303);
    let sign_in = async |password: &str| app.browser().sign_in("member@example.com", password).await;
    sign_in(PASSWORD).await.assert_status(422);
    sign_in(NEW).await.assert_redirect("/");
    let host = app.as_host().await;
    host.get("/admin/audit?action=member_invited")
        .await
        .assert_text("Sign-in link made")
        .assert_text("member@example.com");
    host.get("/admin/audit?action=member_password_changed&who=member")
        .await
        .assert_text("Password set");
}

#[tokio::test]
async fn a_link_that_is_used_guessed_or_old_says_the_same() {
    let app = TestApp::new().await;
    let used = token(&app, "member@example.com").await;
    app.browser()
        .post(SIGN_IN_LINK, &form(&used, NEW))
        .await
        .assert_status(303);
    let old = token(&app, "host@example.com").await;
    app.wait(LINK_LIFETIME);
    let guessed = "A".repeat(43);
    let mut texts = Vec::new();
    for token in [&used, &old, &guessed, "", "x", "A\u{0}"] {
        let browser = app.browser();
        let page = browser.get(&format!("{SIGN_IN_LINK}?{}", query(token))).await;
        assert_sound(&page);
        page.assert_status(404)
            .assert_text("This link does not work any more");
        let answer = browser.post(SIGN_IN_LINK, &form(token, NEW)).await;
        answer.assert_status(404);
        assert_eq!(answer.text, page.text);
        texts.push(page.text);
    }
    texts.dedup();
    assert_eq!(texts.len(), 1, "a stranger learns nothing");
    app.browser()
        .sign_in("host@example.com", PASSWORD)
        .await
        .assert_redirect("/");
}

fn query(token: &str) -> String {
    form_urlencoded::Serializer::new(String::new())
        .append_pair("token", token)
        .finish()
}

#[tokio::test]
async fn a_link_cannot_put_somebody_into_another_session() {
    let app = TestApp::new().await;
    let token = token(&app, "member@example.com").await;
    let browser = app.as_host().await;
    let before = browser.cookie();
    browser
        .post(SIGN_IN_LINK, &form(&token, NEW))
        .await
        .assert_redirect("/");
    assert_ne!(browser.cookie(), before);
    // The host's session in this browser has ended, too.
    browser.get("/admin/audit").await.assert_status(403);
    let again = app.browser();
    again.set_cookie(before);
    again.get("/account/sessions").await.assert_status(303);
}
