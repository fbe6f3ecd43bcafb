//! Access tokens at a resource (RFC 6750).

use latchkey_domain::Scope;
use latchkey_oauth::AccessError;

use crate::world::{Pair, World, grant_of, origin};

/// Why it was refused, in words.
fn error_text<T>(result: Result<T, AccessError>) -> String {
    match result {
        Ok(_) => panic!("it worked"),
        Err(AccessError::InvalidToken(words)) => words,
        Err(other) => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_token_opens_what_was_granted_for_an_hour() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    let tokens = world.connect(&app, &ada).await;
    let access = world.use_token(tokens.access()).await.unwrap();
    let grant = grant_of(&access);
    assert_eq!(grant.member, ada.member);
    assert_eq!(grant.application.client_id, app.id);
    access.require(Scope::ReadPosts).unwrap();
    let error = access.require(Scope::ReadCourses).unwrap_err();
    assert_eq!((error.status(), error.id()), (403, Some("insufficient_scope")));
    world.after(3_599).use_token(tokens.access()).await.unwrap();
    let error = world.after(1).use_token(tokens.access()).await.unwrap_err();
    assert_eq!((error.status(), error.id()), (401, Some("invalid_token")));
}

#[tokio::test]
async fn no_token_and_a_malformed_header_are_told_apart() {
    let world = World::new();
    let check = async |header| {
        world
            .server
            .verify_access(header, None, &origin())
            .await
            .unwrap_err()
    };
    assert_eq!(check(None).await.id(), None);
    assert_eq!(check(Some("Bearer")).await.id(), Some("invalid_request"));
    assert_eq!(check(Some("Bearer nonsense")).await.id(), Some("invalid_token"));
}

#[tokio::test]
async fn only_access_tokens_are_access_tokens() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    let tokens = world.connect(&app, &ada).await;
    let code = world.code_for(&app.asks(&[]), &ada).await;
    assert!(error_text(world.use_token(tokens.refresh()).await).contains("it is a refresh token"));
    assert!(error_text(world.use_token(&code).await).contains("it is an authorization code"));
}

#[tokio::test]
async fn the_token_before_the_last_refresh_is_good_until_the_client_has_moved_on() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    let first = world.connect(&app, &ada).await;
    let second = world.refresh(&app, first.refresh()).await.unwrap();
    world.after(600).use_token(first.access()).await.unwrap();
    world.use_token(second.access()).await.unwrap();
    world.after(29).use_token(first.access()).await.unwrap();
    assert!(error_text(world.after(1).use_token(first.access()).await).contains("superseded"));
    world.use_token(second.access()).await.unwrap();
}

#[tokio::test]
async fn the_first_use_of_each_generation_is_kept_and_later_ones_once_a_minute() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    let tokens = world.connect(&app, &ada).await;
    let start = world.now();
    let state = async |seconds: u64| {
        let access = world.after(seconds).use_token(tokens.access()).await.unwrap();
        assert_eq!(world.generation(&access).await, 1);
        let state = world
            .store
            .grant(grant_of(&access).id)
            .await
            .unwrap()
            .unwrap()
            .state;
        let after = |at: Option<latchkey_domain::Timestamp>| at.map(|at| at.since(start).as_secs());
        (after(state.generation_used_at), after(state.last_used_at))
    };
    assert_eq!(state(10).await, (Some(10), Some(10)));
    assert_eq!(state(59).await, (Some(10), Some(10)));
    assert_eq!(state(1).await, (Some(10), Some(70)));
}

#[tokio::test]
async fn a_refused_token_is_explained_to_the_integrator_once_a_minute() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    let tokens = world.connect(&app, &ada).await;
    let before = world.activity(&app).await.len();
    world.after(3_700);
    for _ in 0..5 {
        world.use_token(tokens.access()).await.unwrap_err();
    }
    assert_eq!(world.activity(&app).await.len(), before + 1);
    assert_eq!(
        world.last_words(&app).await,
        "the access token expired 100 seconds ago; use the refresh token to get a new one"
    );
    world.after(60).use_token(tokens.access()).await.unwrap_err();
    assert_eq!(world.activity(&app).await.len(), before + 2);
}
