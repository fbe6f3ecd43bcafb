//! `GET /oauth/authorize`: from an application's link to its response.

use std::time::Duration;

use latchkey_domain::ApplicationDraft;
use reqwest::Method;

use crate::support::oauth::{browser_app, web_app};
use crate::support::{PASSWORD, TestApp, assert_sound};

#[tokio::test]
async fn a_person_signs_in_consents_and_comes_back_with_a_code() {
    let app = TestApp::new().await;
    let client = app.web_app().await;
    let person = app.browser();

    let start = person.get(&client.asks(&[])).await;
    start.assert_status(303);
    let sign_in = start.header("location").to_owned();
    assert!(
        sign_in.starts_with("/sign-in?return_to=/oauth/authorize?"),
        "{sign_in}"
    );
    let page = person.get(&sign_in).await;
    assert_sound(&page);
    page.assert_text("to continue to <strong>Mobile App</strong>");

    let hidden = page.hidden("/sign-in");
    let form = [
        ("email", "member@example.com"),
        ("password", PASSWORD),
        ("return_to", &hidden[0].1),
    ];
    let signed_in = person.post("/sign-in", &form).await;
    let consent = person.get(signed_in.assert_status(303).header("location")).await;
    assert_sound(&consent);
    let back = person.allow(&consent, "read:posts write:posts").await;
    assert_eq!(back.header("cache-control"), "no-store");
    assert_eq!(back.header("access-control-allow-origin"), "");
    let callback = back.callback();
    assert_eq!(callback.address, "https://myapp.com/oauth/callback");
    assert_eq!(callback.get("state"), Some("xyz"));
    assert_eq!(callback.get("iss"), Some(app.issuer().as_str()));
    app.exchange(&client, &callback.code()).await.assert_status(200);
}

#[tokio::test]
async fn who_allowed_it_before_is_not_asked_again() {
    let app = TestApp::new().await;
    let (client, person) = (app.web_app().await, app.as_member().await);
    app.connect(&client, &person).await;
    person.get(&client.asks(&[])).await.callback().code();
    person
        .get(&client.asks(&[("scope", "read:posts read:userinfo")]))
        .await
        .assert_status(200)
        .assert_text("View your name and email address");
}

#[tokio::test]
async fn a_trusted_application_shows_no_consent_page() {
    let app = TestApp::new().await;
    let client = app
        .register(ApplicationDraft {
            skip_consent: true,
            ..web_app()
        })
        .await;
    let person = app.as_member().await;
    person.get(&client.asks(&[])).await.callback().code();
}

#[tokio::test]
async fn prompt_none_never_shows_a_page() {
    let app = TestApp::new().await;
    let client = app.web_app().await;
    let link = client.asks(&[("prompt", "none")]);
    assert_eq!(
        app.browser().get(&link).await.callback().error().0,
        "login_required"
    );
    let person = app.as_member().await;
    assert_eq!(person.get(&link).await.callback().error().0, "consent_required");
    app.connect(&client, &person).await;
    person.get(&link).await.callback().code();
}

#[tokio::test]
async fn prompt_consent_asks_again() {
    let app = TestApp::new().await;
    let (client, person) = (app.web_app().await, app.as_member().await);
    app.connect(&client, &person).await;
    let page = person.get(&client.asks(&[("prompt", "consent")])).await;
    page.assert_status(200).assert_text("wants to use your");
}

#[tokio::test]
async fn prompt_login_wants_the_password_again_and_then_goes_on() {
    let app = TestApp::new().await;
    let (client, person) = (app.web_app().await, app.as_member().await);
    app.connect(&client, &person).await;
    // Long enough that the visit is recorded, which does not count as a sign-in.
    app.wait(Duration::from_secs(120));
    let start = person.get(&client.asks(&[("prompt", "login")])).await;
    let sign_in = start.assert_status(303).header("location").to_owned();
    let page = person.get(&sign_in).await;
    page.assert_status(200)
        .assert_text("to continue to")
        .assert_text("value=\"member@example.com\"");
    // Entering the password again is the only way.
    let return_to = page.hidden("/sign-in")[0].1.clone();
    person.get(&return_to).await.assert_status(303).assert_text("");
    assert!(
        person
            .get(&return_to)
            .await
            .header("location")
            .starts_with("/sign-in")
    );
    let form = [
        ("email", "member@example.com"),
        ("password", PASSWORD),
        ("return_to", &return_to),
    ];
    let signed_in = person.post("/sign-in", &form).await;
    person
        .get(signed_in.assert_status(303).header("location"))
        .await
        .callback()
        .code();
}

