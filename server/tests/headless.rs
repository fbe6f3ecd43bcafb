//! `/networks/{slug-or-id}/graphql` over HTTP: access and the form of responses. `crates/headless/tests` tests the
//! fields with the schema.

use std::time::{Duration, Instant};

use latchkey_domain::content::{SpaceVisibility, Title};
use latchkey_domain::{Actor, Scope};
use latchkey_storage::PasswordHash;
use latchkey_storage::content::{Community, NewSpace};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::oauth::{Client, web_app};
use crate::support::{Answer, Browser, TestApp};

const PATH: &str = "/networks/my-community/graphql";

async fn application(app: &TestApp) -> Client {
    let mut draft = web_app();
    draft.scopes = Scope::ALL.iter().map(|scope| scope.id().to_owned()).collect();
    app.register(draft).await
}

async fn token(app: &TestApp, person: &Browser, scopes: &str) -> String {
    let client = application(app).await;
    let tokens = app.connect_for(&client, person, scopes).await;
    tokens["access_token"].as_str().unwrap().to_owned()
}

async fn ask(app: &TestApp, token: &str, body: &Value) -> Answer {
    let program = app.browser();
    let request = program.bare(Method::POST, PATH).bearer_auth(token).json(body);
    program.send(request).await
}

#[tokio::test]
async fn a_token_of_the_code_flow_opens_what_was_granted() {
    let app = TestApp::new().await;
    let token = token(&app, &app.as_member().await, "read:userinfo").await;
    let answer = ask(
        &app,
        &token,
        &json!({ "query": "{ me { firstName email role } network { slug } }" }),
    )
    .await;
    answer.assert_status(200);
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(
        answer.json(),
        json!({ "data": {
            "me": { "firstName": "Ada", "email": "member@example.com", "role": "MEMBER" },
            "network": { "slug": "my-community" }
        } })
    );
    let closed = ask(
        &app,
        &token,
        &json!({ "query": "{ me { name posts { totalCount } } }" }),
    )
    .await;
    let closed = closed.assert_status(200).json();
    assert_eq!(
        closed["data"]["me"],
        json!({ "name": "Ada Lovelace", "posts": null })
    );
    assert_eq!(closed["errors"][0]["extensions"]["code"], "FORBIDDEN");
    assert_eq!(closed["errors"][0]["path"], json!(["me", "posts"]));
    assert!(
        closed["errors"][0]["message"]
            .as_str()
            .unwrap()
            .contains("read:posts")
    );
}

/// `read:posts` says “posts you have created”, and commenting on another's post must not bypass that.
#[tokio::test]
async fn a_comment_does_not_open_the_post_of_another() {
    let app = TestApp::new().await;
    let reader = token(&app, &app.as_host().await, "write:posts read:search").await;
    let garden = NewSpace {
        slug: "garden".parse().unwrap(),
        name: Title::parse("Garden").unwrap(),
        description: String::new(),
        visibility: SpaceVisibility::Public,
        created_at: None,
        members: vec![],
    };
    let community = Community {
        spaces: vec![garden],
        ..Community::default()
    };
    let (by, now) = (Actor::operator(), app.instance.clock.now());
    let locked = PasswordHash("x".into());
    let added = app
        .instance
        .store
        .add_community(community, locked, Box::new(|_| ()), &by, now);
    added.await.unwrap().unwrap();
    let create =
        "mutation { createPost(input: {spaceId: 1, title: \"Mine\", body: \"Secret\"}) { post { id } } }";
    let created = ask(&app, &reader, &json!({ "query": create })).await.json();
    let post = created["data"]["createPost"]["post"]["id"]
        .as_str()
        .unwrap()
        .to_owned();
    let token = token(&app, &app.as_member().await, "read:posts write:comments").await;
    let query = "mutation($id: ID!) { createComment(input: {postId: $id, body: \"x\"}) { comment { id body post { title body author { name } comments { nodes { body } } } } } }";
    let answer = ask(
        &app,
        &token,
        &json!({ "query": query, "variables": { "id": post } }),
    )
    .await;
    let answer = answer.assert_status(200).json();
    let comment = &answer["data"]["createComment"]["comment"];
    assert_eq!(
        (&comment["body"], &comment["post"]),
        (&json!("x"), &Value::Null),
        "{answer}"
    );
    assert_eq!(answer["errors"][0]["extensions"]["code"], "FORBIDDEN");
    assert!(!answer.to_string().contains("Secret"), "{answer}");
}

#[tokio::test]
async fn the_network_is_known_by_slug_and_number() {
    let app = TestApp::new().await;
    let id = app.instance.store.network().await.unwrap().id;
    let program = app.browser();
    for (name, status) in [
        ("my-community", 401),
        (id.to_string().as_str(), 401),
        ("other", 404),
        ("1", 404),
    ] {
        let request = program
            .bare(Method::POST, &format!("/networks/{name}/graphql"))
            .body("{}");
        let answer = program.send(request).await;
        answer.assert_status(status);
        let code = if status == 404 {
            "NOT_FOUND"
        } else {
            "UNAUTHENTICATED"
        };
        assert_eq!(answer.json()["errors"][0]["extensions"]["code"], code);
    }
}

