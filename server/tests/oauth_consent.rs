//! The consent page and `POST /oauth/authorize`.

use latchkey_domain::ApplicationDraft;
use reqwest::Method;

use crate::support::oauth::{borrowed, browser_app, web_app};
use crate::support::{TestApp, assert_sound};

#[tokio::test]
async fn says_who_wants_what_as_whom_and_where_it_leads() {
    let app = TestApp::new().await;
    let (client, host) = (app.web_app().await, app.as_host().await);
    let page = host
        .get(&client.asks(&[("scope", "read:posts host:read:network_events")]))
        .await;
    assert_sound(&page);
    for words in [
        "Mobile App",
        "Ada Lovelace",
        "host@example.com",
        "Not you?",
        "View posts you have created",
        "View events in the network",
        "Host only",
        "Next you are sent to <strong translate=\"no\" class=\"consent-host\">myapp.com</strong>",
    ] {
        page.assert_text(words);
    }
    page.assert_no_text("View your name and email address");
    let policy = page.header("content-security-policy");
    assert!(!policy.contains("form-action"), "{policy}");
    assert!(policy.contains("frame-ancestors 'none'"), "{policy}");
}

#[tokio::test]
async fn what_was_unticked_is_not_granted() {
    let app = TestApp::new().await;
    let (client, person) = (app.web_app().await, app.as_member().await);
    let page = person.get(&client.asks(&[])).await;
    let code = person.allow(&page, "write:posts").await.callback().code();
    let tokens = app.exchange(&client, &code).await.assert_status(200).json();
    assert_eq!(tokens["scope"], "write:posts");
}

#[tokio::test]
async fn no_more_is_granted_than_was_asked_whatever_the_form_says() {
    let app = TestApp::new().await;
    let (client, person) = (app.web_app().await, app.as_member().await);
    let page = person.get(&client.asks(&[("scope", "read:posts")])).await;
    let all = "read:posts write:posts read:userinfo host:read:network_events";
    let code = person.allow(&page, all).await.callback().code();
    let tokens = app.exchange(&client, &code).await.assert_status(200).json();
    assert_eq!(tokens["scope"], "read:posts");
}

#[tokio::test]
async fn allow_with_nothing_ticked_asks_again() {
    let app = TestApp::new().await;
    let (client, person) = (app.web_app().await, app.as_member().await);
    let page = person.get(&client.asks(&[])).await;
    let again = person.allow(&page, "").await;
    assert_sound(&again);
    again.assert_status(422).assert_text("Nothing is selected");
    person.allow(&again, "read:posts").await.callback().code();
}

#[tokio::test]
async fn deny_goes_back_and_grants_nothing() {
    let app = TestApp::new().await;
    let (client, person) = (app.web_app().await, app.as_member().await);
    let page = person.get(&client.asks(&[])).await;
    let callback = person.deny(&page).await.callback();
    assert_eq!(callback.error().0, "access_denied");
    assert_eq!(callback.get("state"), Some("xyz"));
    person.get(&client.asks(&[])).await.assert_status(200);
    person
        .get("/account/connected-apps")
        .await
        .assert_text("No connected apps");
}

#[tokio::test]
async fn not_you_signs_out_and_comes_back_for_somebody_else() {
    let app = TestApp::new().await;
    let (client, browser) = (app.web_app().await, app.as_member().await);
    let page = browser.get(&client.asks(&[])).await;
    let hidden = page.text.split("action=\"/sign-out\"").nth(1).unwrap();
    assert!(hidden.contains("name=\"return_to\""), "{hidden}");
    let return_to = page.hidden("/sign-out");
    let out = browser.post("/sign-out", &borrowed(&return_to)).await;
    assert_eq!(browser.cookie(), None);
    let sign_in = browser.get(out.assert_status(303).header("location")).await;
    sign_in.assert_text("to continue to <strong>Mobile App</strong>");
    let return_to = sign_in.hidden("/sign-in")[0].1.clone();
    let form = [
        ("email", "host@example.com"),
        ("password", crate::support::PASSWORD),
        ("return_to", &return_to),
    ];
    let signed_in = browser.post("/sign-in", &form).await;
    browser
        .get(signed_in.assert_status(303).header("location"))
        .await
        .assert_text("host@example.com");
}