#[tokio::test]
async fn a_member_cannot_grant_what_only_hosts_can() {
    let app = TestApp::new().await;
    let client = app.web_app().await;
    let link = client.asks(&[("scope", "read:posts host:read:network_events")]);
    let answer = app.as_member().await.get(&link).await;
    let callback = answer.callback();
    let (error, words) = callback.error();
    assert_eq!(error, "access_denied");
    assert!(
        words.contains("only a host of the network can grant host:read:network_events"),
        "{words}"
    );
    assert!(words.contains(answer.header("x-request-id")), "{words}");
    assert_eq!(callback.get("state"), Some("xyz"));
    app.as_host()
        .await
        .get(&link)
        .await
        .assert_status(200)
        .assert_text("Host only");
}

#[tokio::test]
async fn below_the_scale_plan_nobody_can_authorize() {
    let app = TestApp::new().await;
    let (client, person) = (app.web_app().await, app.as_member().await);
    app.set_plan("launch").await;
    let answer = person.get(&client.asks(&[])).await;
    let callback = answer.callback();
    let (error, words) = callback.error();
    assert_eq!(error, "unauthorized_client");
    assert!(words.contains("Launch plan"), "{words}");
}

#[tokio::test]
async fn a_paused_application_is_told_so() {
    let app = TestApp::new().await;
    let (client, person) = (app.web_app().await, app.as_member().await);
    app.pause(&client).await;
    let answer = person.get(&client.asks(&[])).await;
    let callback = answer.callback();
    let (error, words) = callback.error();
    assert_eq!(error, "unauthorized_client");
    assert!(words.contains("paused this application"), "{words}");
}

#[tokio::test]
async fn what_cannot_be_trusted_is_a_page_and_never_a_redirect() {
    let app = TestApp::new().await;
    let (client, person) = (app.web_app().await, app.as_member().await);
    let unknown = "A".repeat(43);
    for (changes, words) in [
        (("client_id", ""), "client_id is missing"),
        (("client_id", "short"), "names an application that cannot exist"),
        (
            ("client_id", unknown.as_str()),
            "No application is registered here",
        ),
        (
            ("redirect_uri", "https://myapp.com/oauth/callback/"),
            "they differ by a trailing slash",
        ),
        (
            ("redirect_uri", "https://evil.example/<script>"),
            "https://evil.example/&lt;script&gt;",
        ),
        (("redirect_uri", "javascript:alert(1)"), "which is not registered"),
    ] {
        for browser in [&person, &app.browser()] {
            let answer = browser.get(&client.asks(&[changes])).await;
            assert_sound(&answer);
            answer
                .assert_status(400)
                .assert_text(words)
                .assert_text(answer.header("x-request-id"));
            assert_eq!(answer.header("location"), "");
        }
    }
}

#[tokio::test]
async fn a_parameter_that_comes_twice_is_refused() {
    let app = TestApp::new().await;
    let (client, person) = (app.web_app().await, app.as_member().await);
    let twice = format!("{}&scope=read:userinfo", client.asks(&[]));
    let answer = person.get(&twice).await;
    let callback = answer.callback();
    assert_eq!(callback.error().0, "invalid_request");
    let twice = format!("{}&redirect_uri=https://evil.example/", client.asks(&[]));
    person
        .get(&twice)
        .await
        .assert_status(400)
        .assert_text("more than once");
}

#[tokio::test]
async fn what_is_no_utf_8_is_refused() {
    let app = TestApp::new().await;
    let (client, person) = (app.web_app().await, app.as_member().await);
    let answer = person.get(&format!("{}&nonce=%FF", client.asks(&[]))).await;
    assert_sound(&answer);
    answer
        .assert_status(400)
        .assert_text("The request could not be read");
}

#[tokio::test]
async fn state_comes_back_as_it_was() {
    let app = TestApp::new().await;
    let (client, person) = (app.web_app().await, app.as_member().await);
    app.connect(&client, &person).await;
    for state in ["a b+c&d=e%20f#g", "ünïcödé \"<>", &"s".repeat(4_000)] {
        let callback = person.get(&client.asks(&[("state", state)])).await.callback();
        assert_eq!(callback.get("state"), Some(state));
    }
}

#[tokio::test]
async fn the_longest_request_survives_the_sign_in() {
    let app = TestApp::new().await;
    let client = app.web_app().await;
    let state = "é".repeat(2_000);
    let start = app.browser().get(&client.asks(&[("state", &state)])).await;
    let page = app
        .browser()
        .get(start.assert_status(303).header("location"))
        .await;
    let return_to = page.assert_status(200).hidden("/sign-in")[0].1.clone();
    assert!(return_to.starts_with("/oauth/authorize?"), "{return_to}");
}

