//! Limits on the bytes, time and number of requests.

use std::fmt::Write;
use std::time::Duration;

use latchkey_domain::content::{RichText, Viewer};
use latchkey_domain::limits::{MAX_ANSWER_BYTES, MAX_CONTENT_BYTES_PER_PERIOD, MAX_TEXT_BYTES};
use latchkey_headless::Answer;
use latchkey_storage::content::{Created, Direction, NewPost, Posts, SliceRequest};
use serde_json::{Value, json};

use crate::world::{ADA, HOST, World, at, code, title};

fn aliases(count: usize, one: &str) -> String {
    (0..count).fold(String::new(), |mut all, number| {
        let _ = write!(all, " a{number}: {one}");
        all
    })
}

/// Writes posts of the largest size in the public space, by Ada.
async fn write_large(world: &World, count: usize) {
    let author = Viewer::of(&world.member(ADA).await);
    for number in 0..count {
        let new = NewPost {
            space: latchkey_domain::content::SpaceId(1),
            title: title("Large"),
            body: RichText::from_sanitized("\"".repeat(MAX_TEXT_BYTES), "\"".repeat(MAX_TEXT_BYTES)).unwrap(),
        };
        // An hour apart, to stay within the quota.
        let at = at(10_000 + 3_600 * number as u64);
        let written = world.store.create_post(author, new, at).await.unwrap();
        assert!(matches!(written, Created::Done(_)));
    }
}

async fn posts(world: &World) -> u64 {
    world.store.count_posts().await.unwrap()
}

fn message(answer: &Value) -> &str {
    answer["errors"][0]["message"].as_str().unwrap()
}

#[tokio::test]
async fn an_answer_above_the_limit_is_refused_and_names_the_limit() {
    let world = World::new().await;
    write_large(&world, 40).await;
    let token = world.token(ADA, "read:posts read:search").await;
    for query in [
        // A body under many aliases; in fragments; below edges; many lists.
        format!(
            "{{ me {{ posts(first: 50) {{ nodes {{ {} }} }} }} }}",
            aliases(26, "body")
        ),
        format!(
            "{{ me {{ posts(first: 50) {{ edges {{ node {{ ...f ... {{ {} }} }} }} }} }} }} fragment f on Post {{ b: body }}",
            aliases(20, "body")
        ),
        format!(
            "{{ me {{ {} }} }}",
            aliases(15, "posts(first: 40) { nodes { body } }")
        ),
        // Many rows with only their ids.
        format!(
            "{{ me {{ {} }} }}",
            aliases(10, "posts(first: 50) { nodes { id } }")
        ),
    ] {
        let answer = world.ask(&token, &query).await;
        assert_eq!(code(&answer), "QUERY_TOO_COMPLEX", "{query}");
        assert_eq!(answer["errors"][0]["extensions"]["limit"], MAX_ANSWER_BYTES);
        assert_eq!(answer["data"], Value::Null);
        assert!(message(&answer).contains("6291456 bytes"), "{}", message(&answer));
    }
    // Texts count as written in JSON: each quotation mark is two bytes.
    let data = world
        .data(&token, "{ me { posts(first: 30) { nodes { body } } } }")
        .await;
    assert_eq!(data["me"]["posts"]["nodes"].as_array().unwrap().len(), 30);
    let one_more = "{ me { posts(first: 32) { nodes { body } } } }";
    assert_eq!(code(&world.ask(&token, one_more).await), "QUERY_TOO_COMPLEX");
    // Queries of a batch share the limit.
    let half = json!({ "query": "{ me { posts(first: 20) { nodes { body } } } }" });
    let answers = world.send(&token, &json!([half, half])).await;
    assert!(answers[0].get("errors").is_none());
    assert_eq!(code(&answers[1]), "QUERY_TOO_COMPLEX");
}

#[tokio::test]
async fn large_answers_are_given_out_a_few_at_a_time() {
    let world = World::new().await;
    write_large(&world, 15).await;
    let token = world.token(ADA, "read:posts").await;
    let large = json!({ "query": "{ me { posts(first: 15) { nodes { body } } } }" }).to_string();
    let hurried = world.api.clone().with_deadline(Duration::from_millis(50));
    let mut unsent = Vec::new();
    for _ in 0..3 {
        let answer = world.api.answer(&token, "", large.as_bytes()).await;
        let Answer::Done {
            failed: false,
            held: Some(held),
            ..
        } = answer
        else {
            panic!("{answer:?}");
        };
        unsent.push(held);
    }
    // The answers are not read: the next one has to wait, and small ones do not.
    let Answer::Done { body, .. } = hurried.answer(&token, "", large.as_bytes()).await else {
        panic!("malformed");
    };
    assert_eq!(code(&serde_json::from_str(&body).unwrap()), "TIMEOUT");
    world
        .data(&token, "{ me { posts(first: 1) { nodes { body } } } }")
        .await;
    unsent.pop();
    let answer = world.api.answer(&token, "", large.as_bytes()).await;
    assert!(matches!(
        answer,
        Answer::Done {
            failed: false,
            held: Some(_),
            ..
        }
    ));
}

