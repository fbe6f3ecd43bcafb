//! Codes and tokens last as long as the server's settings say, including those issued before a change.

use latchkey_oauth::Decision;
use latchkey_storage::NewActivity;

use crate::world::{DAY, Pair, World, error, refusal};

const USUAL: [&str; 3] = ["2m", "1h", "90d"];

#[tokio::test]
async fn codes_and_tokens_end_when_they_should() {
    let mut world = World::new();
    world.restart_with(["1m", "5m", "10m"]);
    let (ada, app) = (world.ada().await, world.web_app().await);
    let (in_time, late) = (
        world.code_for(&app.asks(&[]), &ada).await,
        world.code_for(&app.asks(&[]), &ada).await,
    );
    world.after(59);
    let tokens = world.exchange(&app, &app.exchanges(&in_time, &[])).await.unwrap();
    assert_eq!(tokens.expires_in, 300);
    world.after(1);
    assert!(world.exchange(&app, &app.exchanges(&late, &[])).await.is_err());

    world.after(298);
    world.use_token(tokens.access()).await.unwrap();
    world.after(1);
    assert!(world.use_token(tokens.access()).await.is_err());
    world.after(299);
    let next = world.refresh(&app, tokens.refresh()).await.unwrap();
    world.after(600);
    assert!(world.refresh(&app, next.refresh()).await.is_err());
}

#[tokio::test]
async fn introspection_says_when_they_end() {
    let mut world = World::new();
    world.restart_with(["1m", "5m", "10m"]);
    let (ada, app) = (world.ada().await, world.web_app().await);
    let tokens = world.connect(&app, &ada).await;
    for (token, seconds) in [(tokens.access(), 300), (tokens.refresh(), 600)] {
        let said = world.introspect(&app, token).await.unwrap();
        assert_eq!(said.token.unwrap().exp, tokens.created_at + seconds);
    }
}

#[tokio::test]
async fn a_shorter_lifetime_ends_what_was_issued_before() {
    let mut world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    let code = world.code_for(&app.asks(&[]), &ada).await;
    let tokens = world.connect(&app, &ada).await;
    world.after(90);
    world.restart_with(["1m", "1m", "5m"]);
    // A code keeps its original lifetime.
    world.exchange(&app, &app.exchanges(&code, &[])).await.unwrap();
    assert!(world.use_token(tokens.access()).await.is_err());
    let next = world.refresh(&app, tokens.refresh()).await.unwrap();
    assert_eq!(next.expires_in, 60);
}

#[tokio::test]
async fn a_longer_lifetime_makes_good_what_had_ended() {
    let mut world = World::new();
    world.restart_with(["1m", "1m", "5m"]);
    let (ada, app) = (world.ada().await, world.web_app().await);
    let tokens = world.connect(&app, &ada).await;
    world.after(301);
    assert!(world.refresh(&app, tokens.refresh()).await.is_err());
    world.restart_with(USUAL);
    world.use_token(tokens.access()).await.unwrap();
    world.refresh(&app, tokens.refresh()).await.unwrap();
}

/// Refreshes once a month for a year.
#[tokio::test]
async fn a_grant_ends_a_year_after_the_consent_however_often_it_is_refreshed() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    let mut tokens = world.connect(&app, &ada).await;
    for _ in 0..12 {
        world.use_token(tokens.access()).await.unwrap();
        tokens = world
            .after(30 * DAY)
            .refresh(&app, tokens.refresh())
            .await
            .unwrap();
    }
    // Day 360. The last pair ends with the grant.
    let last = world
        .after(5 * DAY - 60)
        .refresh(&app, tokens.refresh())
        .await
        .unwrap();
    assert_eq!(last.expires_in, 60);
    let end = last.created_at + 60;
    for token in [last.access(), last.refresh()] {
        let said = world.introspect(&app, token).await.unwrap();
        assert_eq!(said.token.unwrap().exp, end);
    }
    let access = world.use_token(last.access()).await.unwrap();
    assert_eq!(access.expires_at.as_secs(), end);
    assert_eq!(world.server.connected_apps(&ada.member).await.unwrap().len(), 1);

    world.after(60);
    let words = world.use_token(last.access()).await.unwrap_err();
    assert!(words.to_string().contains("it lasts 365 days"), "{words}");
    let (name, words) = refusal(world.refresh(&app, last.refresh()).await);
    assert_eq!(name, "invalid_grant");
    assert!(
        words.contains("the authorization ended: it lasts 365 days"),
        "{words}"
    );
    let NewActivity {
        message, succeeded, ..
    } = world.activity(&app).await.remove(0);
    assert_eq!((message, succeeded), (words, false));
    for token in [last.access(), last.refresh()] {
        assert!(!world.introspect(&app, token).await.unwrap().active);
    }
    assert!(world.server.connected_apps(&ada.member).await.unwrap().is_empty());
    // The consent has ended too: the member is asked again, and that starts another year.
    let silent = world.visit(&app.asks(&[("prompt", "none")]), Some(&ada)).await;
    assert_eq!(error(&silent), "consent_required");
    world.connect(&app, &ada).await;
    let silent = world.visit(&app.asks(&[("prompt", "none")]), Some(&ada)).await;
    assert!(matches!(silent, Decision::Redirect(redirect) if redirect.error.is_none()));
}