#[tokio::test]
async fn a_native_application_comes_back_at_the_port_that_it_listens_on() {
    let app = TestApp::new().await;
    let person = app.as_member().await;
    let client = app
        .register(ApplicationDraft {
            redirect_uris: "http://127.0.0.1/callback\ncom.example.app:/callback".into(),
            ..browser_app()
        })
        .await;
    let link = client.asks(&[("redirect_uri", "http://127.0.0.1:51234/callback")]);
    let page = person.get(&link).await;
    let callback = person.allow(&page, "read:posts").await.callback();
    assert_eq!(callback.address, "http://127.0.0.1:51234/callback");

    let link = client.asks(&[("redirect_uri", "com.example.app:/callback")]);
    let page = person.get(&link).await;
    let callback = person.allow(&page, "read:posts").await.callback();
    assert_eq!(callback.address, "com.example.app:/callback");
}

#[tokio::test]
async fn the_sign_in_form_is_free_to_lead_on_only_where_it_leads_to_an_application() {
    let app = TestApp::new().await;
    let client = app.web_app().await;
    let policy = async |link: &str| {
        let encoded: String = form_urlencoded::byte_serialize(link.as_bytes()).collect();
        let page = app.browser().get(&format!("/sign-in?return_to={encoded}")).await;
        assert_sound(&page);
        page.header("content-security-policy").to_owned()
    };
    assert!(!policy(&client.asks(&[])).await.contains("form-action"));
    for link in [
        client.asks(&[("redirect_uri", "https://evil.example/")]),
        client.asks(&[("client_id", "nobody")]),
        "/account".to_owned(),
    ] {
        assert!(policy(&link).await.contains("form-action 'self';"), "{link}");
    }
    // The same after a wrong password.
    let link = client.asks(&[]);
    let form = [
        ("email", "member@example.com"),
        ("password", "no"),
        ("return_to", &link),
    ];
    let again = app.browser().post("/sign-in", &form).await;
    again
        .assert_status(422)
        .assert_text("to continue to <strong>Mobile App</strong>");
    assert_sound(&again);
}

#[tokio::test]
async fn no_form_on_the_way_to_an_application_can_be_led_elsewhere() {
    let app = TestApp::new().await;
    let hostile =
        "\"><base href=//evil.example><form action=//evil.example><button formaction=//evil.example>";
    let client = app
        .register(ApplicationDraft {
            name: "<form action=//evil.example>".into(),
            ..browser_app()
        })
        .await;
    let link = client.asks(&[("state", hostile), ("login_hint", hostile), ("nonce", hostile)]);
    let consent = app.as_member().await.get(&link).await;
    consent.assert_status(200);
    let form = [("email", hostile), ("password", hostile), ("return_to", &link)];
    let sign_in = app.browser().post("/sign-in", &form).await;
    sign_in.assert_status(422);
    for page in [consent, sign_in] {
        // This also checks where each form leads.
        assert_sound(&page);
        assert!(!page.header("content-security-policy").contains("form-action"));
    }
}

#[tokio::test]
async fn no_link_puts_words_into_the_sign_in_page() {
    let app = TestApp::new().await;
    let page = app
        .browser()
        .get("/sign-in?return_to=%2Foauth%2Fauthorize%3Fclient_id%3DYour+Bank&application=Your+Bank")
        .await;
    page.assert_status(200)
        .assert_no_text("to continue to")
        .assert_no_text("<strong>Your Bank");
}

#[tokio::test]
async fn a_flood_from_nowhere_does_not_fill_the_activity() {
    let app = TestApp::new().await;
    let (client, person) = (app.web_app().await, app.as_member().await);
    app.connect(&client, &person).await;
    for n in 0..40 {
        let uri = format!("https://evil.example/{n}");
        app.browser()
            .get(&client.asks(&[("redirect_uri", &uri)]))
            .await
            .assert_status(400);
    }
    let activity = app.activity(&client).await;
    assert_eq!(activity.iter().filter(|(succeeded, _)| !succeeded).count(), 10);
    assert_eq!(activity.iter().filter(|(succeeded, _)| *succeeded).count(), 2);
    // After a minute the integrator's next attempt is recorded again.
    app.wait(Duration::from_secs(61));
    app.browser()
        .get(&client.asks(&[("redirect_uri", "https://myapp.com/cb")]))
        .await;
    let (_, newest) = app.activity(&client).await.remove(0);
    assert!(newest.contains("https://myapp.com/cb"), "{newest}");
}

#[tokio::test]
async fn other_sites_cannot_read_it_or_post_to_it() {
    let app = TestApp::new().await;
    let (client, person) = (app.web_app().await, app.as_member().await);
    app.connect(&client, &person).await;
    let request = person
        .bare(Method::GET, &client.asks(&[]))
        .header("origin", "https://evil.example");
    let answer = person.send(request).await;
    assert_eq!(answer.header("access-control-allow-origin"), "");
    let preflight = person
        .bare(Method::OPTIONS, "/oauth/authorize")
        .header("origin", "https://evil.example")
        .header("access-control-request-method", "GET");
    let answer = person.send(preflight).await;
    answer.assert_status(405);
    assert_eq!(answer.header("access-control-allow-origin"), "");
}
