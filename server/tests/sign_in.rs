//! `/sign-in`

use std::time::Duration;

use latchkey_domain::Role;
use reqwest::Method;
use reqwest::header::ORIGIN;

use crate::support::{Answer, Browser, PASSWORD, TestApp, assert_sound};

#[tokio::test]
async fn the_form_works_with_password_managers() {
    let app = TestApp::new().await;
    let answer = app.browser().get("/sign-in").await;
    assert_sound(&answer);
    answer
        .assert_status(200)
        .assert_text("autocomplete=\"username webauthn\"")
        .assert_text("autocomplete=\"current-password\"");
}

#[tokio::test]
async fn the_right_password_signs_in() {
    let app = TestApp::new().await;
    let browser = app.browser();
    let answer = browser.sign_in(" Member@Example.com ", PASSWORD).await;
    answer.assert_redirect("/");
    let cookies = answer.cookies();
    let [cookie] = cookies[..] else {
        panic!("{cookies:?}")
    };
    assert!(cookie.starts_with("latchkey_session="), "{cookie}");
    for attribute in ["Path=/", "HttpOnly", "SameSite=Lax", "Max-Age=2592000"] {
        assert!(
            cookie.split("; ").any(|part| part == attribute),
            "{attribute} is not in {cookie}"
        );
    }
    browser
        .get("/")
        .await
        .assert_status(200)
        .assert_text("Ada Lovelace");
    browser
        .get("/sign-in?return_to=/account/sessions")
        .await
        .assert_redirect("/account/sessions");
}

#[tokio::test]
async fn with_https_the_cookie_is_bound_to_the_host() {
    let app = TestApp::behind_https().await;
    let browser = app.browser();
    let answer = browser.sign_in("host@example.com", PASSWORD).await;
    let cookies = answer.cookies();
    assert!(
        cookies[0].starts_with("__Host-latchkey_session=")
            && cookies[0].split("; ").any(|part| part == "Secure"),
        "{cookies:?}"
    );
    assert_eq!(answer.header("strict-transport-security"), "max-age=31536000");
    browser.get("/").await.assert_status(200);
}

#[tokio::test]
async fn unknown_and_wrong_are_answered_alike() {
    let app = TestApp::new().await;
    let mut pages = vec![];
    for (email, password) in [
        ("member@example.com", "wrong"),
        ("nobody@example.com", PASSWORD),
        ("no email", "x"),
        ("", ""),
    ] {
        let answer = app.browser().sign_in(email, password).await;
        assert_sound(&answer);
        answer
            .assert_status(422)
            .assert_text("The email or the password is wrong.");
        assert!(answer.cookies().is_empty());
        let page = answer.text.replace(&format!(" value=\"{email}\""), " value=\"\"");
        // Each page has its own challenge for a passkey.
        let (before, after) = page.split_once(" data-options=").unwrap();
        let (_, after) = after.split_once("<button").unwrap();
        pages.push(format!("{before}{after}").replace(" autofocus", ""));
    }
    pages.dedup();
    assert_eq!(pages.len(), 1, "{pages:#?}");
}

#[tokio::test]
async fn the_typed_email_is_kept_and_the_password_is_not() {
    let app = TestApp::new().await;
    let answer = app
        .browser()
        .sign_in("member@example.com", "wrong password")
        .await;
    answer
        .assert_text("value=\"member@example.com\"")
        .assert_no_text("wrong password");
}

#[tokio::test]
async fn comes_back_to_where_it_began() {
    let app = TestApp::new().await;
    let browser = app.browser();
    let page = "/admin/settings/oauth-applications?q=a&page=2";
    let answer = browser.get(page).await;
    answer.assert_redirect("/sign-in?return_to=%2Fadmin%2Fsettings%2Foauth-applications%3Fq%3Da%26page%3D2");
    browser
        .get(answer.header("location"))
        .await
        .assert_text("value=\"/admin/settings/oauth-applications?q=a&amp;page=2\"");
    let form = [
        ("email", "host@example.com"),
        ("password", PASSWORD),
        ("return_to", page),
    ];
    browser.post("/sign-in", &form).await.assert_redirect(page);
}

#[tokio::test]
async fn never_leads_to_another_site() {
    let app = TestApp::new().await;
    for elsewhere in [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "\\/evil.example",
        "/\t/evil.example",
        "evil",
        "",
    ] {
        let form = [
            ("email", "member@example.com"),
            ("password", PASSWORD),
            ("return_to", elsewhere),
        ];
        app.browser().post("/sign-in", &form).await.assert_redirect("/");
    }
}

#[tokio::test]
async fn a_session_that_was_planted_is_not_taken_over() {
    let app = TestApp::new().await;
    let browser = app.as_member().await;
    let planted = browser.cookie();
    browser
        .sign_in("host@example.com", PASSWORD)
        .await
        .assert_redirect("/");
    assert_ne!(browser.cookie(), planted);
    let attacker = app.browser();
    attacker.set_cookie(planted);
    attacker.get("/").await.assert_redirect("/sign-in");
}