#[tokio::test]
async fn without_a_good_token_the_challenge_says_where_to_get_one() {
    let app = TestApp::new().await;
    let program = app.browser();
    let metadata = format!("{}/.well-known/oauth-protected-resource{PATH}", app.issuer());
    let bare = program
        .send(
            program
                .bare(Method::POST, PATH)
                .json(&json!({ "query": "{ me { id } }" })),
        )
        .await;
    bare.assert_status(401);
    assert_eq!(
        bare.header("www-authenticate"),
        format!("Bearer realm=\"Latchkey\", resource_metadata=\"{metadata}\"")
    );
    let bad = ask(&app, "lk_at_nonsense", &json!({ "query": "{ me { id } }" })).await;
    bad.assert_status(401);
    assert!(bad.header("www-authenticate").contains("error=\"invalid_token\""));
    assert_eq!(bad.json()["errors"][0]["extensions"]["code"], "UNAUTHENTICATED");
    // The URL in the challenge works.
    let document = program
        .get(&format!("/.well-known/oauth-protected-resource{PATH}"))
        .await;
    document.assert_status(200);
}

#[tokio::test]
async fn a_demoted_host_loses_host_scopes_at_once() {
    let app = TestApp::new().await;
    app.member("second@example.com", latchkey_domain::Role::Host)
        .await;
    let token = token(&app, &app.as_host().await, "host:read:network_members").await;
    let query = json!({ "query": "{ network { members(first: 1) { totalCount } } }" });
    let before = ask(&app, &token, &query).await.json();
    assert_eq!(before["data"]["network"]["members"]["totalCount"], 3);
    app.set_role("host@example.com", latchkey_domain::Role::Moderator)
        .await;
    let after = ask(&app, &token, &query).await.json();
    assert_eq!(after["errors"][0]["extensions"]["code"], "FORBIDDEN");
    assert_eq!(after["data"]["network"]["members"], Value::Null);
}

#[tokio::test]
async fn browsers_may_call_it_from_other_sites() {
    let app = TestApp::new().await;
    let program = app.browser();
    for path in [PATH, "/networks/my-community/graphql/schema"] {
        let preflight = program
            .bare(Method::OPTIONS, path)
            .header("origin", "https://spa.example")
            .header("access-control-request-method", "POST");
        let answer = program.send(preflight).await;
        answer.assert_status(204);
        assert_eq!(answer.header("access-control-allow-origin"), "*");
        assert!(
            answer
                .header("access-control-allow-headers")
                .contains("Authorization")
        );
    }
    let call = program
        .bare(Method::POST, PATH)
        .header("origin", "https://spa.example")
        .header("sec-fetch-site", "cross-site");
    let answer = program.send(call).await;
    answer.assert_status(401);
    assert_eq!(answer.header("access-control-allow-origin"), "*");
}

#[tokio::test]
async fn the_schema_is_open() {
    let app = TestApp::new().await;
    let answer = app.browser().get("/networks/my-community/graphql/schema").await;
    answer.assert_status(200);
    assert!(
        answer.text.contains("type Query {")
            && answer.text.contains("@requiresScope(scope: \"read:search\")")
    );
    app.browser()
        .get("/networks/other/graphql/schema")
        .await
        .assert_status(404);
}

#[tokio::test]
async fn what_is_no_request_or_too_large_is_refused_quickly() {
    let app = TestApp::new().await;
    let token = token(&app, &app.as_member().await, "read:posts").await;
    let program = app.browser();
    for (body, status) in [
        ("not json".to_owned(), 400),
        ("[]".to_owned(), 200),
        ("{\"query\": 1}".to_owned(), 400),
        (format!("{{\"query\": \"{}\"}}", "{a".repeat(500_000)), 413),
        (format!("{{\"query\": \"{}\"}}", "{a".repeat(100_000)), 200),
    ] {
        let before = Instant::now();
        let request = program.bare(Method::POST, PATH).bearer_auth(&token).body(body);
        let answer = program.send(request).await;
        let took = before.elapsed();
        answer.assert_status(status);
        assert!(answer.json()["errors"][0]["message"].is_string());
        assert!(took < Duration::from_secs(1), "{took:?}");
    }
}

