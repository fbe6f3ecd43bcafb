//! A scope opens the same data by every path: tests of paths that once opened less.

use serde_json::{Value, json};

use crate::world::{ADA, BOB, HOST, URL, World, community, post};

const COMMENT: &str = "mutation($input: CreateCommentInput!) { createComment(input: $input) { errors comment { id body \
                       author { name } post { title body author { name email } comments { nodes { body } } } } } }";

async fn comments(world: &World, person: &str, scopes: &str, post: i64) -> Value {
    let token = world.token(person, scopes).await;
    let body = json!({ "query": COMMENT, "variables": { "input": { "postId": post, "body": "x" } } });
    world.send(&token, &body).await
}

#[tokio::test]
async fn a_payload_does_not_open_the_post_of_another() {
    let world = World::new().await;
    for scopes in [
        "write:comments",
        "read:posts write:comments",
        "write:posts write:comments",
    ] {
        let answer = comments(&world, ADA, scopes, 1).await;
        let comment = &answer["data"]["createComment"]["comment"];
        assert_eq!(
            (&comment["body"], &comment["author"]["name"]),
            (&json!("x"), &json!("Ada Lovelace")),
            "{scopes}: {answer}"
        );
        assert!(comment["id"].is_string());
        assert_eq!(comment["post"], Value::Null, "{scopes}: {answer}");
        let errors = answer["errors"].as_array().unwrap();
        assert_eq!(errors.len(), 1, "{answer}");
        assert_eq!(errors[0]["extensions"]["code"], "FORBIDDEN");
        assert_eq!(errors[0]["path"], json!(["createComment", "comment", "post"]));
        let needed = errors[0]["extensions"]["requiredScope"].as_str().unwrap();
        assert!(needed.contains("host:read:network_posts"), "{needed}");
    }
    // A member's own post is open to `read:posts`, and everything is open to hosts who allow their application to read
    // it.
    for (person, scopes, post) in [
        (ADA, "read:posts write:comments", 2),
        (ADA, "read:search write:comments", 1),
        (HOST, "host:read:network_posts write:comments", 2),
    ] {
        let answer = comments(&world, person, scopes, post).await;
        let post = &answer["data"]["createComment"]["comment"]["post"];
        assert!(
            post["title"].is_string() && post["comments"]["nodes"][0]["body"].is_string(),
            "{answer}"
        );
        assert_eq!(post["author"]["email"], Value::Null);
    }
}

#[tokio::test]
async fn a_comment_elsewhere_does_not_open_its_post() {
    let world = World::new().await;
    // Bob wrote the first comment, under the host's post.
    let update = "mutation { updateComment(input: {id: 1, body: \"y\"}) { comment { body post { body } } } }";
    let token = world.token(BOB, "read:posts write:comments").await;
    let answer = world.ask(&token, update).await;
    assert_eq!(
        answer["data"]["updateComment"]["comment"],
        json!({ "body": "y", "post": null })
    );
    // A comment and its post are looked up separately, and only the closed one is missing.
    let token = world.token(BOB, "read:posts").await;
    let query = "{ mine: node(id: \"Q29tbWVudDoz\") { ... on Comment { body post { title } } } other: node(id: \"Q29tbWVudDox\") { id } }";
    let data = world.data(&token, query).await;
    assert_eq!(data["mine"]["post"]["title"], "Bob beans");
    assert_eq!(data["other"], Value::Null);
}

#[tokio::test]
async fn a_refused_object_leaves_the_rest_of_the_answer() {
    let world = World::new().await;
    let token = world.token(BOB, "").await;
    let answer = world
        .ask(&token, "{ me { name } node(id: \"UG9zdDox\") { id } }")
        .await;
    assert_eq!(answer["data"], json!({ "me": { "name": "Bob" }, "node": null }));
    assert_eq!(answer["errors"][0]["path"], json!(["node"]));
    assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN");
}

/// Bob wrote in the cellar when he belonged to it. The post is still his, but the space is closed to him.
#[tokio::test]
async fn ones_own_post_does_not_open_a_space_that_one_has_left() {
    let mut all = community();
    all.posts.push(post("cellar", BOB, "Old beans", "x"));
    let world = World::with(all).await;
    let token = world.token(BOB, "read:posts read:search").await;
    let query = "{ me { posts(sortOrder: DESC, first: 1) { nodes { title space { name description visibility createdAt } } } } }";
    let answer = world.ask(&token, query).await;
    let post = &answer["data"]["me"]["posts"]["nodes"][0];
    assert_eq!(
        *post,
        json!({ "title": "Old beans", "space": { "name": "cellar", "description": null, "visibility": null, "createdAt": null } })
    );
    let errors = answer["errors"].as_array().unwrap();
    assert_eq!(errors.len(), 3, "{answer}");
    for error in errors {
        assert_eq!(error["extensions"]["requiredScope"], "host:read:network_spaces");
    }
    // In a space that Bob may read, nothing is missing.
    let query = "{ me { posts(sortOrder: ASC, first: 1) { nodes { space { name description visibility createdAt } } } } }";
    let data = world.data(&token, query).await;
    assert_eq!(data["me"]["posts"]["nodes"][0]["space"]["visibility"], "PUBLIC");
}

#[tokio::test]
async fn fields_of_the_hosted_product_that_are_true_here() {
    let world = World::new().await;
    let token = world.token(HOST, "host:read:network_members read:network").await;
    let data = world
        .data(
            &token,
            "{ network { title name url member(id: 2) { networkRole role lastActiveAt } } me { networkRole lastActiveAt } }",
        )
        .await;
    assert_eq!(data["network"]["title"], data["network"]["name"]);
    assert_eq!(data["network"]["url"], URL);
    assert_eq!(
        data["network"]["member"],
        json!({ "networkRole": "MEMBER", "role": "MEMBER", "lastActiveAt": null })
    );
    assert_eq!(data["me"]["networkRole"], "HOST");
    // A member's application reads the network with the member scope, without anyone's last visit.
    let token = world.token(ADA, "read:network").await;
    let answer = world
        .ask(
            &token,
            "{ network { title url slug } me { networkRole lastActiveAt } }",
        )
        .await;
    assert_eq!(answer["data"]["network"]["url"], URL);
    assert_eq!(
        answer["data"]["me"],
        json!({ "networkRole": "MEMBER", "lastActiveAt": null })
    );
    assert_eq!(
        answer["errors"][0]["extensions"]["requiredScope"],
        "host:read:network_members"
    );
}
