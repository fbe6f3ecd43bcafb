//! `prompt` (OIDC Core section 3.1.2.1): none shows no page, login signs in again, consent asks anyway.

use latchkey_oauth::{Decision, SignedIn};

use crate::world::{World, answer, error, query_of};

#[tokio::test]
async fn none_fails_where_a_page_would_be_needed() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    let silent = app.asks(&[("prompt", "none")]);
    assert_eq!(error(&world.visit(&silent, None).await), "login_required");
    assert_eq!(error(&world.visit(&silent, Some(&ada)).await), "consent_required");
    world.connect(&app, &ada).await;
    assert!(
        answer(&world.visit(&silent, Some(&ada)).await)
            .get("code")
            .is_some()
    );
}

#[tokio::test]
async fn consent_asks_who_has_granted_it_before() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    world.connect(&app, &ada).await;
    let page = world
        .consent_page(&app.asks(&[("prompt", "consent")]), &ada)
        .await;
    assert!(
        answer(&world.allow(&page, "read:posts", &ada).await)
            .get("code")
            .is_some()
    );
}

#[tokio::test]
async fn login_wants_a_sign_in_that_is_newer_than_the_request() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    world.connect(&app, &ada).await;
    let query = app.asks(&[("prompt", "login")]);
    world.after(60);
    let Decision::SignIn(sign_in) = world.visit(&query, Some(&ada)).await else {
        panic!("no sign-in")
    };
    assert!(sign_in.again);
    // Coming back without having signed in is not enough.
    let back = query_of(&sign_in.return_to);
    world.after(5);
    assert!(matches!(
        world.visit(&back, Some(&ada)).await,
        Decision::SignIn(_)
    ));
    // A sign-in is enough, and only one is needed.
    let again = SignedIn {
        session: None,
        at: world.now(),
        ..ada.clone()
    };
    assert!(
        answer(&world.visit(&back, Some(&again)).await)
            .get("code")
            .is_some()
    );
    world.after(60);
    assert!(matches!(
        world.visit(&query, Some(&again)).await,
        Decision::SignIn(_)
    ));
}

#[tokio::test]
async fn login_cannot_be_had_with_the_time_of_another_request() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    let Decision::SignIn(first) = world.visit(&app.asks(&[("prompt", "login")]), None).await else {
        panic!()
    };
    let started = query_of(&first.return_to)
        .into_iter()
        .find(|(name, _)| name == "latchkey_begun")
        .unwrap();
    let signed_in = SignedIn {
        session: None,
        at: world.after(10).now(),
        ..ada
    };
    world.after(600);
    let mut second = app.asks(&[("prompt", "login"), ("state", "another")]);
    second.push(started);
    assert!(matches!(
        world.visit(&second, Some(&signed_in)).await,
        Decision::SignIn(_)
    ));
}

#[tokio::test]
async fn login_holds_for_the_answer_on_the_consent_page_too() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    let query = app.asks(&[("prompt", "login")]);
    let Decision::SignIn(sign_in) = world.after(60).visit(&query, Some(&ada)).await else {
        panic!()
    };
    let again = SignedIn {
        session: None,
        at: world.after(5).now(),
        ..ada.clone()
    };
    let page = world.consent_page(&query_of(&sign_in.return_to), &again).await;
    assert!(matches!(
        world.allow(&page, "read:posts", &ada).await,
        Decision::SignIn(_)
    ));
    assert!(
        answer(&world.allow(&page, "read:posts", &again).await)
            .get("code")
            .is_some()
    );
}
