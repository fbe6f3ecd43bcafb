//! `POST /oauth/revoke` (RFC 7009).

use crate::world::{Pair, World, refusal};

#[tokio::test]
async fn either_token_ends_the_grant() {
    let world = World::new();
    let ada = world.ada().await;
    for app in [world.web_app().await, world.native_app().await] {
        for by_refresh_token in [true, false] {
            let tokens = world.connect(&app, &ada).await;
            let token = if by_refresh_token {
                tokens.refresh()
            } else {
                tokens.access()
            };
            world.revoke(&app, token).await.unwrap();
            assert!(world.use_token(tokens.access()).await.is_err());
            assert_eq!(
                refusal(world.refresh(&app, tokens.refresh()).await).0,
                "invalid_grant"
            );
        }
    }
}

#[tokio::test]
async fn other_grants_of_the_same_member_go_on() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    let (phone, laptop) = (world.connect(&app, &ada).await, world.connect(&app, &ada).await);
    world.revoke(&app, phone.refresh()).await.unwrap();
    world.use_token(laptop.access()).await.unwrap();
}

#[tokio::test]
async fn what_is_unknown_expired_or_revoked_already_is_no_error() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    let tokens = world.connect(&app, &ada).await;
    world.revoke(&app, "nonsense").await.unwrap();
    world.revoke(&app, "lk_at_nonsense").await.unwrap();
    world
        .revoke(&app, &world.code_for(&app.asks(&[]), &ada).await)
        .await
        .unwrap();
    world.after(4_000).revoke(&app, tokens.access()).await.unwrap();
    world.revoke(&app, tokens.access()).await.unwrap();
    assert_eq!(
        refusal(world.refresh(&app, tokens.refresh()).await).0,
        "invalid_grant"
    );
}

#[tokio::test]
async fn a_superseded_token_ends_the_grant_as_well() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    let first = world.connect(&app, &ada).await;
    let second = world.refresh(&app, first.refresh()).await.unwrap();
    world.revoke(&app, first.refresh()).await.unwrap();
    assert!(world.use_token(second.access()).await.is_err());
}

#[tokio::test]
async fn the_token_of_another_application_is_refused_and_stays() {
    let world = World::new();
    let ada = world.ada().await;
    let (app, other) = (world.web_app().await, world.native_app().await);
    let tokens = world.connect(&app, &ada).await;
    assert_eq!(
        refusal(world.revoke(&other, tokens.access()).await).0,
        "unauthorized_client"
    );
    world.use_token(tokens.access()).await.unwrap();
}

#[tokio::test]
async fn a_request_without_a_token_is_invalid() {
    let world = World::new();
    let app = world.web_app().await;
    assert_eq!(refusal(world.revoke(&app, "").await).0, "invalid_request");
}

#[tokio::test]
async fn the_integrator_reads_about_it_once() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    let tokens = world.connect(&app, &ada).await;
    let before = world.activity(&app).await.len();
    for _ in 0..3 {
        world.revoke(&app, tokens.refresh()).await.unwrap();
    }
    assert_eq!(
        world.last_words(&app).await,
        "The application revoked its tokens."
    );
    assert_eq!(world.activity(&app).await.len(), before + 1);
}