#[tokio::test]
async fn a_session_that_was_made_up_is_not_taken_up() {
    let app = TestApp::new().await;
    let browser = app.browser();
    let made_up = format!("latchkey_session={}", "A".repeat(43));
    browser.set_cookie(Some(made_up.clone()));
    browser
        .sign_in("member@example.com", PASSWORD)
        .await
        .assert_redirect("/");
    assert_ne!(browser.cookie(), Some(made_up.clone()));
    let attacker = app.browser();
    attacker.set_cookie(Some(made_up));
    attacker.get("/").await.assert_redirect("/sign-in");
}

#[tokio::test]
async fn guessing_has_to_wait_and_is_told_how_long() {
    let app = TestApp::new().await;
    let browser = app.browser();
    for _ in 0..5 {
        browser
            .sign_in("member@example.com", "guess")
            .await
            .assert_status(422);
    }
    let answer = browser.sign_in("member@example.com", PASSWORD).await;
    assert_sound(&answer);
    answer
        .assert_status(429)
        .assert_text("Too many attempts to sign in: try again in 2 seconds.");
    assert_eq!(answer.header("retry-after"), "2");
    app.wait(Duration::from_secs(2));
    browser
        .sign_in("member@example.com", PASSWORD)
        .await
        .assert_redirect("/");
}

/// A domain may be typed in its own script or in ASCII; accented letters may be composed or not.
#[tokio::test]
async fn an_email_of_any_letters_signs_in_however_it_is_typed() {
    let app = TestApp::new().await;
    app.member("ada@bücher.example", Role::Member).await;
    app.member("jürgen@example.com", Role::Member).await;
    for typed in [
        "ada@bücher.example",
        "Ada@BÜCHER.example",
        "ada@xn--bcher-kva.example",
        "jürgen@example.com",
        "JÜRGEN@example.com",
        "ju\u{308}rgen@example.com",
    ] {
        app.browser().sign_in(typed, PASSWORD).await.assert_redirect("/");
    }
    // `а` is Cyrillic.
    for typed in ["аda@bücher.example", "ada@bucher.example", "jurgen@example.com"] {
        app.browser().sign_in(typed, PASSWORD).await.assert_status(422);
    }
}

#[tokio::test]
async fn guesses_count_however_the_email_is_typed() {
    let app = TestApp::new().await;
    app.member("ada@bücher.example", Role::Member).await;
    let browser = app.browser();
    for typed in [
        "ada@bücher.example",
        "ada@xn--bcher-kva.example",
        "ada@bu\u{308}cher.example",
        "ADA@BÜCHER.EXAMPLE",
        "ada@bücher.example",
    ] {
        browser.sign_in(typed, "guess").await.assert_status(422);
    }
    browser
        .sign_in("ada@xn--bcher-kva.example", PASSWORD)
        .await
        .assert_status(429);
}

#[tokio::test]
async fn a_session_ends_after_30_days() {
    let app = TestApp::new().await;
    let browser = app.as_member().await;
    app.wait(Duration::from_secs(30 * 24 * 60 * 60 + 1));
    browser.get("/").await.assert_redirect("/sign-in");
}

#[tokio::test]
async fn what_is_no_form_is_refused_in_words() {
    let app = TestApp::new().await;
    let browser = app.browser();
    let request = browser.bare(Method::POST, "/sign-in").header(ORIGIN, &app.url);
    let answer = browser
        .send(request.header("content-type", "application/json").body("{}"))
        .await;
    answer
        .assert_status(415)
        .assert_text("The request could not be read");
    let long = "x".repeat(100_000);
    browser
        .sign_in("member@example.com", &long)
        .await
        .assert_status(413)
        .assert_text("That is too much at once");
}

#[tokio::test]
async fn leads_to_setup_until_there_is_a_host() {
    TestApp::empty()
        .await
        .browser()
        .get("/sign-in")
        .await
        .assert_redirect("/setup");
}

/// Sends the form of `page`, as a browser does.
async fn sends(browser: &Browser, page: &Answer, email: &str, password: &str) -> Answer {
    let mut form = page.hidden("/sign-in");
    form.push(("email".into(), email.into()));
    form.push(("password".into(), password.into()));
    let form: Vec<_> = form
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    browser.post("/sign-in", &form).await
}

const SESSIONS: &str = "/sign-in?return_to=%2Faccount%2Fsessions";

