//! A token sees what its member may see.

use serde_json::{Value, json};

use crate::world::{ADA, BOB, EVERYONE, HOST, World, code};

fn titles(hits: &Value) -> Vec<&str> {
    let mut titles: Vec<_> = hits
        .as_array()
        .unwrap()
        .iter()
        .filter_map(|hit| hit["title"].as_str())
        .collect();
    titles.sort_unstable();
    titles
}

#[tokio::test]
async fn search_finds_what_the_member_may_see() {
    let world = World::new().await;
    for (person, expected) in [
        (BOB, vec!["Beans", "Bob beans", "Host beans"]),
        (ADA, vec!["Beans", "Bob beans", "Host beans", "Secret beans"]),
        (HOST, vec!["Beans", "Bob beans", "Host beans", "Secret beans"]),
    ] {
        let token = world.token(person, "read:search").await;
        let query =
            "{ search(query: \"bean\", types: [POST]) { totalCount nodes { type title snippet score id } } }";
        let found = world.data(&token, query).await["search"].take();
        assert_eq!(titles(&found["nodes"]), expected, "{person}");
        assert_eq!(found["totalCount"], expected.len());
        let snippet = found["nodes"][0]["snippet"].as_str().unwrap();
        assert!(snippet.contains("<mark>"), "{snippet}");
    }
    let token = world.token(BOB, "read:search").await;
    let all = world
        .data(&token, "{ search(query: \"bean\") { nodes { type } } }")
        .await;
    let mut types: Vec<_> = all["search"]["nodes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|hit| hit["type"].to_string())
        .collect();
    types.sort();
    types.dedup();
    assert_eq!(types, ["\"COMMENT\"", "\"COURSE\"", "\"EVENT\"", "\"POST\""]);
    let nothing = world
        .ask(&token, "{ search(query: \"?!\") { totalCount } }")
        .await;
    assert_eq!(code(&nothing), "BAD_USER_INPUT");
}

#[tokio::test]
async fn own_posts_are_own() {
    let world = World::new().await;
    for (person, expected) in EVERYONE.iter().zip([
        json!(["Host beans"]),
        json!(["Beans", "Secret beans"]),
        json!(["Bob beans"]),
    ]) {
        let token = world.token(person, "read:posts").await;
        let query = "{ me { posts(sortOrder: ASC) { nodes { title space { name } author { name } } } } }";
        let data = world.data(&token, query).await;
        let found: Vec<_> = data["me"]["posts"]["nodes"]
            .as_array()
            .unwrap()
            .iter()
            .map(|post| post["title"].clone())
            .collect();
        assert_eq!(json!(found), expected, "{person}");
    }
}

#[tokio::test]
async fn me_has_the_fields_of_the_specification() {
    let world = World::new().await;
    let token = world.token(ADA, "read:userinfo read:courses").await;
    let query = "{ me { id resourceId name firstName lastName email role joinedAt avatarUrl courses { nodes { title progress lessonCount } } } }";
    let me = world.data(&token, query).await["me"].take();
    assert_eq!(
        me,
        json!({
            "id": "TWVtYmVyOjI=", "resourceId": "2", "name": "Ada Lovelace", "firstName": "Ada", "lastName": "Lovelace",
            "email": "ada@b.example", "role": "MEMBER", "joinedAt": "2023-11-14T22:13:20Z", "avatarUrl": null,
            "courses": { "nodes": [{ "title": "Knots", "progress": 0, "lessonCount": 1 }] }
        })
    );
}

#[tokio::test]
async fn members_are_found_by_either_id_and_by_email() {
    let world = World::new().await;
    let token = world.token(HOST, "host:read:network_members").await;
    let query = "{ network { a: member(id: \"TWVtYmVyOjI=\") { name } b: member(id: \"2\") { name } c: member(id: 2) { name } \
                 d: memberByEmail(email: \"ADA@b.example\") { name email lastActiveAt joinedAt role } e: member(id: 99) { name } } }";
    let network = world.data(&token, query).await["network"].take();
    for alias in ["a", "b", "c", "d"] {
        assert_eq!(network[alias]["name"], "Ada Lovelace", "{alias}");
    }
    assert_eq!(
        (&network["d"]["role"], &network["d"]["lastActiveAt"]),
        (&json!("MEMBER"), &Value::Null)
    );
    assert_eq!(network["e"], Value::Null);
    let answer = world
        .ask(&token, "{ network { member(id: \"UG9zdDox\") { name } } }")
        .await;
    assert_eq!(code(&answer), "BAD_USER_INPUT");
}