#[tokio::test]
async fn a_form_of_another_site_grants_nothing() {
    let app = TestApp::new().await;
    let (client, person) = (app.web_app().await, app.as_member().await);
    let page = person.get(&client.asks(&[])).await;
    let mut form = page.hidden("/oauth/authorize");
    form.push(("approved".into(), "read:posts".into()));
    form.push(("decision".into(), "allow".into()));
    for headers in [
        &[("origin", "https://evil.example")][..],
        &[("sec-fetch-site", "cross-site")],
        &[("sec-fetch-site", "same-site")],
        &[],
    ] {
        let mut request = person.bare(Method::POST, "/oauth/authorize").form(&form);
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = person.send(request).await;
        answer.assert_status(403);
        assert_eq!(answer.header("location"), "");
    }
    person
        .get("/account/connected-apps")
        .await
        .assert_text("No connected apps");
}

#[tokio::test]
async fn an_answer_for_somebody_else_is_asked_anew() {
    let app = TestApp::new().await;
    let (client, member, host) = (app.web_app().await, app.as_member().await, app.as_host().await);
    let page = member.get(&client.asks(&[])).await;
    host.allow(&page, "read:posts")
        .await
        .assert_status(200)
        .assert_text("host@example.com");
}

#[tokio::test]
async fn after_the_session_ended_the_answer_means_sign_in_first() {
    let app = TestApp::new().await;
    let (client, person) = (app.web_app().await, app.as_member().await);
    let page = person.get(&client.asks(&[])).await;
    person.set_cookie(None);
    let answer = person.allow(&page, "read:posts").await;
    assert!(
        answer
            .assert_status(303)
            .header("location")
            .starts_with("/sign-in?return_to=/oauth/authorize?"),
        "{answer:?}"
    );
}

#[tokio::test]
async fn warns_when_the_application_is_a_program_on_the_device() {
    let app = TestApp::new().await;
    let person = app.as_member().await;
    let draft = ApplicationDraft {
        redirect_uris: "http://localhost:8080/cb".into(),
        ..browser_app()
    };
    let client = app.register(draft).await;
    let page = person.get(&client.asks(&[])).await;
    assert_sound(&page);
    page.assert_text("localhost:8080")
        .assert_text("a program on this device");
}

#[tokio::test]
async fn a_name_with_markup_in_it_is_a_name() {
    let app = TestApp::new().await;
    let person = app.as_member().await;
    let draft = ApplicationDraft {
        name: "<img src=x onerror=alert(1)>".into(),
        ..web_app()
    };
    let client = app.register(draft).await;
    let state = "\"><script>alert(1)</script>";
    let page = person.get(&client.asks(&[("state", state)])).await;
    assert_sound(&page);
    page.assert_no_text("<img").assert_text("&lt;img src=x");
    let callback = person.allow(&page, "read:posts").await.callback();
    assert_eq!(callback.get("state"), Some(state));
}

#[tokio::test]
async fn more_than_a_form_can_hold_is_refused() {
    let app = TestApp::new().await;
    let person = app.as_member().await;
    let answer = person
        .post("/oauth/authorize", &[("state", &"x".repeat(70_000))])
        .await;
    answer.assert_status(413).assert_text("That is too much at once");
}

#[tokio::test]
async fn says_who_added_it_and_how_many_use_it() {
    let app = TestApp::new().await;
    let (client, person, host) = (app.web_app().await, app.as_member().await, app.as_host().await);
    let page = person.get(&client.asks(&[])).await;
    assert_sound(&page);
    page.assert_text("Added on ")
        .assert_text("not used by a member yet")
        .assert_text(">See</legend>")
        .assert_text(">Change</legend>");
    app.connect(&client, &person).await;
    host.get(&client.asks(&[])).await.assert_text("used by 1 member");
    let nothing_to_change = host.get(&client.asks(&[("scope", "read:userinfo")])).await;
    nothing_to_change
        .assert_text("View your name and email address")
        .assert_no_text(">Change</legend>");
}
