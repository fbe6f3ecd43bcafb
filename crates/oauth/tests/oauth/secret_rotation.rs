//! An integration moves from one client secret to the next without an outage.

use latchkey_domain::{Actor, ClientSecret, Retirement, SecretRecord};
use latchkey_oauth::EndpointError;
use latchkey_storage::{ActivityKind, SecretAdded, SecretRetired};

use crate::world::{Client, Pair, World, origin, query_of, refusal};

/// The same client with a second secret, which a host just added.
async fn with_new_secret(world: &World, client: &Client) -> Client {
    let secret = ClientSecret::kept("n".repeat(ClientSecret::LENGTH));
    let added = world
        .store
        .add_client_secret(&client.id, secret.clone(), &Actor::operator(), world.now())
        .await
        .unwrap();
    assert!(matches!(added, SecretAdded::Added(_)), "{added:?}");
    Client {
        id: client.id.clone(),
        secret: Some(secret.expose().to_owned()),
        redirect_uri: client.redirect_uri.clone(),
    }
}

/// The newest first.
async fn records(world: &World, client: &Client) -> Vec<SecretRecord> {
    let listing = world
        .store
        .application_listing(&client.id, latchkey_domain::Timestamp::from_millis(0))
        .await
        .unwrap();
    listing.unwrap().secrets
}

/// Authenticates, with a request that fails for another reason.
async fn knock(world: &World, client: &Client) -> Result<(), EndpointError> {
    world.introspect(client, "nonsense").await.map(drop)
}

#[tokio::test]
async fn both_secrets_are_good_until_one_is_retired() {
    let world = World::new();
    let old = world.web_app().await;
    let tokens = world.connect(&old, &world.ada().await).await;
    let new = with_new_secret(&world, &old).await;
    // Old and new servers of an integration work side by side, on the same grant.
    let next = world.refresh(&new, tokens.refresh()).await.unwrap();
    let next = world.refresh(&old, next.refresh()).await.unwrap();
    assert!(world.introspect(&new, next.access()).await.unwrap().active);

    let oldest = records(&world, &old).await[1].id;
    let retired = world
        .after(10)
        .store
        .retire_client_secret(&old.id, oldest, &Actor::operator(), world.now())
        .await
        .unwrap();
    assert_eq!(retired, SecretRetired::Retired);
    let (error, words) = refusal(world.after(7_300).refresh(&old, next.refresh()).await);
    assert_eq!(error, "invalid_client");
    assert!(
        words.contains("a host of the network retired this secret 2 hours ago; use the new one"),
        "{words}"
    );
    assert!(world.last_words(&old).await.contains("retired this secret"));
    // Issued tokens stay valid.
    world.refresh(&new, next.refresh()).await.unwrap();
}

#[tokio::test]
async fn the_old_one_is_safe_to_retire_once_only_the_new_one_is_used() {
    let world = World::new();
    let old = world.web_app().await;
    knock(&world, &old).await.unwrap();
    let new = with_new_secret(world.after(100), &old).await;
    let verdict = async || {
        let records = records(&world, &old).await;
        records[1].retirement(&records[0])
    };
    assert_eq!(verdict().await, Retirement::NotMoved);
    knock(world.after(1), &old).await.unwrap();
    assert_eq!(verdict().await, Retirement::NotMoved);
    knock(world.after(1), &new).await.unwrap();
    assert_eq!(verdict().await, Retirement::Safe);
    // A server that still uses the old secret shows up with its first request, within the minute.
    knock(world.after(1), &old).await.unwrap();
    assert_eq!(verdict().await, Retirement::StillUsed);
    let records = records(&world, &old).await;
    assert_eq!(records[1].last_used_at, Some(world.now()));
}

#[tokio::test]
async fn use_is_written_once_a_minute() {
    let world = World::new();
    let client = world.web_app().await;
    let first = world.now();
    for _ in 0..5 {
        knock(world.after(10), &client).await.unwrap();
    }
    let record = records(&world, &client).await[0];
    let written = first.plus(std::time::Duration::from_secs(10));
    assert_eq!(
        (record.first_used_at, record.last_used_at),
        (Some(written), Some(written))
    );
    knock(world.after(60), &client).await.unwrap();
    let record = records(&world, &client).await[0];
    assert_eq!(
        (record.first_used_at, record.last_used_at),
        (Some(written), Some(world.now()))
    );
}

#[tokio::test]
async fn a_wrong_secret_is_no_use_of_any() {
    let world = World::new();
    let client = world.web_app().await;
    let wrong = Client {
        secret: Some("w".repeat(ClientSecret::LENGTH)),
        id: client.id.clone(),
        redirect_uri: client.redirect_uri.clone(),
    };
    assert_eq!(refusal(knock(&world, &wrong).await).0, "invalid_client");
    assert_eq!(records(&world, &client).await[0].last_used_at, None);
}

/// The explorer authenticates with the application's newest secret; that says nothing about the integration.
#[tokio::test]
async fn a_host_who_tries_the_application_out_does_not_use_its_secret() {
    let world = World::new();
    let client = world.web_app().await;
    let ada = world.ada().await;
    let application = world.store.application(&client.id).await.unwrap().unwrap();
    let login = world
        .server
        .begin_explorer_login(&application, ada.member.id)
        .await
        .unwrap()
        .unwrap();
    let code = world.code_for(&query_of(&login.location), &ada).await;
    world
        .server
        .finish_explorer_login(&client.id, ada.member.id, &code, &login.code_verifier, &origin())
        .await
        .unwrap();
    assert_eq!(records(&world, &client).await[0].last_used_at, None);
    assert_eq!(
        world.activity(&client).await[0].kind,
        ActivityKind::CodeExchange,
        "it is in the activity all the same"
    );
}
