//! Redirects go only to a registered redirect URI (RFC 6749 sections 3.1.2 and 4.1.2.1, RFC 8252 section 7, RFC 9700
//! section 4.1).

use latchkey_oauth::Decision;
use latchkey_oauth::authorize::PageError;

use crate::world::{World, answer, public, spec};

#[tokio::test]
async fn an_unknown_application_is_a_page_never_a_redirect() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    let elsewhere = "A".repeat(43);
    for (client_id, title) in [
        ("", "This link does not work"),
        ("short", "This link does not work"),
        (&elsewhere, "Unknown application"),
    ] {
        for person in [None, Some(&ada)] {
            let Decision::Page(page) = world.visit(&app.asks(&[("client_id", client_id)]), person).await
            else {
                panic!("no page")
            };
            assert_eq!((page.status(), page.title()), (400, title));
        }
    }
}

#[tokio::test]
async fn a_redirect_uri_that_is_not_registered_to_the_letter_is_a_page_never_a_redirect() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    for sent in [
        "https://app.example/cb/",
        "https://app.example/CB",
        "https://APP.example/cb",
        "https://app.example:443/cb",
        "https://app.example/cb?x=1",
        "https://app.example/cb#f",
        "https://app.example/./cb",
        "https://app.example/x/../cb",
        "https://app.example/%63b",
        "https://app.example/cb%2f..",
        "https://app.example@evil.example/cb",
        "https://evil.example/https://app.example/cb",
        "https://app.example.evil.example/cb",
        "https://app.example\\@evil.example/cb",
        "https://аpp.example/cb",
        "http://app.example/cb",
        "//app.example/cb",
        "https://app.example/cb ",
        "javascript:alert(1)",
    ] {
        let query = app.asks(&[("redirect_uri", sent)]);
        for person in [None, Some(&ada)] {
            let decision = world.visit(&query, person).await;
            assert!(
                matches!(decision, Decision::Page(PageError::RedirectUriMismatch { .. })),
                "{sent}: {decision:?}"
            );
        }
    }
}

#[tokio::test]
async fn client_id_or_redirect_uri_twice_is_a_page() {
    let world = World::new();
    let app = world.web_app().await;
    for name in ["client_id", "redirect_uri"] {
        let mut query = app.asks(&[]);
        query.push(query.iter().find(|(other, _)| other == name).unwrap().clone());
        let decision = world.visit(&query, None).await;
        assert!(
            matches!(decision, Decision::Page(PageError::Parameter(_))),
            "{decision:?}"
        );
    }
}

#[tokio::test]
async fn the_redirect_uri_may_be_left_out_where_there_is_only_one() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    let code = world.code_for(&app.asks(&[("redirect_uri", "")]), &ada).await;
    world
        .exchange(&app, &app.exchanges(&code, &[("redirect_uri", "")]))
        .await
        .unwrap();

    let two = world
        .register(spec("https://a.example/cb\nhttps://b.example/cb", "read:posts"))
        .await;
    let decision = world.visit(&two.asks(&[("redirect_uri", "")]), Some(&ada)).await;
    assert!(
        matches!(decision, Decision::Page(PageError::RedirectUriMissing(_))),
        "{decision:?}"
    );
}

#[tokio::test]
async fn a_loopback_address_may_have_any_port_and_gets_its_answer_there() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.native_app().await);
    let uri = "http://127.0.0.1:51004/cb";
    let page = world
        .consent_page(&app.asks(&[("redirect_uri", uri)]), &ada)
        .await;
    assert!(page.redirect_uri.is_loopback());
    assert_eq!(page.redirect_uri.host(), "127.0.0.1:51004");
    let answer = answer(&world.allow(&page, "read:posts", &ada).await);
    assert_eq!(answer.address, uri);
    let code = answer.get("code").unwrap();
    world
        .exchange(&app, &app.exchanges(&code, &[("redirect_uri", uri)]))
        .await
        .unwrap();
}

#[tokio::test]
async fn the_query_of_a_redirect_uri_is_kept() {
    let world = World::new();
    let ada = world.ada().await;
    let app = world
        .register(spec("https://app.example/cb?tenant=a%20b", "read:posts"))
        .await;
    let decision = world.visit(&app.asks(&[("scope", "nonsense")]), Some(&ada)).await;
    let Decision::Redirect(redirect) = &decision else {
        panic!("{decision:?}")
    };
    assert!(
        redirect
            .location
            .starts_with("https://app.example/cb?tenant=a%20b&error=invalid_scope&")
    );
}

#[tokio::test]
async fn a_private_use_scheme_gets_its_answer() {
    let world = World::new();
    let ada = world.ada().await;
    let app = world
        .register(public(spec("com.example.app:/cb", "read:posts")))
        .await;
    let page = world.consent_page(&app.asks(&[("scope", "")]), &ada).await;
    assert_eq!(page.redirect_uri.host(), "com.example.app");
    assert_eq!(
        answer(&world.allow(&page, "read:posts", &ada).await).address,
        "com.example.app:/cb"
    );
}
