//! `/oauth/userinfo`

use std::time::Duration;

use reqwest::Method;
use serde_json::json;

use crate::support::TestApp;

#[tokio::test]
async fn says_who_granted_the_token() {
    let app = TestApp::new().await;
    let (client, person) = (app.web_app().await, app.as_member().await);
    let tokens = app.connect_for(&client, &person, "read:userinfo").await;
    let member = app
        .instance
        .store
        .member_by_email(&"member@example.com".parse().unwrap())
        .await
        .unwrap()
        .unwrap();
    let answer = app.userinfo(&tokens).await;
    answer.assert_status(200);
    assert_eq!(answer.header("cache-control"), "no-store");
    let expected = json!({
        "sub": member.id.to_string(),
        "id": member.id.to_string(),
        "name": "Ada Lovelace",
        "given_name": "Ada",
        "family_name": "Lovelace",
        "email": "member@example.com",
    });
    assert_eq!(answer.json(), expected);

    let program = app.browser();
    let token = tokens["access_token"].as_str().unwrap();
    let request = program.bare(Method::POST, "/oauth/userinfo").bearer_auth(token);
    assert_eq!(program.send(request).await.json(), expected);
}

#[tokio::test]
async fn without_the_scope_it_says_no_more_than_the_number() {
    let app = TestApp::new().await;
    let (client, person) = (app.web_app().await, app.as_member().await);
    let tokens = app.connect_for(&client, &person, "read:posts").await;
    let userinfo = app.userinfo(&tokens).await.json();
    assert_eq!(
        userinfo.as_object().unwrap().keys().collect::<Vec<_>>(),
        ["id", "sub"]
    );
    assert_eq!(userinfo["id"], userinfo["sub"]);
}

#[tokio::test]
async fn without_a_token_it_says_how_to_get_one_and_names_no_error() {
    let app = TestApp::new().await;
    let program = app.browser();
    let answer = program.send(program.bare(Method::GET, "/oauth/userinfo")).await;
    answer.assert_error(401, "invalid_token");
    assert_eq!(
        answer.header("www-authenticate"),
        format!(
            "Bearer realm=\"Latchkey\", resource_metadata=\"{}/.well-known/oauth-protected-resource\"",
            app.issuer()
        )
    );
}

#[tokio::test]
async fn a_token_in_the_query_or_a_cookie_counts_for_nothing() {
    let app = TestApp::new().await;
    let (client, person) = (app.web_app().await, app.as_member().await);
    let tokens = app.connect(&client, &person).await;
    let path = format!(
        "/oauth/userinfo?access_token={}",
        tokens["access_token"].as_str().unwrap()
    );
    person
        .send(person.bare(Method::GET, &path))
        .await
        .assert_error(401, "invalid_token");
}

#[tokio::test]
async fn a_token_that_is_not_good_is_explained() {
    let app = TestApp::new().await;
    let (client, person) = (app.web_app().await, app.as_member().await);
    let tokens = app.connect(&client, &person).await;
    app.wait(Duration::from_secs(3_600 + 120));
    let answer = app.userinfo(&tokens).await;
    let words = answer.assert_error(401, "invalid_token");
    assert!(
        words.contains("expired 2 minutes ago") || words.contains("expired 120 seconds ago"),
        "{words}"
    );
    let challenge = answer.header("www-authenticate");
    assert!(challenge.contains("error=\"invalid_token\""), "{challenge}");

    for (token, status, error) in [
        ("lk_at_forged", 401, "invalid_token"),
        (tokens["refresh_token"].as_str().unwrap(), 401, "invalid_token"),
        ("two words", 400, "invalid_request"),
    ] {
        let program = app.browser();
        let request = program.bare(Method::GET, "/oauth/userinfo").bearer_auth(token);
        program.send(request).await.assert_error(status, error);
    }
}

#[tokio::test]
async fn two_tokens_at_once_are_refused() {
    let app = TestApp::new().await;
    let (client, person) = (app.web_app().await, app.as_member().await);
    let tokens = app.connect(&client, &person).await;
    let program = app.browser();
    let token = tokens["access_token"].as_str().unwrap();
    let request = program
        .bare(Method::GET, "/oauth/userinfo")
        .bearer_auth(token)
        .bearer_auth(token);
    program.send(request).await.assert_error(400, "invalid_request");
}

#[tokio::test]
async fn another_method_is_refused() {
    let app = TestApp::new().await;
    let program = app.browser();
    let answer = program
        .send(program.bare(Method::DELETE, "/oauth/userinfo"))
        .await;
    answer.assert_error(405, "invalid_request");
    assert_eq!(answer.header("allow"), "GET,HEAD,POST");
}
