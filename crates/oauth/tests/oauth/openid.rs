//! The keys that sign ID tokens, over nodes and rotations.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use latchkey_oauth::{AuthorizationServer, RequestOrigin, SignedIn};
use latchkey_storage::Proof;
use serde_json::json;

use crate::world::{Client, World, pairs, refreshes, spec};

const SCOPES: &str = "openid profile email";

async fn relying_party(world: &World) -> Client {
    world.register(spec("https://app.example/cb", SCOPES)).await
}

/// The id of the key that signed.
fn key_of(id_token: Option<&String>) -> String {
    let header = id_token.expect("an ID token").split('.').next().unwrap();
    let header: serde_json::Value = serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap();
    header["kid"].as_str().unwrap().to_owned()
}

/// The claims of an ID token.
fn claims_of(id_token: Option<&String>) -> serde_json::Value {
    let claims = id_token.expect("an ID token").split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap()
}

async fn published(server: &AuthorizationServer) -> Vec<String> {
    let keys = server.jwks().await.unwrap().keys;
    keys.into_iter().map(|key| key.kid).collect()
}

#[tokio::test]
async fn keys_take_turns_and_what_they_signed_can_be_checked_until_it_expires() {
    let world = World::new();
    let (ada, app) = (world.ada().await, relying_party(&world).await);
    let code = world.code_for(&app.asks(&[("scope", SCOPES)]), &ada).await;
    let tokens = world.exchange(&app, &app.exchanges(&code, &[])).await.unwrap();
    let first = key_of(tokens.id_token.as_ref());
    world.server.tend_signing_keys().await.unwrap();
    assert_eq!(published(&world.server).await.concat(), first, "nothing is due");

    world.rotate_server_key(false).await;
    world.server.tend_signing_keys().await.unwrap();
    let both = published(&world.server).await;
    assert_eq!((both.len(), &both[1]), (2, &first));
    world.server.tend_signing_keys().await.unwrap();
    assert_eq!(published(&world.server).await, both, "one rotation makes one key");
    let refreshed = async |refresh_token: &str| {
        let answer = world
            .exchange(&app, &refreshes(refresh_token, &[]))
            .await
            .unwrap();
        let refresh_token = answer.refresh_token.unwrap().expose().to_owned();
        (key_of(answer.id_token.as_ref()), refresh_token)
    };
    // Clients that fetched the keys before the rotation know only the first.
    let (key, token) = refreshed(tokens.refresh_token.as_ref().unwrap().expose()).await;
    assert_eq!(key, first);
    world.after(3_661);
    let (key, token) = refreshed(&token).await;
    assert_eq!(key, both[0]);
    assert_eq!(published(&world.server).await, both);
    world.after(2 * 3_600);
    world.server.tend_signing_keys().await.unwrap();
    assert_eq!(published(&world.server).await, [both[0].clone()]);
    assert_eq!(refreshed(&token).await.0, both[0]);
}

#[tokio::test]
async fn nodes_have_the_same_keys() {
    let world = World::new();
    let other = world.another_node();
    // Both make the first key at once: one is kept.
    let (one, two) = tokio::join!(world.server.jwks(), other.jwks());
    assert_eq!(one.unwrap(), two.unwrap());
    world.rotate_server_key(false).await;
    let (one, two) = tokio::join!(world.server.tend_signing_keys(), other.tend_signing_keys());
    one.and(two).unwrap();
    world.after(61);
    let keys = published(&world.server).await;
    assert_eq!(keys.len(), 2);
    assert_eq!(published(&other).await, keys);
}

/// A client that fetches the keys once an hour, from whichever node answers, and refuses what it cannot check.
struct CachingClient {
    fetches_at: u64,
    known: Vec<String>,
}

