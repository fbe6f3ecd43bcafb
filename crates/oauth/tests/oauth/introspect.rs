//! `POST /oauth/introspect` (RFC 7662).

use serde_json::json;

use crate::world::{DAY, Pair, World, refusal};

#[tokio::test]
async fn an_application_learns_what_its_tokens_may_do() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    let tokens = world
        .connect_asking(&app, &[("scope", "read:posts read:userinfo")], &ada)
        .await;
    let issued = world.now().as_secs();
    let access = world.introspect(&app, tokens.access()).await.unwrap();
    assert_eq!(
        serde_json::to_value(access).unwrap(),
        json!({
            "active": true,
            "scope": "read:userinfo read:posts",
            "client_id": app.id.as_str(),
            "username": "ada@example.com",
            "token_type": "Bearer",
            "exp": issued + 3_600,
            "iat": issued,
            "sub": ada.member.id.to_string(),
            "iss": "https://net.example",
        })
    );
    let refresh = world.introspect(&app, tokens.refresh()).await.unwrap();
    let refresh = serde_json::to_value(refresh).unwrap();
    assert_eq!(refresh["exp"], issued + 90 * i64::try_from(DAY).unwrap());
    assert_eq!(refresh.get("token_type"), None);
}

#[tokio::test]
async fn who_the_member_is_stays_untold_without_the_scope_for_it() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    let tokens = world.connect(&app, &ada).await;
    let told = serde_json::to_value(world.introspect(&app, tokens.access()).await.unwrap()).unwrap();
    assert_eq!(told.get("username"), None);
}

#[tokio::test]
async fn of_anything_else_it_learns_only_that_it_is_not_active() {
    let world = World::new();
    let ada = world.ada().await;
    let (app, other) = (world.web_app().await, world.web_app().await);
    let foreign = world.connect(&other, &ada).await;
    let expired = world.connect(&app, &ada).await;
    world.after(3_600);
    let revoked = world.connect(&app, &ada).await;
    world.revoke(&app, revoked.access()).await.unwrap();
    let code = world.code_for(&app.asks(&[]), &ada).await;
    for token in [
        "nonsense",
        &code,
        foreign.refresh(),
        expired.access(),
        revoked.access(),
        revoked.refresh(),
    ] {
        let told = world.introspect(&app, token).await.unwrap();
        assert_eq!(serde_json::to_value(told).unwrap(), json!({"active": false}));
    }
}

#[tokio::test]
async fn asking_is_not_using() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    let first = world.connect(&app, &ada).await;
    let second = world.refresh(&app, first.refresh()).await.unwrap();
    assert!(world.introspect(&app, second.access()).await.unwrap().active);
    world.after(60).refresh(&app, first.refresh()).await.unwrap();
}

#[tokio::test]
async fn a_superseded_refresh_token_is_not_active() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    let first = world.connect(&app, &ada).await;
    let second = world.refresh(&app, first.refresh()).await.unwrap();
    assert!(!world.introspect(&app, first.refresh()).await.unwrap().active);
    assert!(world.introspect(&app, second.refresh()).await.unwrap().active);
}

#[tokio::test]
async fn a_public_application_cannot_ask() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.native_app().await);
    let tokens = world.connect(&app, &ada).await;
    assert_eq!(
        refusal(world.introspect(&app, tokens.access()).await).0,
        "invalid_client"
    );
}
