//! `GET /oauth/userinfo`.

use serde_json::json;

use crate::world::World;

#[tokio::test]
async fn name_and_email_come_with_the_scope_for_them() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    let code = world
        .code_for(&app.asks(&[("scope", "read:userinfo")]), &ada)
        .await;
    let tokens = world.exchange(&app, &app.exchanges(&code, &[])).await.unwrap();
    let userinfo = world.userinfo(tokens.access_token.expose()).await.unwrap();
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
    let userinfo = world.userinfo(tokens.access_token.expose()).await.unwrap();
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
    world.revoke(&app, tokens.access_token.expose()).await.unwrap();
    assert_eq!(
        world
            .userinfo(tokens.access_token.expose())
            .await
            .unwrap_err()
            .status(),
        401
    );
}