#[tokio::test]
async fn no_client_that_keeps_the_keys_for_an_hour_refuses_a_token_of_either_node() {
    let world = World::new();
    let other = world.another_node();
    let nodes = [&world.server, &other];
    let (ada, app) = (world.ada().await, relying_party(&world).await);
    let code = world.code_for(&app.asks(&[("scope", SCOPES)]), &ada).await;
    let tokens = world.exchange(&app, &app.exchanges(&code, &[])).await.unwrap();
    let mut refresh_token = tokens.refresh_token.unwrap().expose().to_owned();
    let first = published(&world.server).await;
    let mut clients: Vec<_> = (0..60)
        .step_by(3)
        .map(|fetches_at| CachingClient {
            fetches_at,
            known: first.clone(),
        })
        .collect();
    let mut signed_with = std::collections::BTreeSet::new();
    for minute in (0..6 * 60).step_by(3) {
        if minute == 63 {
            world.rotate_server_key(false).await;
        }
        for (number, node) in nodes.iter().enumerate() {
            // Housekeeping runs on both, half an hour apart.
            if minute % 60 == 9 + 30 * number as u64 {
                node.tend_signing_keys().await.unwrap();
            }
            for client in clients
                .iter_mut()
                .filter(|client| client.fetches_at == minute % 60)
            {
                // Of one client half of the requests go to each node.
                if (client.fetches_at + minute / 60) % 2 == number as u64 {
                    client.known = published(node).await;
                }
            }
            let form = refreshes(&refresh_token, &[]);
            let answer = world.exchange_at(node, &app, &form).await.unwrap();
            let key = key_of(answer.id_token.as_ref());
            for client in &clients {
                assert!(client.known.contains(&key), "at {minute}, of node {number}");
            }
            refresh_token = answer.refresh_token.unwrap().expose().to_owned();
            signed_with.insert(key);
        }
        world.after(180);
    }
    assert_eq!(signed_with.len(), 2);
    assert_eq!(published(&world.server).await.len(), 1, "the first key is gone");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn of_many_requests_at_once_one_makes_the_first_key() {
    let world = World::new();
    let before = world.randomness_used();
    let asked: Vec<_> = (0..20)
        .map(|_| {
            let server = world.server.clone();
            tokio::spawn(async move { server.jwks().await.unwrap() })
        })
        .collect();
    let mut answers = Vec::new();
    for answer in asked {
        answers.push(answer.await.unwrap());
    }
    let for_twenty = world.randomness_used() - before;
    assert!(answers.iter().all(|keys| *keys == answers[0]));
    // Each further key would take about as much again.
    let alone = World::new();
    alone.server.jwks().await.unwrap();
    assert_eq!(for_twenty, alone.randomness_used());
}

#[tokio::test]
async fn a_key_that_somebody_may_have_is_gone_within_a_minute() {
    let world = World::new();
    let before = published(&world.server).await;
    world.rotate_server_key(true).await;
    world.after(61);
    let after = published(&world.server).await;
    assert_eq!(after.len(), 1);
    assert_ne!(after, before);
}

#[tokio::test]
async fn without_such_clients_there_are_no_keys() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    world.connect(&app, &ada).await;
    world.rotate_server_key(false).await;
    world.server.tend_signing_keys().await.unwrap();
    assert!(world.store.signing_keys().await.unwrap().keys.is_empty());
}

#[tokio::test]
async fn amr_says_how_the_member_signed_in() {
    let world = World::new();
    let (ada, app) = (world.ada().await, relying_party(&world).await);
    for (proof, amr) in [
        (Some(Proof::Password), json!(["pwd"])),
        (Some(Proof::PasswordAndCode), json!(["pwd", "otp", "mfa"])),
        (Some(Proof::Passkey), json!(["pop", "user", "mfa"])),
        // Who signed in with an earlier version.
        (None, json!(null)),
    ] {
        let person = SignedIn { proof, ..ada.clone() };
        let code = world.code_for(&app.asks(&[("scope", SCOPES)]), &person).await;
        let tokens = world.exchange(&app, &app.exchanges(&code, &[])).await.unwrap();
        assert_eq!(claims_of(tokens.id_token.as_ref())["amr"], amr, "{proof:?}");
        let refresh_token = tokens.refresh_token.unwrap();
        let again = refreshes(refresh_token.expose(), &[]);
        let newer = world.exchange(&app, &again).await.unwrap();
        assert_eq!(claims_of(newer.id_token.as_ref())["amr"], amr, "{proof:?}");
    }
}

/// Neither another application's client id nor one that nobody has goes with an ID token.
#[tokio::test]
async fn a_request_to_sign_out_names_the_application_of_its_id_token() {
    let world = World::new();
    let (ada, app) = (world.ada().await, relying_party(&world).await);
    let code = world.code_for(&app.asks(&[("scope", SCOPES)]), &ada).await;
    let tokens = world.exchange(&app, &app.exchanges(&code, &[])).await.unwrap();
    let id_token = tokens.id_token.unwrap();
    let other = relying_party(&world).await;
    for (client_id, is_refused) in [
        (app.id.as_str(), false),
        (other.id.as_str(), true),
        ("nobody-has-this", true),
    ] {
        let query = pairs(&[("id_token_hint", &id_token), ("client_id", client_id)]);
        let logout = world
            .server
            .logout(&query, &RequestOrigin::default())
            .await
            .unwrap();
        assert_eq!(logout.is_refused, is_refused, "{client_id}");
        assert_eq!(logout.member, Some(ada.member.id));
    }
}
