//! Requests from other sites.

use reqwest::Method;
use serde_json::json;

use crate::support::{Answer, Browser, TestApp, assert_sound};

/// Tries to sign the member out with these headers; the effect is easy to see.
async fn forge(browser: &Browser, headers: &[(&str, &str)]) -> Answer {
    let mut request = browser
        .bare(Method::POST, "/sign-out")
        .header("accept", "text/html");
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    browser.send(request).await
}

#[tokio::test]
async fn a_form_on_another_site_changes_nothing() {
    let app = TestApp::new().await;
    let member = app.as_member().await;
    let own: &str = &app.url;
    for headers in [
        &[("sec-fetch-site", "cross-site")][..],
        &[("sec-fetch-site", "same-site")],
        &[("sec-fetch-site", "cross-site"), ("origin", own)],
        &[
            ("sec-fetch-site", "same-origin"),
            ("origin", "https://evil.example"),
        ],
        &[("origin", "https://evil.example")],
        &[("origin", "null")],
        &[(
            "origin",
            &own.replace("http:", "https:").replace("127.0.0.1", "127.0.0.2"),
        )],
        &[("origin", &format!("{own}0"))],
        &[],
    ] {
        let answer = forge(&member, headers).await;
        assert_sound(&answer);
        answer
            .assert_status(403)
            .assert_text("This form came from another site");
        member.get("/").await.assert_status(200);
    }
}

#[tokio::test]
async fn the_sites_own_forms_work_in_every_browser() {
    let app = TestApp::new().await;
    let own: &str = &app.url;
    let public = own.replace("127.0.0.1", "localhost");
    for headers in [
        &[("sec-fetch-site", "same-origin"), ("origin", own)][..],
        &[("sec-fetch-site", "none")],
        &[("sec-fetch-site", "same-origin"), ("origin", "null")],
        &[("origin", own)],
        &[("origin", &public)],
    ] {
        let member = app.as_member().await;
        forge(&member, headers).await.assert_redirect("/sign-in");
    }
}

#[tokio::test]
async fn the_scheme_counts() {
    let app = TestApp::behind_https().await;
    let host = app.as_host().await;
    for origin in [
        "http://oauth.example.org",
        "https://oauth.example.org:8443",
        &app.url,
    ] {
        forge(&host, &[("origin", origin)]).await.assert_status(403);
        host.get("/").await.assert_status(200);
    }
    forge(&host, &[("origin", "https://oauth.example.org")])
        .await
        .assert_redirect("/sign-in");
}

#[tokio::test]
async fn functions_are_guarded_too() {
    let app = TestApp::new().await;
    let host = app.as_host().await;
    for headers in [
        &[("sec-fetch-site", "cross-site")][..],
        &[("origin", "https://evil.example")],
        &[],
    ] {
        let mut request = host
            .bare(Method::POST, "/api/applications/list")
            .json(&json!({ "search": "", "page": 1 }));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let answer = host.send(request).await;
        answer.assert_status(403);
        assert_eq!(answer.json()["error"], "bad_request");
    }
}

#[tokio::test]
async fn a_site_cannot_sign_anyone_in_as_someone_else() {
    let app = TestApp::new().await;
    let victim = app.browser();
    let form = [
        ("email", "member@example.com"),
        ("password", crate::support::PASSWORD),
    ];
    let request = victim
        .bare(Method::POST, "/sign-in")
        .header("origin", "https://evil.example")
        .form(&form);
    victim.send(request).await.assert_status(403);
    assert_eq!(victim.cookie(), None);
}
