//! The keys that sign ID tokens, over nodes and rotations.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use latchkey_domain::{ApplicationSpec, IdTokenAlgorithm};
use latchkey_oauth::{AuthorizationServer, RequestOrigin, SignedIn};
use latchkey_storage::Proof;
use serde_json::json;

use crate::world::{Client, Pair, World, pairs, refreshes, spec};

const SCOPES: &str = "openid profile email";

use IdTokenAlgorithm::{Es256, Rs256};

async fn relying_party(world: &World) -> Client {
    signed_with(world, Rs256).await
}

/// An application that gets ID tokens of this algorithm.
async fn signed_with(world: &World, id_token_algorithm: IdTokenAlgorithm) -> Client {
    world
        .register(ApplicationSpec {
            id_token_algorithm,
            ..spec("https://app.example/cb", SCOPES)
        })
        .await
}

fn header_of(id_token: Option<&String>) -> serde_json::Value {
    let header = id_token.expect("an ID token").split('.').next().unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(header).unwrap()).unwrap()
}

/// The id of the key that signed.
fn key_of(id_token: Option<&String>) -> String {
    header_of(id_token)["kid"].as_str().unwrap().to_owned()
}

/// The claims of an ID token.
fn claims_of(id_token: Option<&String>) -> serde_json::Value {
    let claims = id_token.expect("an ID token").split('.').nth(1).unwrap();
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(claims).unwrap()).unwrap()
}

/// The ids of the keys of both algorithms.
async fn published(server: &AuthorizationServer) -> Vec<String> {
    let keys = server.jwks().await.unwrap().keys;
    keys.into_iter().map(|key| key.kid).collect()
}

/// The ids of the keys of one algorithm, newest first.
async fn published_of(server: &AuthorizationServer, algorithm: IdTokenAlgorithm) -> Vec<String> {
    let keys = server.jwks().await.unwrap().keys.into_iter();
    keys.filter(|key| key.alg == algorithm)
        .map(|key| key.kid)
        .collect()
}

#[tokio::test]
async fn keys_take_turns_and_what_they_signed_can_be_checked_until_it_expires() {
    for algorithm in IdTokenAlgorithm::ALL {
        takes_turns(algorithm).await;
    }
}

async fn takes_turns(algorithm: IdTokenAlgorithm) {
    let world = World::new();
    let (ada, app) = (world.ada().await, signed_with(&world, algorithm).await);
    let published = async || published_of(&world.server, algorithm).await;
    let tokens = world.connect_asking(&app, &[("scope", SCOPES)], &ada).await;
    let first = key_of(tokens.id_token.as_ref());
    world.server.tend_signing_keys().await.unwrap();
    assert_eq!(published().await.concat(), first, "nothing is due");

    world.rotate_server_key(false).await;
    world.server.tend_signing_keys().await.unwrap();
    let both = published().await;
    assert_eq!((both.len(), &both[1]), (2, &first));
    world.server.tend_signing_keys().await.unwrap();
    assert_eq!(published().await, both, "one rotation makes one key");
    let refreshed = async |refresh_token: &str| {
        let answer = world
            .exchange(&app, &refreshes(refresh_token, &[]))
            .await
            .unwrap();
        let refresh_token = answer.refresh().to_owned();
        (key_of(answer.id_token.as_ref()), refresh_token)
    };
    // Clients that fetched the keys before the rotation know only the first.
    let (key, token) = refreshed(tokens.refresh()).await;
    assert_eq!(key, first);
    world.after(3_661);
    let (key, token) = refreshed(&token).await;
    assert_eq!(key, both[0]);
    assert_eq!(published().await, both);
    world.after(2 * 3_600);
    world.server.tend_signing_keys().await.unwrap();
    assert_eq!(published().await, [both[0].clone()]);
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
    assert_eq!(keys.len(), 4, "two of each algorithm");
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
    let tokens = world.connect_asking(&app, &[("scope", SCOPES)], &ada).await;
    let mut refresh_token = tokens.refresh().to_owned();
    let first = published(&world.server).await;
    let mut clients: Vec<_> = (0..60)
        .step_by(3)
        .map(|fetches_at| CachingClient {
            fetches_at,
            known: first.clone(),
        })
        .collect();
    let mut signers = std::collections::BTreeSet::new();
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
            refresh_token = answer.refresh().to_owned();
            signers.insert(key);
        }
        world.after(180);
    }
    assert_eq!(signers.len(), 2);
    assert_eq!(published(&world.server).await.len(), 2, "the first keys are gone");
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
    assert_eq!(after.len(), 2);
    assert!(!after.iter().any(|key| before.contains(key)));
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
async fn each_application_gets_the_algorithm_that_its_host_chose() {
    let world = World::new();
    let ada = world.ada().await;
    for algorithm in IdTokenAlgorithm::ALL {
        let app = signed_with(&world, algorithm).await;
        let tokens = world.connect_asking(&app, &[("scope", SCOPES)], &ada).await;
        let id_token = tokens.id_token.unwrap();
        let header = header_of(Some(&id_token));
        assert_eq!(header["alg"], algorithm.id());
        assert_eq!(
            published_of(&world.server, algorithm).await,
            [key_of(Some(&id_token))]
        );
        // It says who is meant, whatever signed it.
        let query = pairs(&[("id_token_hint", &id_token)]);
        let logout = world.server.logout(&query, &RequestOrigin::default()).await;
        assert_eq!(logout.unwrap().member, Some(ada.member.id));
    }
}

