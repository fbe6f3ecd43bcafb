//! `/admin/settings/oauth-applications/{client_id}/members`, `…/export`, and the interactive page of an application.

use std::time::Duration;

use reqwest::Method;

use crate::support::oauth::Client;
use crate::support::{TestApp, assert_sound};

fn page_of(client: &Client, tab: &str) -> String {
    format!("/admin/settings/oauth-applications/{}{tab}", client.id)
}

#[tokio::test]
async fn only_hosts_can_open_them() {
    let app = TestApp::new().await;
    let client = app.web_app().await;
    let member = app.as_member().await;
    for tab in ["", "/credentials", "/settings", "/members"] {
        let path = page_of(&client, tab);
        member.get(&path).await.assert_status(403);
        let encoded: String = form_urlencoded::byte_serialize(path.as_bytes()).collect();
        app.browser()
            .get(&path)
            .await
            .assert_redirect(&format!("/sign-in?return_to={encoded}"));
    }
    let revoke = page_of(&client, "/members/1/revoke");
    member.post(&revoke, &[]).await.assert_status(403);
}

#[tokio::test]
async fn each_member_is_there_with_what_they_allowed() {
    let app = TestApp::new().await;
    let (client, host) = (app.web_app().await, app.as_host().await);
    let members = page_of(&client, "/members");
    let page = host.get(&members).await;
    assert_sound(&page);
    page.assert_status(200).assert_text("No members connected");
    app.connect_for(&client, &app.as_member().await, "read:posts")
        .await;
    app.wait(Duration::from_secs(3 * 3_600));
    let page = host.get(&members).await;
    assert_sound(&page);
    page.assert_text("member@example.com")
        .assert_text("View posts you have created")
        .assert_text(">3 hours ago</time>")
        .assert_text("Revoke access of Ada Lovelace");
}

#[tokio::test]
async fn a_host_revokes_the_access_of_one_member() {
    let app = TestApp::new().await;
    let (client, host) = (app.web_app().await, app.as_host().await);
    let member = app
        .member("third@example.com", latchkey_domain::Role::Member)
        .await;
    let one = app
        .connect(&client, &app.signed_in("third@example.com").await)
        .await;
    let other = app.connect(&client, &app.as_member().await).await;
    let revoke = page_of(&client, &format!("/members/{}/revoke", member.id));
    let done = format!("{}?revoked=one", page_of(&client, "/members"));
    host.post(&revoke, &[]).await.assert_redirect(&done);
    host.get(&done)
        .await
        .assert_text("The member is disconnected")
        .assert_no_text("third@example.com")
        .assert_text("member@example.com");
    app.userinfo(&one).await.assert_error(401, "invalid_token");
    app.userinfo(&other).await.assert_status(200);
    // Repeating it is not an error.
    host.post(&revoke, &[]).await.assert_redirect(&done);
}

#[tokio::test]
async fn another_site_revokes_nothing() {
    let app = TestApp::new().await;
    let (client, host) = (app.web_app().await, app.as_host().await);
    let forged = host
        .bare(Method::POST, &page_of(&client, "/members/2/revoke"))
        .header("origin", "https://evil.example");
    host.send(forged).await.assert_status(403);
}

#[tokio::test]
async fn the_page_of_an_application_is_rendered_without_its_secret() {
    let app = TestApp::new().await;
    let (client, host) = (app.web_app().await, app.as_host().await);
    for (tab, text) in [
        ("", "What it may ask for"),
        ("/credentials", "New secret"),
        ("/settings", "Danger zone"),
    ] {
        let page = host.get(&page_of(&client, tab)).await;
        assert_sound(&page);
        page.assert_status(200)
            .assert_text(text)
            .assert_text("Mobile App")
            .assert_text("<title>Mobile App · ")
            .assert_text(&client.id)
            .assert_no_text(client.secret.as_deref().unwrap());
    }
}

#[tokio::test]
async fn it_says_who_created_it() {
    let app = TestApp::new().await;
    let host = app.as_host().await;
    let draft = serde_json::json!({ "draft": {
        "name": "Mobile App",
        "redirect_uris": "https://myapp.com/cb",
        "scopes": ["read:posts"],
        "confidential": true,
        "skip_consent": false,
    } });
    let created = host.call("applications/create", &draft).await;
    let id = created.json()["client_id"].as_str().unwrap().to_owned();
    let details = host
        .call("applications/details", &serde_json::json!({ "client_id": id }))
        .await;
    details.assert_status(200);
    assert_eq!(details.json()["created_by"], "Ada Lovelace");
}

#[tokio::test]
async fn an_application_that_is_not_there_is_404() {
    let app = TestApp::new().await;
    let host = app.as_host().await;
    for id in ["nonsense", &"A".repeat(43)] {
        for tab in ["", "/credentials", "/settings", "/members"] {
            let path = format!("/admin/settings/oauth-applications/{id}{tab}");
            host.get(&path).await.assert_status(404);
        }
        let revoke = format!("/admin/settings/oauth-applications/{id}/members/1/revoke");
        host.post(&revoke, &[]).await.assert_status(404);
    }
}
