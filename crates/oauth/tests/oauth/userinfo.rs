//! `GET /oauth/userinfo`.

use serde_json::json;

use crate::world::{Pair, World};

#[tokio::test]
async fn name_and_email_come_with_the_scope_for_them() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    let tokens = world
        .connect_asking(&app, &[("scope", "read:userinfo")], &ada)
        .await;
    let userinfo = world.userinfo(tokens.access()).await.unwrap();
    assert_eq!(
        serde_json::to_value(userinfo).unwrap(),
        json!({
            "sub": ada.member.id.to_string(),
            "id": ada.member.id.to_string(),
            "name": "ada Lovelace",
            "given_name": "ada",
            "family_name": "Lovelace",
            "email": "ada@example.com",
        })
    );
}

#[tokio::test]
async fn any_token_tells_who_but_not_more() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    let tokens = world.connect(&app, &ada).await;
    let userinfo = world.userinfo(tokens.access()).await.unwrap();
    assert_eq!(
        serde_json::to_value(userinfo).unwrap(),
        json!({"sub": ada.member.id.to_string(), "id": ada.member.id.to_string()})
    );
}

#[tokio::test]
async fn a_token_that_is_not_good_tells_nothing() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    let tokens = world.connect(&app, &ada).await;
    world.revoke(&app, tokens.access()).await.unwrap();
    assert_eq!(world.userinfo(tokens.access()).await.unwrap_err().status(), 401);
}