/// A key signs with its own algorithm, and a token does not choose another.
#[tokio::test]
async fn the_key_of_one_algorithm_is_none_of_the_other() {
    let world = World::new();
    let ada = world.ada().await;
    let mut tokens = Vec::new();
    for algorithm in IdTokenAlgorithm::ALL {
        let app = signed_with(&world, algorithm).await;
        let answer = world.connect_asking(&app, &[("scope", SCOPES)], &ada).await;
        tokens.push(answer.id_token.unwrap());
    }
    let kids: Vec<_> = tokens.iter().map(|token| key_of(Some(token))).collect();
    for (own, other) in [(0, 1), (1, 0)] {
        let (_, rest) = tokens[own].split_once('.').unwrap();
        for (alg, kid) in [
            (IdTokenAlgorithm::ALL[other].id(), &kids[own]),
            (IdTokenAlgorithm::ALL[own].id(), &kids[other]),
            (IdTokenAlgorithm::ALL[other].id(), &kids[other]),
            ("none", &kids[own]),
            ("HS256", &kids[own]),
        ] {
            let header = URL_SAFE_NO_PAD.encode(json!({ "alg": alg, "kid": kid }).to_string());
            let forged = format!("{header}.{rest}");
            let query = pairs(&[("id_token_hint", &forged)]);
            let logout = world.server.logout(&query, &RequestOrigin::default()).await;
            assert_eq!(logout.unwrap().member, None, "{alg} {kid}");
        }
    }
}

/// A database of an earlier version has RSA keys only. The first look at the keys makes the other one, and changes nothing else.
#[tokio::test]
async fn a_network_that_had_one_algorithm_gets_the_other() {
    let world = World::new();
    let before = published_of(&world.server, Rs256).await;
    world
        .store
        .delete_signing_keys_before(Es256, i64::MAX)
        .await
        .unwrap();
    world.after(61);
    world.server.tend_signing_keys().await.unwrap();
    assert_eq!(published_of(&world.server, Rs256).await, before);
    assert_eq!(published_of(&world.server, Es256).await.len(), 1);
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
        let tokens = world.connect_asking(&app, &[("scope", SCOPES)], &person).await;
        assert_eq!(claims_of(tokens.id_token.as_ref())["amr"], amr, "{proof:?}");
        let again = refreshes(tokens.refresh(), &[]);
        let newer = world.exchange(&app, &again).await.unwrap();
        assert_eq!(claims_of(newer.id_token.as_ref())["amr"], amr, "{proof:?}");
    }
}

/// Neither another application's client id nor one that nobody has goes with an ID token.
#[tokio::test]
async fn a_request_to_sign_out_names_the_application_of_its_id_token() {
    let world = World::new();
    let (ada, app) = (world.ada().await, relying_party(&world).await);
    let tokens = world.connect_asking(&app, &[("scope", SCOPES)], &ada).await;
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
