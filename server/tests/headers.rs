//! Headers of every response.

use crate::support::{TestApp, assert_sound};

#[tokio::test]
async fn every_page_has_them() {
    let app = TestApp::new().await;
    let (nobody, host) = (app.browser(), app.as_host().await);
    for (browser, path) in [
        (&nobody, "/sign-in"),
        (&nobody, "/nonsense"),
        (&host, "/"),
        (&host, "/account/sessions"),
        (&host, "/account/password"),
        (&host, "/account/profile"),
        (&host, "/account/second-factor"),
        (&host, "/admin/members"),
        (&host, "/admin/settings/oauth-applications"),
    ] {
        let answer = browser.get(path).await;
        assert_sound(&answer);
        assert_eq!(answer.header("strict-transport-security"), "", "only over HTTPS");
    }
}

#[tokio::test]
async fn only_the_way_to_an_application_keeps_its_window_s_opener() {
    let app = TestApp::new().await;
    let (nobody, host) = (app.browser(), app.as_host().await);
    for (browser, path, opener) in [
        (&nobody, "/sign-in", "unsafe-none"),
        (&nobody, "/oauth/authorize", "unsafe-none"),
        (&nobody, "/nonsense", "same-origin"),
        (&host, "/", "same-origin"),
        (&host, "/account/connected-apps", "same-origin"),
        (&host, "/admin/settings/oauth-applications", "same-origin"),
    ] {
        let answer = browser.get(path).await;
        assert_eq!(answer.header("cross-origin-opener-policy"), opener, "{path}");
    }
}

#[tokio::test]
async fn a_look_at_the_address_alone_authorizes_nothing() {
    let app = TestApp::new().await;
    let host = app.as_host().await;
    let answer = host
        .send(host.bare(reqwest::Method::HEAD, "/oauth/authorize"))
        .await;
    answer.assert_status(405);
}

#[tokio::test]
async fn each_request_has_an_id_that_the_client_does_not_choose() {
    let app = TestApp::new().await;
    let browser = app.browser();
    let request = browser
        .bare(reqwest::Method::GET, "/healthz")
        .header("x-request-id", "0123456789abcdef");
    let first = browser.send(request).await;
    let second = browser.get("/healthz").await;
    for answer in [&first, &second] {
        assert_eq!(answer.header("x-request-id").len(), 16);
        assert_ne!(answer.header("x-request-id"), "0123456789abcdef");
    }
    assert_ne!(first.header("x-request-id"), second.header("x-request-id"));
}

#[tokio::test]
async fn redirects_and_json_are_not_kept_either() {
    let app = TestApp::new().await;
    for path in ["/", "/admin", "/healthz"] {
        let answer = app.browser().get(path).await;
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
    }
}