#[tokio::test]
async fn a_browser_that_keeps_no_cookies_is_told_so() {
    let app = TestApp::new().await;
    let browser = app.browser();
    let page = browser.get(SESSIONS).await;
    browser.forget_cookies();
    let answer = sends(&browser, &page, "member@example.com", PASSWORD).await;
    answer.assert_status(303);
    browser.forget_cookies();
    let told = browser.get(answer.header("location")).await;
    assert_sound(&told);
    told.assert_status(200)
        .assert_text("Your browser did not keep the sign-in cookie")
        .assert_text(&format!("href=\"{}{SESSIONS}\"", app.issuer()))
        .assert_no_text("<form");
    // The password must be correct.
    let page = browser.get(SESSIONS).await;
    browser.forget_cookies();
    let answer = sends(&browser, &page, "member@example.com", "wrong").await;
    answer.assert_status(422).assert_no_text("did not keep");
}

#[tokio::test]
async fn a_browser_that_keeps_cookies_goes_straight_on() {
    let app = TestApp::new().await;
    let browser = app.browser();
    let page = browser.get(SESSIONS).await;
    let wrong = sends(&browser, &page, "member@example.com", "wrong").await;
    wrong.assert_status(422);
    let answer = sends(&browser, &wrong, "member@example.com", PASSWORD).await;
    answer.assert_redirect("/account/sessions");
}

#[tokio::test]
async fn a_browser_whose_probe_is_gone_goes_on_by_a_detour() {
    let app = TestApp::new().await;
    let browser = app.browser();
    let page = browser.get("/sign-in").await;
    browser.forget_cookies();
    let answer = sends(&browser, &page, "member@example.com", PASSWORD).await;
    let location = answer.header("location").to_owned();
    assert!(location.starts_with("/sign-in?signed_in="), "{location}");
    browser.get(&location).await.assert_redirect("/");
    browser.get("/").await.assert_status(200);
}

#[tokio::test]
async fn no_link_says_that_cookies_are_blocked() {
    let app = TestApp::new().await;
    let browser = app.browser();
    let page = browser.get("/sign-in").await;
    browser.forget_cookies();
    let answer = sends(&browser, &page, "member@example.com", PASSWORD).await;
    let location = answer.header("location").to_owned();
    browser.forget_cookies();
    let forged = location.replacen("signed_in=1", "signed_in=2", 1);
    for link in [forged.as_str(), "/sign-in?signed_in=1", "/sign-in?signed_in="] {
        browser
            .get(link)
            .await
            .assert_status(200)
            .assert_text("action=\"/sign-in\"")
            .assert_no_text("did not keep");
    }
    app.wait(Duration::from_secs(301));
    browser.get(&location).await.assert_no_text("did not keep");
}

#[tokio::test]
async fn a_page_that_was_opened_over_http_says_so_beforehand() {
    let app = TestApp::behind_https().await;
    let browser = app.browser();
    let open = async |headers: &[(&str, &str)]| {
        let mut request = browser.bare(Method::GET, "/sign-in?return_to=%2Fadmin");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        browser.send(request).await
    };
    for headers in [
        &[][..],
        &[("x-forwarded-proto", "http")],
        &[("forwarded", "for=192.0.2.1;proto=http")],
    ] {
        let page = open(headers).await;
        assert_sound(&page);
        page.assert_text("You opened this page over http")
            .assert_text("/sign-in?return_to=%2Fadmin\"");
    }
    for headers in [
        [("x-forwarded-proto", "https")],
        [("forwarded", "for=192.0.2.1;proto=https")],
        [("x-forwarded-for", "192.0.2.1")],
        [("sec-fetch-site", "none")],
    ] {
        open(&headers).await.assert_no_text("over http");
    }
    let page = TestApp::new().await.browser().get("/sign-in").await;
    page.assert_no_text("over http");
}

#[tokio::test]
async fn cookies_of_other_applications_are_passed_over() {
    let app = TestApp::new().await;
    let browser = app.as_member().await;
    let session = browser.cookie().unwrap();
    for foreign in [
        &b"visitor=Zo\xc3\xab"[..],
        b"a=\xff\xfe",
        b"nonsense",
        b"latchkey_session=nonsense",
        b"=;;;",
    ] {
        let cookies = [foreign, b"; ", session.as_bytes(), b"; b=\xe9"].concat();
        let request = app
            .browser()
            .bare(Method::GET, "/account/sessions")
            .header("cookie", &cookies[..]);
        let answer = app.browser().send(request).await;
        answer.assert_status(200).assert_text("This session");
    }
}

#[tokio::test]
async fn a_password_matches_from_every_keyboard() {
    let app = TestApp::new().await;
    let (composed, decomposed) = ("caf\u{e9} cr\u{e8}me", "cafe\u{301} cre\u{300}me");
    for set in [composed, decomposed] {
        let password = latchkey_domain::member::NewPassword::new(set.to_owned()).unwrap();
        let (email, by) = (
            "member@example.com".parse().unwrap(),
            latchkey_domain::Actor::operator(),
        );
        let roster = &app.instance.roster;
        roster.set_password(&email, &password, false, &by).await.unwrap();
        for typed in [composed, decomposed] {
            let answer = app.browser().sign_in("member@example.com", typed).await;
            answer.assert_redirect("/");
        }
    }
}
