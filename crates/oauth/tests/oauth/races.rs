//! Concurrent requests: exactly one wins where only one may, and fast clients are not punished.

use std::collections::HashSet;

use crate::world::{Pair, World, at_once, in_body, origin, refreshes, refusal};

const MANY: usize = 200;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_200_redemptions_of_one_code_one_wins() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    let code = world.code_for(&app.asks(&[]), &ada).await;
    let mut form = app.exchanges(&code, &[]);
    form.push(("client_id".into(), app.id.to_string()));
    form.push(("client_secret".into(), app.secret.clone().unwrap()));
    let results = at_once((0..MANY).map(|_| {
        let (server, form) = (world.server.clone(), form.clone());
        async move { server.token(in_body(&form), &origin()).await }
    }))
    .await;
    let (won, lost): (Vec<_>, Vec<_>) = results.into_iter().partition(Result::is_ok);
    assert_eq!((won.len(), lost.len()), (1, MANY - 1));
    for result in lost {
        assert_eq!(refusal(result).0, "invalid_grant");
    }
    // The other requests revoked the winner's tokens: one of them may have been a thief.
    let tokens = won.into_iter().next().unwrap().unwrap();
    assert!(world.use_token(tokens.access()).await.is_err());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn all_of_200_refreshes_of_one_token_get_the_same_pair_and_nothing_is_revoked() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    let first = world.connect(&app, &ada).await;
    let mut form = refreshes(first.refresh(), &[]);
    form.push(("client_id".into(), app.id.to_string()));
    form.push(("client_secret".into(), app.secret.clone().unwrap()));
    let results = at_once((0..MANY).map(|_| {
        let (server, form) = (world.server.clone(), form.clone());
        async move { server.token(in_body(&form), &origin()).await.unwrap() }
    }))
    .await;
    let pairs: HashSet<_> = results
        .iter()
        .map(|tokens| (tokens.access().to_owned(), tokens.refresh().to_owned()))
        .collect();
    assert_eq!((results.len(), pairs.len()), (MANY, 1));
    let access = world.use_token(results[0].access()).await.unwrap();
    assert_eq!(world.generation(&access).await, 2);
    world.refresh(&app, results[0].refresh()).await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn refreshing_and_using_at_once_revokes_nothing() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.native_app().await);
    let mut tokens = world.connect(&app, &ada).await;
    for _ in 0..10 {
        let mut form = refreshes(tokens.refresh(), &[]);
        form.push(("client_id".into(), app.id.to_string()));
        let header = format!("Bearer {}", tokens.access());
        let results = at_once((0..20).map(|_| {
            let (server, form, header) = (world.server.clone(), form.clone(), header.clone());
            async move {
                let request = in_body(&form);
                let next = server.token(request, &origin()).await.unwrap();
                // A request that was under way with the old token, and one with the new token.
                server
                    .verify_access(Some(&header), None, &origin())
                    .await
                    .unwrap();
                let header = format!("Bearer {}", next.access());
                server
                    .verify_access(Some(&header), None, &origin())
                    .await
                    .unwrap();
                next
            }
        }))
        .await;
        tokens = results.into_iter().next().unwrap();
        world.after(600);
    }
}
