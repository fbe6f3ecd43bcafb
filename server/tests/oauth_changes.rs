//! Hosts' changes take effect at the next request.

use latchkey_domain::{Actor, ApplicationDraft, Role};

use crate::support::TestApp;
use crate::support::oauth::web_app;

#[tokio::test]
async fn a_deleted_application_has_nothing_left() {
    let app = TestApp::new().await;
    let (client, person) = (app.web_app().await, app.as_member().await);
    let tokens = app.connect(&client, &person).await;
    let code = person.lets_in(&client, &[]).await;
    app.userinfo(&tokens).await.assert_status(200);
    app.delete(&client).await;
    app.userinfo(&tokens).await.assert_error(401, "invalid_token");
    app.refresh(&client, &tokens)
        .await
        .assert_error(401, "invalid_client");
    app.exchange(&client, &code)
        .await
        .assert_error(401, "invalid_client");
    person.get(&client.asks(&[])).await.assert_status(400);
    person
        .get("/account/connected-apps")
        .await
        .assert_text("No connected apps");
}

#[tokio::test]
async fn a_scope_that_was_taken_away_is_gone_from_tokens_that_are_out() {
    let app = TestApp::new().await;
    let (client, person) = (app.web_app().await, app.as_member().await);
    let tokens = app
        .connect_for(&client, &person, "read:posts read:userinfo")
        .await;
    assert_eq!(app.userinfo(&tokens).await.json()["email"], "member@example.com");
    app.edit(
        &client,
        ApplicationDraft {
            scopes: vec!["read:posts".into()],
            ..web_app()
        },
    )
    .await;
    let userinfo = app.userinfo(&tokens).await.assert_status(200).json();
    assert_eq!(userinfo.get("email"), None);
    let refreshed = app.refresh(&client, &tokens).await.assert_status(200).json();
    assert_eq!(refreshed["scope"], "read:posts");
}

#[tokio::test]
async fn a_host_who_is_a_host_no_longer_loses_host_scopes() {
    let app = TestApp::new().await;
    app.member("second@example.com", Role::Host).await;
    let (client, host) = (app.web_app().await, app.as_host().await);
    let tokens = app
        .connect_for(&client, &host, "read:posts host:read:network_events")
        .await;
    let scope = async || {
        let form = client.names(tokens["access_token"].as_str().unwrap());
        app.send_form("/oauth/introspect", &form).await.json()["scope"].clone()
    };
    assert_eq!(scope().await, "host:read:network_events read:posts");
    app.set_role("host@example.com", Role::Member).await;
    assert_eq!(scope().await, "read:posts");
}

#[tokio::test]
async fn who_was_removed_takes_the_tokens_along() {
    let app = TestApp::new().await;
    let (client, person) = (app.web_app().await, app.as_member().await);
    let tokens = app.connect(&client, &person).await;
    let roster = &app.instance.roster;
    roster
        .remove(&"member@example.com".parse().unwrap(), &Actor::operator())
        .await
        .unwrap();
    app.userinfo(&tokens).await.assert_error(401, "invalid_token");
    app.refresh(&client, &tokens)
        .await
        .assert_error(400, "invalid_grant");
}

#[tokio::test]
async fn a_paused_application_waits_and_goes_on() {
    let app = TestApp::new().await;
    let (client, person) = (app.web_app().await, app.as_member().await);
    let tokens = app.connect(&client, &person).await;
    app.pause(&client).await;
    app.userinfo(&tokens).await.assert_error(401, "invalid_token");
    app.refresh(&client, &tokens)
        .await
        .assert_error(400, "unauthorized_client");
    let registrar = &app.instance.registrar;
    registrar
        .set_paused(&latchkey_registration::Caller::operator(), &client.id, false)
        .await
        .unwrap();
    app.userinfo(&tokens).await.assert_status(200);
}

#[tokio::test]
async fn the_admins_cards_tell_who_is_connected_and_when_it_was_last_used() {
    let app = TestApp::new().await;
    let (client, host, member) = (app.web_app().await, app.as_host().await, app.as_member().await);
    let card = async || {
        let arguments = serde_json::json!({ "client_id": client.id });
        host.call("applications/find", &arguments)
            .await
            .assert_status(200)
            .json()
    };
    let before = card().await;
    assert_eq!(
        (&before["connected_members"], &before["last_used"]),
        (&0.into(), &serde_json::Value::Null)
    );
    app.connect(&client, &member).await;
    app.connect(&client, &host).await;
    app.connect(&client, &host).await;
    let after = card().await;
    assert_eq!(after["connected_members"], 2);
    assert!(
        after["last_used"]["iso"].as_str().unwrap().ends_with('Z'),
        "{after}"
    );
    member
        .post(&format!("/account/connected-apps/{}/revoke", client.id), &[])
        .await;
    assert_eq!(card().await["connected_members"], 1);
}
