//! Hostile queries are refused before they cause work.

use std::fmt::Write;
use std::time::{Duration, Instant};

use latchkey_headless::Answer;
use serde_json::{Value, json};

use crate::world::{HOST, World, code};

const ALL: &str =
    "read:search read:posts read:courses host:read:network_posts host:read:network_spaces write:posts";

/// Sends a query and checks that the answer comes fast.
async fn quickly(world: &World, body: &Value) -> Value {
    let token = world.token(HOST, ALL).await;
    let body = body.to_string();
    let before = Instant::now();
    let answer = world
        .api
        .answer(&token, "application/json", body.as_bytes())
        .await;
    let took = before.elapsed();
    // An idle machine takes milliseconds; the limit leaves room for a busy one.
    assert!(took < Duration::from_millis(250), "{took:?}");
    let (Answer::Done { body: text, .. } | Answer::Malformed(text)) = answer;
    serde_json::from_str(&text).unwrap()
}

async fn refused(world: &World, query: &str) -> String {
    let answer = quickly(world, &json!({ "query": query })).await;
    assert_eq!(code(&answer), "QUERY_TOO_COMPLEX", "{answer}");
    answer["errors"][0]["message"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn deep_and_wide_queries_are_told_their_cost_and_the_limit() {
    let world = World::new().await;
    let deep = "{ me { posts { nodes { space { posts { nodes { space { posts { nodes { author { name } } } } } } } } } }  }";
    assert!(refused(&world, deep).await.contains("limit is"));
    let thirteen = "{ me { posts { nodes { author { name } space { posts(first: 1) { nodes { space { posts(first: 1) { nodes { space { posts(first: 1) { nodes { space { name } } } } } } } } } } } } } }";
    let message = refused(&world, thirteen).await;
    assert!(
        message.contains("14 fields deep, and the limit is 12"),
        "{message}"
    );
    let wide = "{ network { spaces(first: 50) { nodes { posts(first: 25) { nodes { id title } } } } } }";
    let answer = quickly(&world, &json!({ "query": wide })).await;
    assert_eq!(
        answer["errors"][0]["extensions"],
        json!({ "code": "QUERY_TOO_COMPLEX", "cost": 3_852, "limit": 1_500 })
    );
    assert!(
        refused(&world, &"{a".repeat(10_000))
            .await
            .contains("brackets deep")
    );
}

#[tokio::test]
async fn aliases_do_not_hide_what_is_asked() {
    let world = World::new().await;
    let mut aliased = "{".to_owned();
    for n in 0..1_000 {
        let _ = write!(aliased, " a{n}: me {{ name }}");
    }
    aliased += " }";
    assert!(
        refused(&world, &aliased)
            .await
            .contains("costs 2000, and the limit is 1500")
    );
    let mut searches = "{".to_owned();
    for n in 0..60 {
        let _ = write!(searches, " a{n}: search(query: \"a\", first: 1) {{ totalCount }}");
    }
    refused(&world, &(searches + " }")).await;
    let mut writes = "mutation {".to_owned();
    for n in 0..200 {
        let _ = write!(writes, " a{n}: deletePost(input: {{id: {n}}}) {{ errors }}");
    }
    refused(&world, &(writes + " }")).await;
}

#[tokio::test]
async fn fragments_neither_go_in_circles_nor_explode() {
    let world = World::new().await;
    let circle = "{ ...a } fragment a on Query { me { id } ...b } fragment b on Query { ...a }";
    let answer = quickly(&world, &json!({ "query": circle })).await;
    assert_eq!(
        answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT",
        "{answer}"
    );
    let mut bomb = "{ ...f0 }".to_owned();
    for n in 0..60 {
        let _ = write!(bomb, " fragment f{n} on Query {{ ...f{0} ...f{0} }}", n + 1);
    }
    refused(&world, &(bomb + " fragment f60 on Query { me { id } }")).await;
    let mut chain = "{ ...f0 }".to_owned();
    for n in 0..700 {
        let _ = write!(chain, " fragment f{n} on Query {{ ...f{} }}", n + 1);
    }
    refused(&world, &(chain + " fragment f700 on Query { me { id } }")).await;
}

#[tokio::test]
async fn batches_share_one_budget() {
    let world = World::new().await;
    let one = json!({ "query": "{ network { posts(first: 50) { nodes { id title createdAt updatedAt body resourceId } } } }" });
    let answers = quickly(&world, &json!([one, one, one, one, one])).await;
    let refused: Vec<bool> = answers
        .as_array()
        .unwrap()
        .iter()
        .map(|answer| answer.get("errors").is_some())
        .collect();
    assert_eq!(
        refused,
        [false, false, false, false, true],
        "350 and something each"
    );
    let many: Vec<_> = (0..11).map(|_| json!({ "query": "{ me { id } }" })).collect();
    assert_eq!(code(&quickly(&world, &json!(many)).await), "QUERY_TOO_COMPLEX");
    let few: Vec<_> = (0..3)
        .map(|_| json!({ "query": "{ me { resourceId } }" }))
        .collect();
    let answers = quickly(&world, &json!(few)).await;
    assert_eq!(
        answers,
        json!([{ "data": { "me": { "resourceId": "1" } } }, { "data": { "me": { "resourceId": "1" } } }, { "data": { "me": { "resourceId": "1" } } }])
    );
}

#[tokio::test]
async fn a_megabyte_is_not_parsed() {
    let world = World::new().await;
    for query in [
        " ".repeat(1_000_000),
        format!("{{ {} }}", "a ".repeat(500_000)),
        format!(
            "{{ search(query: \"{}\") {{ totalCount }} }}",
            "a".repeat(1_000_000)
        ),
    ] {
        assert!(refused(&world, &query).await.contains("bytes, and the limit is"));
    }
    let nested = "[".repeat(100_000);
    let answer = quickly(&world, &json!({ "query": format!("{{ me(a: {nested}) }}") })).await;
    assert_eq!(code(&answer), "QUERY_TOO_COMPLEX");
}

#[tokio::test]
async fn introspection_does_not_explode() {
    let world = World::new().await;
    let mut query = "name".to_owned();
    for _ in 0..6 {
        query = format!("fields {{ type {{ {query} }} }}");
    }
    let message = refused(&world, &format!("{{ __schema {{ types {{ {query} }} }} }}")).await;
    assert!(message.contains("introspection"), "{message}");
}

#[tokio::test]
async fn what_makes_no_sense_has_a_code() {
    let world = World::new().await;
    for query in [
        "{",
        "{ nothing }",
        "{ me }",
        "{ me { id(x: 1) } }",
        "subscription { me }",
        "",
        "{ network { members(sort: AGE) { nodes { id } } } }",
    ] {
        let answer = quickly(&world, &json!({ "query": query })).await;
        assert_eq!(
            answer["errors"][0]["extensions"]["code"], "BAD_USER_INPUT",
            "{query}: {answer}"
        );
    }
}
