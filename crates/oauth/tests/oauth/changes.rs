//! Changes take effect at the next request: deleting, pausing and editing an application, demoting, removing and
//! disconnecting a member.

use latchkey_domain::{Actor, Role};

use crate::world::{Pair, World, grant_of, refusal, spec};

#[tokio::test]
async fn deleting_an_application_ends_everything_of_it() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    let tokens = world.connect(&app, &ada).await;
    let code = world.code_for(&app.asks(&[]), &ada).await;
    world
        .store
        .delete_application(&app.id, &Actor::operator(), world.now())
        .await
        .unwrap();
    assert!(world.use_token(tokens.access()).await.is_err());
    assert_eq!(
        refusal(world.refresh(&app, tokens.refresh()).await).0,
        "invalid_client"
    );
    assert_eq!(
        refusal(world.exchange(&app, &app.exchanges(&code, &[])).await).0,
        "invalid_client"
    );
}

#[tokio::test]
async fn a_scope_taken_from_the_application_is_gone_from_its_tokens() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    let tokens = world.connect(&app, &ada).await;
    world.edit(&app, spec(&app.redirect_uri, "read:posts")).await;
    let access = world.use_token(tokens.access()).await.unwrap();
    assert_eq!(access.scopes.to_string(), "read:posts");
    let next = world.refresh(&app, tokens.refresh()).await.unwrap();
    assert_eq!(next.scope.to_string(), "read:posts");
}

#[tokio::test]
async fn a_host_who_is_demoted_loses_host_scopes_at_once_and_gets_them_back_when_promoted() {
    let world = World::new();
    let grace = world.person("grace", Role::Host).await;
    let app = world
        .register(spec(
            "https://app.example/cb",
            "read:posts host:read:network_members",
        ))
        .await;
    let tokens = world.connect_asking(&app, &[("scope", "")], &grace).await;
    let scopes = async || world.use_token(tokens.access()).await.unwrap().scopes.to_string();
    assert_eq!(scopes().await, "host:read:network_members read:posts");
    // The last host could not be demoted.
    world.person("hopper", Role::Host).await;
    world.set_role(&grace, Role::Member).await;
    assert_eq!(scopes().await, "read:posts");
    world.set_role(&grace, Role::Host).await;
    assert_eq!(scopes().await, "host:read:network_members read:posts");
}

#[tokio::test]
async fn a_member_who_is_removed_takes_all_tokens_along() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    let tokens = world.connect(&app, &ada).await;
    world
        .store
        .remove_member(&ada.member.email, &Actor::operator(), world.now())
        .await
        .unwrap();
    assert!(world.use_token(tokens.access()).await.is_err());
    assert_eq!(
        refusal(world.refresh(&app, tokens.refresh()).await).0,
        "invalid_grant"
    );
}

#[tokio::test]
async fn a_pause_refuses_tokens_and_ends_none() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    let tokens = world.connect(&app, &ada).await;
    let code = world.code_for(&app.asks(&[]), &ada).await;
    world
        .store
        .set_paused(&app.id, true, &Actor::operator(), world.now())
        .await
        .unwrap();
    let error = world.use_token(tokens.access()).await.unwrap_err();
    assert!(error.to_string().contains("paused"));
    // Not `invalid_grant`, at which clients discard their refresh token.
    assert_eq!(
        refusal(world.refresh(&app, tokens.refresh()).await).0,
        "unauthorized_client"
    );
    assert_eq!(
        refusal(world.exchange(&app, &app.exchanges(&code, &[])).await).0,
        "unauthorized_client"
    );
    assert!(!world.introspect(&app, tokens.access()).await.unwrap().active);
    world
        .store
        .set_paused(&app.id, false, &Actor::operator(), world.now())
        .await
        .unwrap();
    world.use_token(tokens.access()).await.unwrap();
    world.refresh(&app, tokens.refresh()).await.unwrap();
    world.exchange(&app, &app.exchanges(&code, &[])).await.unwrap();
}

#[tokio::test]
async fn a_member_or_a_host_who_disconnects_ends_the_tokens() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    let tokens = world.connect(&app, &ada).await;
    world
        .store
        .disconnect(ada.member.id, &app.id, world.now())
        .await
        .unwrap();
    assert!(world.use_token(tokens.access()).await.is_err());
    assert!(
        refusal(world.refresh(&app, tokens.refresh()).await)
            .1
            .contains("the member disconnected")
    );
    let tokens = world.connect(&app, &ada).await;
    world
        .store
        .disconnect_everyone(&app.id, &Actor::operator(), world.now())
        .await
        .unwrap();
    assert!(world.use_token(tokens.access()).await.is_err());
    assert!(
        refusal(world.refresh(&app, tokens.refresh()).await)
            .1
            .contains("a host disconnected")
    );
}

#[tokio::test]
async fn with_the_key_but_another_database_nothing_is_good() {
    let (stolen_from, world) = (World::new(), World::new());
    // Otherwise the seeded randomness would give both the same salts.
    world.web_app().await;
    let (ada, app) = (stolen_from.ada().await, stolen_from.web_app().await);
    let forged = stolen_from.connect(&app, &ada).await;
    let (ada, app) = (world.ada().await, world.web_app().await);
    let own = world.connect(&app, &ada).await;
    let access = async |world: &World, token| world.use_token(token).await.map(|access| grant_of(&access).id);
    // One key makes both, for grants with the same number.
    let number = access(&stolen_from, forged.access()).await.unwrap();
    assert_eq!(access(&world, own.access()).await.unwrap(), number);

    assert!(access(&world, forged.access()).await.is_err());
    assert_eq!(
        refusal(world.refresh(&app, forged.refresh()).await).0,
        "invalid_grant"
    );
    assert!(!world.introspect(&app, forged.access()).await.unwrap().active);
    world.revoke(&app, forged.refresh()).await.unwrap();
    access(&world, own.access()).await.unwrap();
}
