//! `POST /oauth/introspect`

use std::time::Duration;

use serde_json::json;

use crate::support::TestApp;

#[tokio::test]
async fn an_application_learns_about_its_own_token() {
    let app = TestApp::new().await;
    let (client, person) = (app.web_app().await, app.as_member().await);
    let tokens = app
        .connect_for(&client, &person, "read:posts read:userinfo")
        .await;
    let form = client.names(tokens["access_token"].as_str().unwrap());
    let answer = app.send_form("/oauth/introspect", &form).await;
    answer.assert_status(200);
    assert_eq!(answer.header("cache-control"), "no-store");
    let issued = app.instance.clock.now().as_secs();
    let sub = app.userinfo(&tokens).await.json()["sub"].clone();
    assert_eq!(
        answer.json(),
        json!({
            "active": true,
            "scope": "read:userinfo read:posts",
            "client_id": client.id,
            "username": "member@example.com",
            "token_type": "Bearer",
            "exp": issued + 3600,
            "iat": issued,
            "sub": sub,
            "iss": app.issuer(),
        })
    );
}

#[tokio::test]
async fn what_is_not_good_is_only_not_active() {
    let app = TestApp::new().await;
    let (client, other, person) = (app.web_app().await, app.web_app().await, app.as_member().await);
    let tokens = app.connect(&client, &person).await;
    let token = tokens["access_token"].as_str().unwrap();
    let inactive = json!({ "active": false });
    let ask = async |form| {
        app.send_form("/oauth/introspect", &form)
            .await
            .assert_status(200)
            .json()
    };
    assert_eq!(ask(other.names(token)).await, inactive);
    assert_eq!(ask(client.names("nonsense")).await, inactive);
    assert_eq!(ask(client.names(token)).await["active"], true);
    app.wait(Duration::from_secs(3_601));
    assert_eq!(ask(client.names(token)).await, inactive);
}

#[tokio::test]
async fn who_has_no_secret_cannot_ask() {
    let app = TestApp::new().await;
    let (client, person) = (app.browser_app().await, app.as_member().await);
    let tokens = app.connect(&client, &person).await;
    let form = client.names(tokens["access_token"].as_str().unwrap());
    let answer = app.send_form("/oauth/introspect", &form).await;
    answer.assert_error(401, "invalid_client");
    assert!(answer.header("www-authenticate").starts_with("Basic "));
}
