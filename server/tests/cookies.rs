//! Cookies that others set on the same host.

use reqwest::Method;
use reqwest::header::{COOKIE, HeaderValue, ORIGIN};

use crate::support::{Answer, Browser, TestApp};

/// A request with raw cookies, in as many headers.
async fn send(browser: &Browser, method: Method, path: &str, cookies: &[&[u8]]) -> Answer {
    let mut request = browser.bare(method, path);
    for line in cookies {
        request = request.header(COOKIE, HeaderValue::from_bytes(line).unwrap());
    }
    browser.send(request).await
}

#[tokio::test]
async fn nobody_is_signed_out_by_another_application_s_cookie() {
    let app = TestApp::new().await;
    let session = app.as_member().await.cookie().unwrap();
    let session = session.as_bytes();
    let browser = app.browser();
    for foreign in [
        &b"visitor=Zo\xC3\xAB"[..],
        b"visitor=Zo\xEB",
        b"\xFF=\xFE\xFD",
        b"=",
        b"novalue",
        b"latchkey_session=\xFF",
        b"latchkey_session=",
        b"latchkey_session=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA",
        b"prefs={\"a\":\"b; c\"}",
        b"latchkey_session=1; latchkey_session=2; latchkey_session=3; latchkey_session=4; latchkey_session=5; \
          latchkey_session=6; latchkey_session=7; latchkey_session=8; latchkey_session=9",
    ] {
        let joined = [foreign, b"; ", session].concat();
        let turned = [session, b"; ", foreign].concat();
        for cookies in [
            &[&joined[..]][..],
            &[&turned],
            &[foreign, session],
            &[session, foreign],
        ] {
            let answer = send(&browser, Method::GET, "/account/sessions", cookies).await;
            assert_eq!(answer.status, 200, "{}", foreign.escape_ascii());
        }
    }
}

#[tokio::test]
async fn signing_in_and_out_works_beside_it() {
    let app = TestApp::new().await;
    let wrong = "latchkey_session=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";
    let session = app.as_member().await.cookie().unwrap();
    let both = format!("visitor=Zoë; {wrong}; {session}");
    let browser = app.browser();
    let request = browser
        .bare(Method::POST, "/sign-out")
        .header(COOKIE, HeaderValue::from_bytes(both.as_bytes()).unwrap())
        .header(ORIGIN, &app.url);
    browser.send(request).await.assert_redirect("/sign-in");
    let after = send(&browser, Method::GET, "/account/sessions", &[session.as_bytes()]).await;
    after.assert_status(303);
}

#[tokio::test]
async fn a_form_of_another_site_is_refused_with_any_cookies() {
    let app = TestApp::new().await;
    let session = app.as_member().await.cookie().unwrap();
    let both = format!("visitor=Zoë; {session}");
    let answer = send(&app.browser(), Method::POST, "/sign-out", &[both.as_bytes()]).await;
    answer.assert_status(403);
}

#[tokio::test]
async fn other_headers_may_have_any_bytes_too() {
    let app = TestApp::new().await;
    let member = app.as_member().await;
    for name in [
        "user-agent",
        "referer",
        "accept-language",
        "accept",
        "authorization",
        "x-forwarded-for",
        "forwarded",
        "accept-encoding",
    ] {
        let request = member
            .bare(Method::GET, "/account/sessions")
            .header(name, HeaderValue::from_bytes(b"Zo\xEB\xFF").unwrap());
        member.send(request).await.assert_status(200);
    }
}