#[tokio::test]
async fn descriptions_of_the_schema_under_aliases_are_refused() {
    let world = World::new().await;
    let token = world.token(ADA, "").await;
    for list in [
        "types { LOTS }",
        "types { fields { LOTS } }",
        "types { fields { args { LOTS } } }",
    ] {
        let query = format!(
            "{{ __schema {{ {} }} }}",
            list.replace("LOTS", &aliases(1_200, "description"))
        );
        assert_eq!(
            code(&world.ask(&token, &query).await),
            "QUERY_TOO_COMPLEX",
            "{list}"
        );
    }
}

#[tokio::test]
async fn html_that_would_keep_a_parser_busy_is_refused_in_words() {
    let world = World::new().await;
    let token = world.token(ADA, "write:posts write:comments").await;
    let before = posts(&world).await;
    for (unit, words) in [
        ("<ul><li>", "nested at most 100 deep"),
        ("<b>", "nested at most 100 deep"),
        ("<svg><g>", "nested at most 100 deep"),
    ] {
        let body = unit.repeat(99_000 / unit.len());
        let query = "mutation($input: CreatePostInput!) { createPost(input: $input) { post { id } errors } }";
        let input = json!({ "spaceId": 1, "title": "Deep", "body": body });
        let answer = world
            .send(
                &token,
                &json!({ "query": query, "variables": { "input": input } }),
            )
            .await;
        let payload = &answer["data"]["createPost"];
        assert_eq!(payload["post"], Value::Null);
        assert!(payload["errors"][0].as_str().unwrap().contains(words), "{answer}");
        let query = "mutation($input: UpdateCommentInput!) { updateComment(input: $input) { errors } }";
        let input = json!({ "id": 1, "body": body });
        let answer = world
            .send(
                &token,
                &json!({ "query": query, "variables": { "input": input } }),
            )
            .await;
        assert!(
            answer["data"]["updateComment"]["errors"][0]
                .as_str()
                .unwrap()
                .contains(words)
        );
    }
    assert_eq!(posts(&world).await, before);
}

#[tokio::test]
async fn a_request_changes_a_few_things_at_most() {
    let world = World::new().await;
    let token = world.token(ADA, "write:posts").await;
    let before = posts(&world).await;
    let create = "createPost(input: { spaceId: 1, title: \"a\", body: \"b\" }) { errors }";
    let many = aliases(11, create);
    for query in [
        format!("mutation {{ {many} }}"),
        format!("mutation {{ ...f }} fragment f on Mutation {{ {many} }}"),
        format!("mutation {{ ... on Mutation {{ {many} }} }}"),
    ] {
        let answer = world.ask(&token, &query).await;
        assert_eq!(code(&answer), "QUERY_TOO_COMPLEX");
        assert!(
            message(&answer).contains("11 mutations, and the limit is 10"),
            "{answer}"
        );
    }
    let six = json!({ "query": format!("mutation {{ {} }}", aliases(6, create)) });
    let answers = world.send(&token, &json!([six, six])).await;
    assert!(answers[0].get("errors").is_none(), "{answers}");
    assert_eq!(code(&answers[1]), "QUERY_TOO_COMPLEX");
    // One variable, used many times.
    let query = format!(
        "mutation($b: String!) {{ {} }}",
        aliases(
            10,
            "createPost(input: { spaceId: 1, title: \"a\", body: $b }) { errors }"
        )
    );
    let variables = json!({ "b": "x".repeat(90_000) });
    let answer = world
        .send(&token, &json!({ "query": query, "variables": variables }))
        .await;
    assert_eq!(code(&answer), "QUERY_TOO_COMPLEX");
    assert!(message(&answer).contains("a variable counted at each of its uses"));
    assert_eq!(posts(&world).await, before + 6);
}