#[tokio::test]
async fn who_asks_for_too_much_in_a_minute_is_told_when_to_come_back() {
    let app = TestApp::with_api_budget(1_500).await;
    let token = token(&app, &app.as_host().await, "host:read:network_members").await;
    let query = json!({ "query": "{ network { members(first: 50) { nodes { id name email } } } }" });
    let mut answered = 0;
    let refused = loop {
        let answer = ask(&app, &token, &query).await;
        if answer.assert_status(200).json().get("errors").is_some() {
            break answer;
        }
        answered += 1;
        assert!(answered < 100, "nothing is refused");
    };
    assert!(answered > 2, "{answered}");
    let error = &refused.json()["errors"][0];
    assert_eq!(error["extensions"]["code"], "THROTTLED", "{error}");
    let wait = error["extensions"]["retryAfter"].as_u64().unwrap();
    assert_eq!(refused.header("retry-after"), wait.to_string());
    assert!((1..=60).contains(&wait), "{wait}");
    // Not for longer than announced.
    app.wait(Duration::from_secs(wait));
    let answer = ask(&app, &token, &query).await.json();
    assert_eq!(answer.get("errors"), None, "{answer}");
}

/// Sends a body unchanged.
async fn send(app: &TestApp, token: &str, content_type: &str, body: impl Into<reqwest::Body>) -> Answer {
    let program = app.browser();
    let request = program
        .bare(Method::POST, PATH)
        .bearer_auth(token)
        .header("content-type", content_type)
        .body(body);
    program.send(request).await
}

#[tokio::test]
async fn a_query_is_taken_in_every_form_that_clients_send() {
    let app = TestApp::new().await;
    let token = token(&app, &app.as_member().await, "read:posts").await;
    let expected = json!({ "data": { "me": { "firstName": "Ada" } } });
    let json = "application/json";
    let form = "application/x-www-form-urlencoded";
    for (content_type, body) in [
        (
            json,
            "{\"query\": \"{ me { firstName } }\", \"variables\": \"\", \"operationName\": \"\"}",
        ),
        (
            json,
            "{\"query\": \"{ me { firstName } }\", \"variables\": \"{}\"}",
        ),
        (
            json,
            "{\"query\": \"{ me { firstName } }\", \"variables\": [], \"operationName\": null}",
        ),
        (
            json,
            "{\"query\": \"{ me { firstName } }\", \"variables\": null, \"extensions\": null}",
        ),
        (form, "query=%7B+me+%7B+firstName+%7D+%7D&variables=%7B%7D"),
        (form, "{\"query\": \"{ me { firstName } }\"}"),
        ("application/graphql", "{ me { firstName } }"),
        (
            "text/plain;charset=UTF-8",
            "{\"query\": \"{ me { firstName } }\"}",
        ),
    ] {
        let answer = send(&app, &token, content_type, body).await;
        assert_eq!(
            answer.assert_status(200).json(),
            expected,
            "{content_type}: {body}"
        );
    }
    let missing = send(&app, &token, json, "{\"variables\": {}}").await;
    let missing = missing.assert_status(200).json();
    assert_eq!(missing["errors"][0]["extensions"]["code"], "BAD_USER_INPUT");
    assert!(
        missing["errors"][0]["message"]
            .as_str()
            .unwrap()
            .contains("query is missing")
    );
}

#[tokio::test]
async fn the_hash_of_a_persisted_query_is_answered_so_that_the_client_sends_the_query() {
    let app = TestApp::new().await;
    let token = token(&app, &app.as_member().await, "read:posts").await;
    let hash = json!({ "persistedQuery": { "version": 1, "sha256Hash": "ecf4edb46db40b5132295c0291d62fb65d6759a9eedfa4d5d612dd5ec54a6b38" } });
    let alone = ask(
        &app,
        &token,
        &json!({ "operationName": "Me", "variables": {}, "extensions": hash }),
    )
    .await;
    let error = &alone.assert_status(200).json()["errors"][0];
    assert_eq!(error["message"], "PersistedQueryNotSupported");
    assert_eq!(error["extensions"]["code"], "PERSISTED_QUERY_NOT_SUPPORTED");
    let whole =
        json!({ "query": "query Me { me { firstName } }", "operationName": "Me", "extensions": hash });
    let whole = ask(&app, &token, &whole).await.json();
    assert_eq!(whole, json!({ "data": { "me": { "firstName": "Ada" } } }));
}

#[tokio::test]
async fn html_that_would_keep_a_parser_busy_is_refused_at_once() {
    let app = TestApp::new().await;
    let token = token(&app, &app.as_member().await, "write:posts").await;
    let query = "mutation($b: String!) { createPost(input: { spaceId: 1, title: \"a\", body: $b }) { post { id } errors } }";
    let body = json!({ "query": query, "variables": { "b": "<ul><li>".repeat(12_400) } });
    let answer = ask(&app, &token, &body).await.assert_status(200).json();
    let payload = &answer["data"]["createPost"];
    assert_eq!(payload["post"], Value::Null);
    let words = payload["errors"][0].as_str().unwrap();
    assert!(words.contains("nested at most 100 deep"), "{words}");
}
