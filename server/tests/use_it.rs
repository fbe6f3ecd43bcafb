//! `/admin/settings/oauth-applications/{client_id}/use`

use latchkey_domain::ApplicationDraft;
use latchkey_storage::AuditAction;
use reqwest::Method;

use crate::support::oauth::{Client, browser_app, web_app};
use crate::support::{Answer, TestApp, assert_sound_with_scripts};

fn page_of(client: &Client) -> String {
    format!("/admin/settings/oauth-applications/{}/use", client.id)
}

/// How often a secret was revealed.
async fn revealed(app: &TestApp) -> usize {
    let entries = app.instance.store.audit(50).await.unwrap();
    let is_reveal = |action| action == AuditAction::SecretRevealed;
    entries.iter().filter(|entry| is_reveal(entry.action)).count()
}

#[tokio::test]
async fn only_hosts_can_open_it() {
    let app = TestApp::new().await;
    let client = app.web_app().await;
    let page = page_of(&client);
    let encoded: String = form_urlencoded::byte_serialize(page.as_bytes()).collect();
    let sign_in = format!("/sign-in?return_to={encoded}");
    app.browser().get(&page).await.assert_redirect(&sign_in);
    let member = app.as_member().await;
    member
        .get(&page)
        .await
        .assert_status(403)
        .assert_text("Only hosts can open Admin");
    let secret = client.secret.as_deref().unwrap();
    for path in [page.clone(), format!("{page}/env")] {
        for browser in [&member, &app.browser()] {
            browser.post(&path, &[]).await.assert_no_text(secret);
        }
        member.post(&path, &[]).await.assert_status(403);
    }
    assert_eq!(revealed(&app).await, 0);
}

#[tokio::test]
async fn the_page_comes_without_the_secret() {
    let app = TestApp::new().await;
    let client = app.web_app().await;
    let page = app.as_host().await.get(&page_of(&client)).await;
    assert_sound_with_scripts(&page);
    let issuer = app.issuer();
    page.assert_status(200)
        .assert_text("<title>Use Mobile App · ")
        .assert_text(&format!("OAUTH_CLIENT_ID={}", client.id))
        .assert_text("OAUTH_REDIRECT_URI=https://myapp.com/oauth/callback")
        .assert_text("OAUTH_SCOPES='host:read:network_events read:userinfo read:posts write:posts'")
        .assert_text(&format!("OAUTH_ISSUER={issuer}\n"))
        .assert_text(&format!("OAUTH_TOKEN_ENDPOINT={issuer}/oauth/token\n"))
        .assert_text(&format!(
            "GRAPHQL_ENDPOINT={issuer}/networks/my-community/graphql\n"
        ))
        .assert_text("Show the secret")
        .assert_no_text(client.secret.as_deref().unwrap());
    assert_eq!(revealed(&app).await, 0);
}

#[tokio::test]
async fn the_secret_is_shown_on_request_and_the_audit_trail_knows() {
    let app = TestApp::new().await;
    let (client, host) = (app.web_app().await, app.as_host().await);
    let secret = client.secret.as_deref().unwrap();
    let page = host.post(&page_of(&client), &[]).await;
    assert_sound_with_scripts(&page);
    page.assert_status(200)
        .assert_text(&format!("OAUTH_CLIENT_SECRET={secret}\n"))
        .assert_text("Hide the secret");
    assert_eq!(page.text.matches(secret).count(), 1);
    let entry = app.instance.store.audit(1).await.unwrap().remove(0);
    assert_eq!(entry.action, AuditAction::SecretRevealed);
    assert_eq!(entry.target, client.id);
    assert!(entry.actor.member.is_some() && entry.actor.request_id.is_some());
    host.get(&page_of(&client)).await.assert_no_text(secret);
}

#[tokio::test]
async fn the_settings_are_copied_with_the_secret_and_the_audit_trail_knows() {
    let app = TestApp::new().await;
    let (client, host) = (app.web_app().await, app.as_host().await);
    let shown = host.post(&page_of(&client), &[]).await;
    let copied = host.post(&format!("{}/env", page_of(&client)), &[]).await;
    copied.assert_status(200);
    assert_eq!(copied.header("cache-control"), "no-store");
    assert_eq!(copied.header("content-type"), "text/plain; charset=utf-8");
    for line in copied.text.lines().filter(|line| line.starts_with("OAUTH")) {
        shown.assert_text(line);
    }
    let secret = client.secret.as_deref().unwrap();
    copied.assert_text(&format!("\nOAUTH_CLIENT_SECRET={secret}\n"));
    assert_eq!(revealed(&app).await, 2);
    host.get(&format!("{}/env", page_of(&client)))
        .await
        .assert_no_text(secret);
}

