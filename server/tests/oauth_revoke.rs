//! `POST /oauth/revoke`

use crate::support::TestApp;

#[tokio::test]
async fn either_token_ends_all() {
    let app = TestApp::new().await;
    let (client, person) = (app.web_app().await, app.as_member().await);
    for token in ["access_token", "refresh_token"] {
        let tokens = app.connect(&client, &person).await;
        let form = client.names(tokens[token].as_str().unwrap());
        let answer = app.send_form("/oauth/revoke", &form).await;
        answer.assert_status(200);
        assert_eq!(answer.text, "{}", "for clients that read each answer as JSON");
        assert_eq!(answer.header("content-type"), "application/json");
        assert_eq!(answer.header("cache-control"), "no-store");
        app.userinfo(&tokens).await.assert_status(401);
        app.refresh(&client, &tokens)
            .await
            .assert_error(400, "invalid_grant");
        // Repeating it is not an error.
        app.send_form("/oauth/revoke", &form).await.assert_status(200);
    }
}

#[tokio::test]
async fn what_is_no_token_is_revoked_already() {
    let app = TestApp::new().await;
    let client = app.web_app().await;
    app.send_form("/oauth/revoke", &client.names("nonsense"))
        .await
        .assert_status(200);
}

#[tokio::test]
async fn another_applications_token_stays() {
    let app = TestApp::new().await;
    let (client, other, person) = (
        app.web_app().await,
        app.browser_app().await,
        app.as_member().await,
    );
    let tokens = app.connect(&client, &person).await;
    let form = other.names(tokens["access_token"].as_str().unwrap());
    app.send_form("/oauth/revoke", &form)
        .await
        .assert_error(400, "unauthorized_client");
    app.userinfo(&tokens).await.assert_status(200);
}

#[tokio::test]
async fn a_stranger_revokes_nothing() {
    let app = TestApp::new().await;
    let (client, person) = (app.web_app().await, app.as_member().await);
    let tokens = app.connect(&client, &person).await;
    let mut form = client.names(tokens["access_token"].as_str().unwrap());
    form.retain(|(name, _)| name != "client_secret");
    app.send_form("/oauth/revoke", &form)
        .await
        .assert_error(401, "invalid_client");
    app.userinfo(&tokens).await.assert_status(200);
}
