//! `/account/connected-apps`

use std::time::Duration;

use latchkey_domain::Role;
use reqwest::Method;

use crate::support::{TestApp, assert_sound};

const PAGE: &str = "/account/connected-apps";

#[tokio::test]
async fn the_signed_out_sign_in_first() {
    let app = TestApp::new().await;
    app.browser()
        .get(PAGE)
        .await
        .assert_redirect("/sign-in?return_to=%2Faccount%2Fconnected-apps");
    let client = app.web_app().await;
    app.browser()
        .post(&format!("{PAGE}/{}/revoke", client.id), &[])
        .await
        .assert_redirect("/sign-in");
}

#[tokio::test]
async fn who_let_nothing_in_is_told_so() {
    let app = TestApp::new().await;
    let page = app.as_member().await.get(PAGE).await;
    assert_sound(&page);
    page.assert_status(200)
        .assert_text("No connected apps")
        .assert_text("href=\"/account/sessions\"");
    app.as_member()
        .await
        .get("/account/sessions")
        .await
        .assert_text("href=\"/account/connected-apps\"");
}

#[tokio::test]
async fn each_application_is_there_with_what_it_can_do() {
    let app = TestApp::new().await;
    let (client, other) = (app.web_app().await, app.browser_app().await);
    let (member, host) = (app.as_member().await, app.as_host().await);
    let tokens = app.connect_for(&client, &member, "read:posts").await;
    app.connect(&other, &host).await;
    app.wait(Duration::from_secs(3 * 3_600));
    app.refresh(&client, &tokens).await.assert_status(200);
    app.wait(Duration::from_secs(600));
    let page = member.get(PAGE).await;
    assert_sound(&page);
    page.assert_text("Mobile App")
        .assert_text("View posts you have created")
        .assert_text(">3 hours ago</time>")
        .assert_text(">10 minutes ago</time>")
        .assert_no_text("Create, edit and delete posts")
        .assert_no_text("Browser App");
}

#[tokio::test]
async fn only_what_has_an_effect_is_shown() {
    let app = TestApp::new().await;
    app.member("second@example.com", Role::Host).await;
    let (client, host) = (app.web_app().await, app.as_host().await);
    app.connect_for(&client, &host, "read:posts host:read:network_events")
        .await;
    host.get(PAGE)
        .await
        .assert_text("View events in the network")
        .assert_text("Host only");
    app.set_role("host@example.com", Role::Member).await;
    host.get(PAGE)
        .await
        .assert_no_text("View events in the network")
        .assert_text("View posts you have created");
}

#[tokio::test]
async fn revoke_stops_it_at_once_and_is_noted() {
    let app = TestApp::new().await;
    let (client, person, host) = (app.web_app().await, app.as_member().await, app.as_host().await);
    let tokens = app.connect(&client, &person).await;
    let hosts = app.connect(&client, &host).await;
    let code = person.lets_in(&client, &[]).await;
    let revoke = format!("{PAGE}/{}/revoke", client.id);
    person
        .get(PAGE)
        .await
        .assert_text(&format!("action=\"{revoke}\""));
    person
        .post(&revoke, &[])
        .await
        .assert_redirect("/account/connected-apps?revoked=one");
    let page = person.get("/account/connected-apps?revoked=one").await;
    assert_sound(&page);
    page.assert_text("The application is disconnected")
        .assert_text("No connected apps");
    app.userinfo(&tokens).await.assert_error(401, "invalid_token");
    app.refresh(&client, &tokens)
        .await
        .assert_error(400, "invalid_grant");
    app.exchange(&client, &code)
        .await
        .assert_error(400, "invalid_grant");
    // It has to ask again, and no other application is affected.
    person.get(&client.asks(&[])).await.assert_status(200);
    app.userinfo(&hosts).await.assert_status(200);
    let activity = app.activity(&client).await;
    let noted = "The member disconnected the application; its tokens were revoked.";
    assert_eq!(
        activity.iter().filter(|(_, words)| words == noted).count(),
        1,
        "{activity:?}"
    );
    // Repeating it is not an error, and is not recorded again.
    person.post(&revoke, &[]).await.assert_status(303);
    let activity = app.activity(&client).await;
    assert_eq!(activity.iter().filter(|(_, words)| words == noted).count(), 1);
}

#[tokio::test]
async fn another_site_revokes_nothing() {
    let app = TestApp::new().await;
    let (client, person) = (app.web_app().await, app.as_member().await);
    let tokens = app.connect(&client, &person).await;
    let request = person
        .bare(Method::POST, &format!("{PAGE}/{}/revoke", client.id))
        .header("origin", "https://evil.example");
    person.send(request).await.assert_status(403);
    app.userinfo(&tokens).await.assert_status(200);
}

#[tokio::test]
async fn what_is_no_application_is_404() {
    let app = TestApp::new().await;
    app.as_member()
        .await
        .post(&format!("{PAGE}/short/revoke"), &[])
        .await
        .assert_status(404);
}
