//! `resource` (RFC 8707) over HTTP: from the metadata of the Headless API to a token that works there alone.

use reqwest::Method;
use serde_json::{Value, json};

use crate::support::{Answer, TestApp};

/// Asks the Headless API at a path.
async fn ask(app: &TestApp, path: &str, token: &str) -> Answer {
    let program = app.browser();
    let request = program
        .bare(Method::POST, path)
        .bearer_auth(token)
        .json(&json!({ "query": "{ __typename }" }));
    program.send(request).await
}

/// The URL of the resource at a path, found as a client finds it: by the challenge and its metadata (RFC 9728 section 5).
async fn discovered(app: &TestApp, path: &str) -> String {
    let challenge = ask(app, path, "nonsense").await;
    let challenge = challenge.assert_status(401).header("www-authenticate").to_owned();
    let (_, metadata) = challenge.split_once("resource_metadata=\"").unwrap();
    let metadata = metadata
        .trim_end_matches('"')
        .strip_prefix(&app.issuer())
        .unwrap();
    let document: Value = app.browser().get(metadata).await.assert_status(200).json();
    document["resource"].as_str().unwrap().to_owned()
}

#[tokio::test]
async fn a_client_finds_the_resource_and_gets_a_token_for_it_alone() {
    let app = TestApp::new().await;
    let (client, person) = (app.web_app().await, app.as_member().await);
    let network = app.instance.store.network().await.unwrap();
    let by_slug = "/networks/my-community/graphql".to_owned();
    let by_number = format!("/networks/{}/graphql", network.id);
    for path in [&by_slug, &by_number] {
        let resource = discovered(&app, path).await;
        assert_eq!(resource, format!("{}{path}", app.issuer()));
        let code = person.lets_in(&client, &[("resource", &resource)]).await;
        let form = client.exchanges(&code, &[("resource", &resource)]);
        let tokens = app
            .send_form("/oauth/token", &form)
            .await
            .assert_status(200)
            .json();
        let token = tokens["access_token"].as_str().unwrap();
        for path in [&by_slug, &by_number] {
            ask(&app, path, token).await.assert_status(200);
        }
        let words = app.userinfo(&tokens).await.assert_error(401, "invalid_token");
        assert!(words.contains("`resource`"), "{words}");
        let told = app.send_form("/oauth/introspect", &client.names(token)).await;
        assert_eq!(told.json()["aud"], format!("{}{by_slug}", app.issuer()));
    }
}

/// Who has to sign in first comes back with the resource.
#[tokio::test]
async fn a_resource_survives_the_sign_in() {
    let app = TestApp::new().await;
    let client = app.web_app().await;
    let resource = format!("{}/networks/my-community/graphql", app.issuer());
    let link = client.asks(&[("resource", &resource)]);
    let answer = app.browser().get(&link).await;
    let location = answer.assert_status(303).header("location").to_owned();
    let (_, return_to) = location.split_once("return_to=").expect("where to return to");
    let person = app.as_member().await;
    let page = person.get(return_to).await;
    let code = person
        .allow(&page, "read:posts write:posts")
        .await
        .callback()
        .code();
    let tokens = app.exchange(&client, &code).await.assert_status(200).json();
    app.userinfo(&tokens).await.assert_error(401, "invalid_token");
}

/// The metadata at the root names the whole server: a client that read only that sends its issuer.
#[tokio::test]
async fn a_token_for_the_whole_server_works_everywhere() {
    let app = TestApp::new().await;
    let (client, person) = (app.web_app().await, app.as_member().await);
    let document: Value = app
        .browser()
        .get("/.well-known/oauth-protected-resource")
        .await
        .json();
    let resource = document["resource"].as_str().unwrap();
    for resource in [resource.to_owned(), format!("{resource}/")] {
        let code = person.lets_in(&client, &[("resource", &resource)]).await;
        let form = client.exchanges(&code, &[("resource", &resource)]);
        let tokens = app
            .send_form("/oauth/token", &form)
            .await
            .assert_status(200)
            .json();
        app.userinfo(&tokens).await.assert_status(200);
        let token = tokens["access_token"].as_str().unwrap();
        ask(&app, "/networks/my-community/graphql", token)
            .await
            .assert_status(200);
    }
}

#[tokio::test]
async fn a_resource_that_is_not_here_is_an_invalid_target() {
    let app = TestApp::new().await;
    let (client, person) = (app.web_app().await, app.as_member().await);
    let asks = client.asks(&[("resource", "https://other.example/mcp")]);
    let callback = person.get(&asks).await.callback();
    let (error, words) = callback.error();
    assert_eq!(error, "invalid_target");
    assert!(
        words.contains("other.example/mcp") && words.contains("my-community"),
        "{words}"
    );
    let code = person.lets_in(&client, &[]).await;
    let form = client.exchanges(&code, &[("resource", "https://other.example/mcp")]);
    app.send_form("/oauth/token", &form)
        .await
        .assert_error(400, "invalid_target");
    let host = app.as_host().await;
    host.get(&format!(
        "/admin/settings/oauth-applications/{}/activity",
        client.id
    ))
    .await
    .assert_text("is not a resource of this network")
    .assert_text("It has to send the address of the Headless API exactly");
}
