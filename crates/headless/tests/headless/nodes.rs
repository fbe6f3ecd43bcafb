//! `node(id:)`: any object, with the scope that opens its kind elsewhere.

use latchkey_domain::Scope;
use serde_json::Value;

use crate::matrix::expected::{self, Extent, Rule};
use crate::world::{ADA, BOB, HOST, World, code};

fn id(kind: &str, number: i64) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(format!("{kind}:{number}"))
}

fn node(kind: &str, number: i64) -> String {
    format!("{{ node(id: \"{}\") {{ __typename id }} }}", id(kind, number))
}

#[tokio::test]
async fn each_kind_is_open_exactly_to_its_scopes() {
    let world = World::new().await;
    for (kind, rule) in expected::types() {
        let Rule::Scopes(rule) = rule else { continue };
        for scope in Scope::ALL {
            let opens = |(id, extent): &(&str, Extent)| *id == scope.id() && *extent != Extent::Written;
            // The host's own post is the first, and so is a comment under it.
            let token = world.token(HOST, scope.id()).await;
            let answer = world.ask(&token, &node(kind, 1)).await;
            if rule.iter().any(opens) {
                assert_eq!(answer["data"]["node"]["__typename"], kind, "{scope}: {answer}");
                assert_eq!(answer["data"]["node"]["id"], id(kind, 1));
            } else {
                assert_eq!(code(&answer), "FORBIDDEN", "{kind} {scope}");
            }
        }
    }
    let network = world
        .data(&world.token(BOB, "").await, "{ network { id } }")
        .await;
    let query = format!("{{ node(id: {}) {{ id }} }}", network["network"]["id"]);
    let found = world.data(&world.token(BOB, "").await, &query).await;
    assert_eq!(found["node"], network["network"]);
}

#[tokio::test]
async fn what_a_member_may_not_see_is_not_there() {
    let world = World::new().await;
    for (person, scopes, kind, number, there) in [
        (ADA, "read:search", "Post", 4, true),
        (BOB, "read:search", "Post", 4, false),
        (HOST, "read:search", "Post", 4, true),
        (BOB, "read:search", "Space", 2, false),
        (BOB, "read:search", "Event", 2, false),
        (BOB, "read:search", "Event", 1, true),
        (ADA, "read:posts", "Post", 2, true),
        (BOB, "read:posts", "Post", 2, false),
        (BOB, "read:posts read:search", "Post", 2, true),
        (ADA, "read:search", "Post", 99, false),
        (ADA, "read:posts", "Comment", 2, true),
        (BOB, "read:posts", "Comment", 2, false),
        (BOB, "read:posts read:search", "Comment", 2, true),
        (BOB, "read:search", "Comment", 4, true),
        (ADA, "read:search", "Course", 1, true),
        (ADA, "read:search", "Course", 2, false),
    ] {
        let token = world.token(person, scopes).await;
        let data = world.data(&token, &node(kind, number)).await;
        assert_eq!(
            data["node"] != Value::Null,
            there,
            "{person} {scopes} {kind} {number}"
        );
    }
}

#[tokio::test]
async fn a_bare_number_names_nothing() {
    let world = World::new().await;
    let token = world.token(ADA, "read:search").await;
    for id in ["1", "", "nonsense", "UG9zdDo="] {
        let answer = world
            .ask(&token, &format!("{{ node(id: \"{id}\") {{ id }} }}"))
            .await;
        assert_eq!(code(&answer), "BAD_USER_INPUT", "{id}");
    }
}