#[tokio::test]
async fn a_member_writes_so_much_in_an_hour() {
    let world = World::new().await;
    let token = world.token(ADA, "write:posts write:comments").await;
    let body = "x".repeat(MAX_TEXT_BYTES);
    let ask = async |query: &str, input: Value| {
        let body = json!({ "query": query, "variables": { "input": input } });
        let Answer::Done {
            body, retry_after, ..
        } = world.api.answer(&token, "", body.to_string().as_bytes()).await
        else {
            panic!("malformed")
        };
        (serde_json::from_str::<Value>(&body).unwrap(), retry_after)
    };
    let post = "mutation($input: CreatePostInput!) { createPost(input: $input) { errors } }";
    let input = json!({ "spaceId": 1, "title": "Long", "body": body });
    let within = usize::try_from(MAX_CONTENT_BYTES_PER_PERIOD).unwrap() / (MAX_TEXT_BYTES + 4);
    for _ in 0..within {
        let (answer, _) = ask(post, input.clone()).await;
        assert_eq!(answer, json!({ "data": { "createPost": { "errors": [] } } }));
    }
    let comment = "mutation($input: CreateCommentInput!) { createComment(input: $input) { errors } }";
    let change = "mutation($input: UpdatePostInput!) { updatePost(input: $input) { errors } }";
    for (query, input) in [
        (post, input),
        (comment, json!({ "postId": 2, "body": body })),
        (change, json!({ "id": 2, "body": body })),
    ] {
        let (answer, wait) = ask(query, input).await;
        assert_eq!(code(&answer), "THROTTLED", "{answer}");
        assert_eq!(answer["errors"][0]["extensions"]["retryAfter"], 3_600);
        assert_eq!(wait, Some(Duration::from_secs(3_600)));
        assert!(message(&answer).contains("1000 posts and comments"), "{answer}");
    }
    // Deleting is always allowed.
    let delete = "mutation($input: DeletePostInput!) { deletePost(input: $input) { errors } }";
    let (answer, _) = ask(delete, json!({ "id": 2 })).await;
    assert_eq!(answer["data"]["deletePost"]["errors"], json!([]));
}

#[tokio::test]
async fn a_list_is_counted_once_a_request() {
    let world = World::new().await;
    let token = world
        .token(HOST, "read:search read:posts host:read:network_members")
        .await;
    let reads = async |query: String| {
        let before = world.store.reads();
        world.data(&token, &query).await;
        world.store.reads() - before
    };
    for (before, behind) in [
        ("search(query: \"beans\", first: 1) {", "}"),
        ("me { posts(first: 1) {", "} }"),
        ("network { members(first: 1) {", "} }"),
    ] {
        let once = reads(format!("{{ {before} totalCount {behind} }}")).await;
        let often = reads(format!(
            "{{ {before} {} {behind} }}",
            aliases(1_000, "totalCount")
        ))
        .await;
        assert_eq!(once, often, "{before}");
    }
    let network = reads("{ network { id } }".to_owned()).await;
    let often = reads(format!("{{ {} }}", aliases(700, "network { id }"))).await;
    assert_eq!(network, often);
    // Two pages of the same search have the same count.
    let search = |first: u32| format!("search(query: \"beans\", first: {first}) {{ totalCount }}");
    let one = reads(format!("{{ a: {} }}", search(1))).await;
    let two = reads(format!("{{ a: {} b: {} }}", search(1), search(2))).await;
    assert_eq!(two, one + 1);
}

#[tokio::test]
async fn what_nobody_waits_for_is_not_done() {
    let world = World::new().await;
    let token = world.token(ADA, "write:posts").await;
    let before = posts(&world).await;
    let create = "createPost(input: { spaceId: 1, title: \"a\", body: \"b\" }) { errors }";
    // Whether the deadline passes or the client leaves, nothing continues after that.
    let body = json!({ "query": format!("mutation {{ {} }}", aliases(10, create)) }).to_string();
    let mut answer = Box::pin(world.api.answer(&token, "", body.as_bytes()));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    assert!(answer.as_mut().poll(&mut context).is_pending());
    drop(answer);
    assert_eq!(posts(&world).await, before);
}

#[tokio::test]
async fn a_list_is_not_read_beyond_the_bytes_that_were_asked_for() {
    let world = World::new().await;
    write_large(&world, 3).await;
    let slice = |most_bytes| SliceRequest {
        after: None,
        limit: 3,
        direction: Direction::Descending,
        most_bytes,
    };
    assert!(world.store.posts(slice(500_000)).await.is_err());
    let found = world.store.posts(slice(900_000)).await.unwrap();
    assert!(found.rows.len() == 3 && found.bytes > 3 * 2 * MAX_TEXT_BYTES);
}
