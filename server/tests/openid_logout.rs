//! Signing out of the network from an application (OpenID Connect RP-Initiated Logout 1.0), and what is tried against it.

use std::time::Duration;

use latchkey_domain::ApplicationDraft;
use reqwest::Method;
use reqwest::header::{CONTENT_TYPE, ORIGIN};

use crate::support::oauth::{Client, borrowed, web_app};
use crate::support::{Answer, Browser, TestApp, assert_sound};

const AFTER: &str = "https://wiki.example/bye";

fn wiki() -> ApplicationDraft {
    ApplicationDraft {
        scopes: ["openid", "profile", "email"].map(str::to_owned).into(),
        post_logout_redirect_uris: format!("{AFTER}\nhttps://wiki.example/"),
        ..web_app()
    }
}

/// An application, a member who is signed in, and the ID token that the application has of them.
async fn world() -> (TestApp, Client, Browser, String) {
    let app = TestApp::new().await;
    let client = app.register(wiki()).await;
    let person = app.as_member().await;
    let hint = id_token(&app, &client, &person).await;
    (app, client, person, hint)
}

async fn id_token(app: &TestApp, client: &Client, person: &Browser) -> String {
    let code = person.lets_in(client, &[("scope", "openid")]).await;
    let tokens = app.exchange(client, &code).await.assert_status(200).json();
    tokens["id_token"].as_str().unwrap().to_owned()
}

fn link(parameters: &[(&str, &str)]) -> String {
    let mut query = form_urlencoded::Serializer::new(String::new());
    query.extend_pairs(parameters);
    format!("/oauth/logout?{}", query.finish())
}

async fn is_signed_in(person: &Browser) -> bool {
    person.get("/account/sessions").await.status == 200
}

/// Presses the button of a page that asks.
async fn press(person: &Browser, page: &Answer) -> Answer {
    assert_sound(page);
    let form = page.hidden("/sign-out");
    person.post("/sign-out", &borrowed(&form)).await
}

#[tokio::test]
async fn an_id_token_of_who_is_signed_in_ends_the_session_and_leads_back_with_the_state() {
    let (_app, client, person, hint) = world().await;
    let answer = person
        .get(&link(&[
            ("id_token_hint", &hint),
            ("client_id", &client.id),
            ("post_logout_redirect_uri", AFTER),
            ("state", "a b&c"),
        ]))
        .await;
    answer.assert_redirect("https://wiki.example/bye?state=a+b%26c");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert!(!is_signed_in(&person).await);
    // The application may ask again: there is nothing left to end.
    let again = link(&[("id_token_hint", &hint), ("post_logout_redirect_uri", AFTER)]);
    person.get(&again).await.assert_redirect(AFTER);
}

#[tokio::test]
async fn an_expired_id_token_still_says_who_is_meant() {
    let (app, _, person, hint) = world().await;
    app.wait(Duration::from_secs(24 * 3_600));
    let request = link(&[("id_token_hint", &hint), ("post_logout_redirect_uri", AFTER)]);
    person.get(&request).await.assert_redirect(AFTER);
    assert!(!is_signed_in(&person).await);
}

#[tokio::test]
async fn without_an_address_the_person_stays_here_and_reads_that_it_worked() {
    let (_app, _, person, hint) = world().await;
    let page = person.get(&link(&[("id_token_hint", &hint)])).await;
    assert_sound(page.assert_status(200).assert_text("You are signed out of"));
    assert!(!is_signed_in(&person).await);
}

#[tokio::test]
async fn without_a_proof_the_person_is_asked_first() {
    let (app, client, person, hint) = world().await;
    let host = app.as_host().await;
    for (who, request) in [
        (&person, link(&[])),
        (
            &person,
            link(&[("client_id", &client.id), ("post_logout_redirect_uri", AFTER)]),
        ),
        (
            &person,
            link(&[
                ("id_token_hint", "x.y.z"),
                ("client_id", &client.id),
                ("post_logout_redirect_uri", AFTER),
            ]),
        ),
        // The ID token of somebody else.
        (
            &host,
            link(&[("id_token_hint", &hint), ("post_logout_redirect_uri", AFTER)]),
        ),
    ] {
        let page = who.get(&request).await;
        assert_sound(page.assert_status(200).assert_text("Stay signed in"));
        assert!(is_signed_in(who).await, "{request}");
    }
    let request = link(&[
        ("client_id", &client.id),
        ("post_logout_redirect_uri", AFTER),
        ("state", "s"),
    ]);
    let page = person.get(&request).await;
    page.assert_text("asks to sign you out here, too");
    press(&person, &page)
        .await
        .assert_redirect("https://wiki.example/bye?state=s");
    assert!(!is_signed_in(&person).await);
}