#[tokio::test]
async fn another_site_cannot_have_it_shown() {
    let app = TestApp::new().await;
    let (client, host) = (app.web_app().await, app.as_host().await);
    for path in [page_of(&client), format!("{}/env", page_of(&client))] {
        let forged = host
            .bare(Method::POST, &path)
            .header("origin", "https://evil.example");
        host.send(forged).await.assert_status(403);
    }
    assert_eq!(revealed(&app).await, 0);
}

#[tokio::test]
async fn a_public_application_has_no_secret_to_show() {
    let app = TestApp::new().await;
    let (client, host) = (app.register(browser_app()).await, app.as_host().await);
    let answers: [Answer; 3] = [
        host.get(&page_of(&client)).await,
        host.post(&page_of(&client), &[]).await,
        host.post(&format!("{}/env", page_of(&client)), &[]).await,
    ];
    for answer in &answers {
        answer
            .assert_status(200)
            .assert_text("OAUTH_CLIENT_ID=")
            .assert_no_text("OAUTH_CLIENT_SECRET")
            .assert_no_text("Show the secret");
    }
    assert_eq!(revealed(&app).await, 0);
}

#[tokio::test]
async fn the_redirect_uri_is_chosen_among_those_that_are_registered() {
    let app = TestApp::new().await;
    let several = "https://myapp.com/cb?a=1&b=2\nhttp://localhost:5173/cb";
    let draft = ApplicationDraft {
        redirect_uris: several.into(),
        ..web_app()
    };
    let (client, host) = (app.register(draft).await, app.as_host().await);
    let page = page_of(&client);
    let loopback = "OAUTH_REDIRECT_URI=http://localhost:5173/cb\n";
    host.get(&page).await.assert_text(loopback);
    let query = "redirect_uri=https%3A%2F%2Fmyapp.com%2Fcb%3Fa%3D1%26b%3D2";
    let chosen = host.get(&format!("{page}?{query}")).await;
    chosen
        .assert_text("OAUTH_REDIRECT_URI='https://myapp.com/cb?a=1&amp;b=2'\n")
        .assert_text(&format!("action=\"{page}?{query}#settings\""))
        .assert_text(&format!("data-copy-from=\"{page}/env?{query}\""));
    let copied = host.post(&format!("{page}/env?{query}"), &[]).await;
    copied.assert_text("OAUTH_REDIRECT_URI='https://myapp.com/cb?a=1&b=2'\n");
    host.get(&format!("{page}?redirect_uri=https://evil.example/cb"))
        .await
        .assert_status(200)
        .assert_text(loopback)
        .assert_no_text("evil.example");
}

#[tokio::test]
async fn an_application_that_is_not_there_is_404() {
    let app = TestApp::new().await;
    let host = app.as_host().await;
    for id in ["nonsense", &"A".repeat(43)] {
        let path = format!("/admin/settings/oauth-applications/{id}/use");
        host.get(&path).await.assert_status(404);
        host.post(&path, &[]).await.assert_status(404);
        host.post(&format!("{path}/env"), &[]).await.assert_status(404);
    }
}

#[tokio::test]
async fn a_paused_application_says_so() {
    let app = TestApp::new().await;
    let (client, host) = (app.web_app().await, app.as_host().await);
    host.call(
        "applications/set-paused",
        &serde_json::json!({ "client_id": client.id, "paused": true }),
    )
    .await
    .assert_status(200);
    host.get(&page_of(&client))
        .await
        .assert_text("This application is paused");
}

#[tokio::test]
async fn the_message_for_a_developer_never_has_the_secret() {
    let app = TestApp::new().await;
    let client = app.web_app().await;
    let message = format!("{}/message", page_of(&client));
    app.as_host()
        .await
        .get(&message)
        .await
        .assert_status(200)
        .assert_text(&format!("Client ID: {}\n", client.id))
        .assert_text(&format!("Token endpoint: {}/oauth/token\n", app.issuer()))
        .assert_no_text(client.secret.as_deref().unwrap());
    app.as_member().await.get(&message).await.assert_status(403);
    assert_eq!(revealed(&app).await, 0);
}
