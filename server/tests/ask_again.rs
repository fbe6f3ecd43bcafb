//! Dangerous acts ask for the password again when the sign-in is over 15 minutes old.

use std::time::Duration;

use reqwest::Method;
use serde_json::json;

use crate::support::{Answer, Browser, PASSWORD, TestApp, assert_sound};

const LATER: Duration = Duration::from_secs(15 * 60);

/// Sends a form as a browser does, which wants a page.
async fn submit(browser: &Browser, path: &str, form: &[(&str, &str)]) -> Answer {
    let request = browser
        .bare(Method::POST, path)
        .header("accept", "text/html,application/xhtml+xml")
        .header("sec-fetch-site", "same-origin")
        .form(form);
    browser.send(request).await
}

async fn member_page(app: &TestApp) -> String {
    let email = "member@example.com".parse().unwrap();
    let member = app.instance.store.member_by_email(&email).await.unwrap().unwrap();
    format!("/admin/members/{}", member.id)
}

#[tokio::test]
async fn a_form_is_kept_until_the_password_was_given() {
    let app = TestApp::new().await;
    let host = app.as_host().await;
    let page = member_page(&app).await;
    let role = format!("{page}/role");
    // Just signed in: nothing is asked.
    submit(&host, &role, &[("role", "moderator")])
        .await
        .assert_status(303);
    app.wait(LATER);
    let asked = submit(&host, &role, &[("role", "host")]).await;
    assert_sound(&asked);
    asked
        .assert_status(403)
        .assert_text("Your password again")
        .assert_text("name=\"role\" value=\"host\"");
    host.get(&page).await.assert_text(">Moderator</span>");
    let again = |password| {
        [
            ("role", "host"),
            ("username", "host@example.com"),
            ("password_again", password),
        ]
    };
    let wrong = submit(&host, &role, &again("another password")).await;
    assert_sound(&wrong);
    wrong
        .assert_status(422)
        .assert_text("That is not your password.")
        .assert_text("name=\"role\" value=\"host\"");
    let before = host.cookie();
    submit(&host, &role, &again(PASSWORD))
        .await
        .assert_redirect(&format!("{page}?done=role"));
    host.get(&page).await.assert_text(">Host</span>");
    // A new session took the place of the old one, and is recent.
    assert_ne!(host.cookie(), before);
    let old = app.browser();
    old.set_cookie(before);
    old.get("/account/sessions").await.assert_status(303);
    submit(&host, &role, &[("role", "member")])
        .await
        .assert_status(303);
}

#[tokio::test]
async fn every_dangerous_act_asks_and_no_other() {
    let app = TestApp::new().await;
    let client = app.web_app().await;
    let host = app.as_host().await;
    app.wait(LATER);
    let page = member_page(&app).await;
    let application = format!("/admin/settings/oauth-applications/{}", client.id);
    for path in [
        format!("{application}/use"),
        format!("{application}/use/env"),
        "/admin/members/add".into(),
        "/admin/members/invite-all".into(),
        format!("{page}/invite"),
        format!("{page}/role"),
    ] {
        let asked = submit(&host, &path, &[]).await;
        assert_sound(&asked);
        asked.assert_status(403).assert_text("Your password again");
        assert!(!asked.text.contains(client.secret.as_deref().unwrap()), "{path}");
    }
    // The page's own programs read text.
    let env = host.post(&format!("{application}/use/env"), &[]).await;
    env.assert_status(403);
    assert!(!env.text.contains("LATCHKEY"), "{}", env.text);
    for path in [
        "/admin/audit.csv?who=ada".into(),
        format!("{application}/export.json"),
    ] {
        let answer = host.get(&path).await;
        answer.assert_status(303);
        assert!(
            answer
                .header("location")
                .starts_with("/sign-in?again=true&return_to="),
            "{path}"
        );
    }
    let secret = app
        .instance
        .registrar
        .find(&latchkey_registration::Caller::operator(), &client.id)
        .await;
    let id = secret.unwrap().secrets[0].id;
    for (function, arguments) in [
        (
            "applications/secrets/reveal",
            json!({ "client_id": client.id, "secret": id }),
        ),
        ("applications/secrets/add", json!({ "client_id": client.id })),
    ] {
        let answer = host.call(function, &arguments).await;
        answer.assert_status(403);
        assert_eq!(answer.json()["error"], "ask_again");
    }
    for path in ["/admin/members", &page, &format!("{application}/use")] {
        host.get(path).await.assert_status(200);
    }
    submit(&host, &format!("{page}/suspend"), &[])
        .await
        .assert_status(303);
}

#[tokio::test]
async fn an_open_session_is_no_place_to_guess_the_password() {
    let app = TestApp::new().await;
    let host = app.as_host().await;
    let page = member_page(&app).await;
    app.wait(LATER);
    let mut statuses = Vec::new();
    for _ in 0..12 {
        let form = [("password_again", "a wrong password")];
        statuses.push(submit(&host, &format!("{page}/invite"), &form).await.status);
    }
    assert_eq!(statuses[0], 422);
    assert_eq!(statuses[11], 429, "{statuses:?}");
}

#[tokio::test]
async fn who_may_not_do_it_may_not_with_a_password_either() {
    let app = TestApp::new().await;
    let member = app.as_member().await;
    let page = member_page(&app).await;
    app.wait(LATER);
    let form = [("role", "host"), ("password_again", PASSWORD)];
    submit(&member, &format!("{page}/role"), &form)
        .await
        .assert_status(403);
    member.get("/admin/members").await.assert_status(403);
    submit(&app.browser(), &format!("{page}/role"), &form)
        .await
        .assert_status(303);
}