/// A link alone never leads to an application, so that nobody abuses the name of the network.
#[tokio::test]
async fn who_is_not_signed_in_is_not_sent_away_by_a_link_alone() {
    let (app, client, ..) = world().await;
    let stranger = app.browser();
    let page = stranger
        .get(&link(&[
            ("client_id", &client.id),
            ("post_logout_redirect_uri", AFTER),
        ]))
        .await;
    assert_sound(page.assert_status(200));
    page.assert_text("You are signed out of")
        .assert_text("href=\"https://wiki.example/bye\"");
    stranger.get(&link(&[])).await.assert_status(200);
}

#[tokio::test]
async fn an_address_that_is_not_registered_is_not_gone_to() {
    let (app, client, person, hint) = world().await;
    for wrong in [
        "https://evil.example/",
        "https://wiki.example/bye/",
        "https://wiki.example/bye?x=1",
        "javascript:alert(1)",
        // A redirect URI is none for this.
        &client.redirect_uri,
    ] {
        let page = person
            .get(&link(&[
                ("id_token_hint", &hint),
                ("post_logout_redirect_uri", wrong),
            ]))
            .await;
        page.assert_status(200)
            .assert_text("that is not registered for it");
        assert_sound(&page);
        assert!(is_signed_in(&person).await, "{wrong}");
    }
    // The host reads what to do.
    let host = app.as_host().await;
    let activity = format!("/admin/settings/oauth-applications/{}/activity", client.id);
    let page = host.get(&activity).await;
    page.assert_text("Sign-out")
        .assert_text("add it under After sign-out");
    // Signing out works all the same.
    let request = link(&[
        ("client_id", &client.id),
        ("post_logout_redirect_uri", "https://evil.example/"),
    ]);
    let page = person.get(&request).await;
    let answer = press(&person, &page).await;
    assert!(
        answer.header("location").starts_with("/oauth/logout?"),
        "{}",
        answer.header("location")
    );
    assert!(!is_signed_in(&person).await);
    person
        .get(&request)
        .await
        .assert_text("You are signed out of")
        .assert_no_text("href=\"https://evil");
}

#[tokio::test]
async fn the_address_of_one_application_is_none_of_another() {
    let (app, client, person, hint) = world().await;
    let other = ApplicationDraft {
        post_logout_redirect_uris: "https://other.example/".into(),
        ..wiki()
    };
    let other = app.register(other).await;
    for request in [
        link(&[
            ("id_token_hint", &hint),
            ("post_logout_redirect_uri", "https://other.example/"),
        ]),
        link(&[
            ("id_token_hint", &hint),
            ("client_id", &other.id),
            ("post_logout_redirect_uri", "https://other.example/"),
        ]),
        link(&[
            ("client_id", &client.id),
            ("post_logout_redirect_uri", "https://other.example/"),
        ]),
        link(&[
            ("client_id", "unknown-client"),
            ("post_logout_redirect_uri", "https://other.example/"),
        ]),
        link(&[("post_logout_redirect_uri", "https://other.example/")]),
    ] {
        let page = person.get(&request).await;
        assert_sound(
            page.assert_status(200)
                .assert_text("For your safety you stay here."),
        );
        assert!(is_signed_in(&person).await, "{request}");
    }
}

#[tokio::test]
async fn a_form_of_the_application_counts_like_its_link() {
    let (_app, client, person, hint) = world().await;
    let form = form_urlencoded::Serializer::new(String::new())
        .extend_pairs([
            ("id_token_hint", &*hint),
            ("post_logout_redirect_uri", AFTER),
            ("state", "é\n"),
        ])
        .finish();
    let request = person
        .bare(Method::POST, "/oauth/logout")
        .header(ORIGIN, "https://wiki.example")
        .header("sec-fetch-site", "cross-site")
        .header(CONTENT_TYPE, "application/x-www-form-urlencoded")
        .body(form);
    let answer = person.send(request).await;
    assert_eq!(answer.status, 303);
    let address = answer.header("location").to_owned();
    person
        .get(&address)
        .await
        .assert_redirect("https://wiki.example/bye?state=%C3%A9%0A");
    assert!(!client.id.is_empty());
}

#[tokio::test]
async fn what_cannot_be_read_ends_nothing() {
    let (_app, _, person, hint) = world().await;
    let long = "x".repeat(9_000);
    for request in [
        format!("/oauth/logout?id_token_hint={hint}&id_token_hint={hint}"),
        link(&[("id_token_hint", &long)]),
        link(&[("id_token_hint", &hint), ("state", &long)]),
        format!("/oauth/logout?id_token_hint={hint}&state=%FF"),
    ] {
        person.get(&request).await.assert_status(400);
    }
    let request = person.bare(Method::HEAD, &link(&[("id_token_hint", &hint)]));
    assert_eq!(person.send(request).await.status, 405);
    assert!(is_signed_in(&person).await);
}

#[tokio::test]
async fn discovery_names_the_endpoint() {
    let app = TestApp::new().await;
    let document = app
        .browser()
        .get("/.well-known/openid-configuration")
        .await
        .json();
    assert_eq!(
        document["end_session_endpoint"],
        format!("{}/oauth/logout", app.issuer())
    );
}
