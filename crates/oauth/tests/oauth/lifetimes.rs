//! Codes and tokens are good for as long as the server is told, also those that were issued before it was.

use crate::world::World;

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
    world.use_token(tokens.access_token.expose()).await.unwrap();
    world.after(1);
    assert!(world.use_token(tokens.access_token.expose()).await.is_err());
    world.after(299);
    let next = world.refresh(&app, tokens.refresh_token.expose()).await.unwrap();
    world.after(600);
    assert!(world.refresh(&app, next.refresh_token.expose()).await.is_err());
}

#[tokio::test]
async fn introspection_says_when_they_end() {
    let mut world = World::new();
    world.restart_with(["1m", "5m", "10m"]);
    let (ada, app) = (world.ada().await, world.web_app().await);
    let tokens = world.connect(&app, &ada).await;
    for (token, seconds) in [(&tokens.access_token, 300), (&tokens.refresh_token, 600)] {
        let said = world.introspect(&app, token.expose()).await.unwrap();
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
    // A code keeps the lifetime that it was made with.
    world.exchange(&app, &app.exchanges(&code, &[])).await.unwrap();
    assert!(world.use_token(tokens.access_token.expose()).await.is_err());
    let next = world.refresh(&app, tokens.refresh_token.expose()).await.unwrap();
    assert_eq!(next.expires_in, 60);
}

#[tokio::test]
async fn a_longer_lifetime_makes_good_what_had_ended() {
    let mut world = World::new();
    world.restart_with(["1m", "1m", "5m"]);
    let (ada, app) = (world.ada().await, world.web_app().await);
    let tokens = world.connect(&app, &ada).await;
    world.after(301);
    assert!(world.refresh(&app, tokens.refresh_token.expose()).await.is_err());
    world.restart_with(USUAL);
    world.use_token(tokens.access_token.expose()).await.unwrap();
    world.refresh(&app, tokens.refresh_token.expose()).await.unwrap();
}
