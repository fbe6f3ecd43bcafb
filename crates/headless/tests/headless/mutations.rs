//! Writing on a member's behalf.

use serde_json::{Value, json};

use crate::world::{ADA, BOB, HOST, World, code};

const CREATE: &str = "mutation($input: CreatePostInput!) { createPost(input: $input) { post { id title body author { name } space { slug } } errors } }";
const UPDATE: &str =
    "mutation($input: UpdatePostInput!) { updatePost(input: $input) { post { title body } errors } }";
const DELETE: &str =
    "mutation($input: DeletePostInput!) { deletePost(input: $input) { deletedPostId errors } }";

async fn run(world: &World, person: &str, query: &str, input: Value) -> Value {
    let token = world.token(person, "write:posts write:comments").await;
    let body = json!({ "query": query, "variables": { "input": input } });
    world.send(&token, &body).await
}

#[tokio::test]
async fn a_post_is_written_changed_and_deleted_by_its_author_alone() {
    let world = World::new().await;
    let input = json!({ "spaceId": "1", "title": " Peas ", "body": "<p onclick=\"x()\">Like <b>beans</b><script>alert(1)</script></p>" });
    let created = run(&world, ADA, CREATE, input).await["data"]["createPost"].take();
    assert_eq!(created["errors"], json!([]));
    let post = &created["post"];
    assert_eq!(
        (&post["title"], &post["body"]),
        (&json!("Peas"), &json!("<p>Like <b>beans</b></p>"))
    );
    assert_eq!(
        (&post["author"]["name"], &post["space"]["slug"]),
        (&json!("Ada Lovelace"), &json!("garden"))
    );

    let change = json!({ "id": post["id"], "title": "Chickpeas" });
    for (person, code_of) in [(BOB, "FORBIDDEN"), (HOST, "FORBIDDEN")] {
        assert_eq!(
            code(&run(&world, person, UPDATE, change.clone()).await),
            code_of,
            "{person}"
        );
        assert_eq!(
            code(&run(&world, person, DELETE, json!({ "id": post["id"] })).await),
            code_of,
            "{person}"
        );
    }
    let changed = run(&world, ADA, UPDATE, change).await["data"]["updatePost"].take();
    assert_eq!(
        changed,
        json!({ "post": { "title": "Chickpeas", "body": "<p>Like <b>beans</b></p>" }, "errors": [] })
    );
    let deleted = run(&world, ADA, DELETE, json!({ "id": post["id"] })).await["data"]["deletePost"].take();
    assert_eq!(deleted, json!({ "deletedPostId": post["id"], "errors": [] }));
    assert_eq!(
        code(&run(&world, ADA, DELETE, json!({ "id": post["id"] })).await),
        "NOT_FOUND"
    );
}

#[tokio::test]
async fn what_is_wrong_with_a_text_stands_in_the_payload() {
    let world = World::new().await;
    for (title, body, errors) in [
        ("", "x", json!(["Title: cannot be blank"])),
        ("x", "<p> </p>", json!(["Body: cannot be blank"])),
        ("x", "<script>alert(1)</script>", json!(["Body: cannot be blank"])),
        ("", "", json!(["Title: cannot be blank", "Body: cannot be blank"])),
    ] {
        let input = json!({ "spaceId": 1, "title": title, "body": body });
        let payload = run(&world, ADA, CREATE, input).await["data"]["createPost"].take();
        assert_eq!(payload, json!({ "post": null, "errors": errors }));
    }
    let long = json!({ "spaceId": 1, "title": "x", "body": "a".repeat(100_001) });
    let payload = run(&world, ADA, CREATE, long).await["data"]["createPost"].take();
    assert!(
        payload["errors"][0]
            .as_str()
            .unwrap()
            .contains("at most 100000 bytes"),
        "{payload}"
    );
}

#[tokio::test]
async fn a_private_space_is_closed_to_writing_too() {
    let world = World::new().await;
    let input = json!({ "spaceId": "2", "title": "Hello", "body": "?" });
    assert_eq!(code(&run(&world, BOB, CREATE, input.clone()).await), "NOT_FOUND");
    assert_eq!(
        run(&world, ADA, CREATE, input).await["data"]["createPost"]["errors"],
        json!([])
    );
    let comment = "mutation($input: CreateCommentInput!) { createComment(input: $input) { comment { id body } errors } }";
    let input = json!({ "postId": "4", "body": "psst" });
    assert_eq!(code(&run(&world, BOB, comment, input.clone()).await), "NOT_FOUND");
    assert_eq!(
        run(&world, ADA, comment, input).await["data"]["createComment"]["comment"]["body"],
        "psst"
    );
}

#[tokio::test]
async fn a_comment_is_changed_and_deleted_by_its_author_alone() {
    let world = World::new().await;
    // Bob wrote the first comment, under the host's post.
    let update =
        "mutation($input: UpdateCommentInput!) { updateComment(input: $input) { comment { body } errors } }";
    let delete =
        "mutation($input: DeleteCommentInput!) { deleteComment(input: $input) { deletedCommentId errors } }";
    let change = json!({ "id": 1, "body": "<i>Well</i> said" });
    assert_eq!(
        code(&run(&world, HOST, update, change.clone()).await),
        "FORBIDDEN"
    );
    assert_eq!(
        code(&run(&world, ADA, delete, json!({ "id": 1 })).await),
        "FORBIDDEN"
    );
    let changed = run(&world, BOB, update, change).await["data"]["updateComment"].take();
    assert_eq!(
        changed,
        json!({ "comment": { "body": "<i>Well</i> said" }, "errors": [] })
    );
    let deleted = run(&world, BOB, delete, json!({ "id": 1 })).await["data"]["deleteComment"].take();
    assert_eq!(deleted["errors"], json!([]));
    assert_eq!(
        code(&run(&world, BOB, delete, json!({ "id": 1 })).await),
        "NOT_FOUND"
    );
}
