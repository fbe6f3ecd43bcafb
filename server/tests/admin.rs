//! `/admin`

use latchkey_domain::{Actor, Role};

use crate::support::{TestApp, assert_sound};

const PAGE: &str = "/admin/settings/oauth-applications";

#[tokio::test]
async fn every_way_in_leads_to_the_page() {
    let app = TestApp::new().await;
    let host = app.as_host().await;
    for path in ["/admin", "/admin/", "/admin/oauth-applications"] {
        host.get(path).await.assert_redirect(PAGE);
    }
}

#[tokio::test]
async fn hosts_see_the_page_rendered() {
    let app = TestApp::new().await;
    app.application("Mobile App").await;
    let answer = app.as_host().await.get(PAGE).await;
    assert_sound(&answer);
    answer
        .assert_status(200)
        .assert_text("New OAuth Application")
        .assert_text("Mobile App")
        .assert_text("Ada Lovelace");
}

#[tokio::test]
async fn every_script_carries_the_nonce_of_its_answer() {
    let app = TestApp::new().await;
    let host = app.as_host().await;
    let mut nonces = vec![];
    for _ in 0..2 {
        let answer = host.get(PAGE).await;
        let policy = answer.header("content-security-policy");
        let nonce = policy
            .split("'nonce-")
            .nth(1)
            .unwrap()
            .split('\'')
            .next()
            .unwrap()
            .to_owned();
        assert!(nonce.len() >= 22, "{nonce}");
        assert!(
            policy.contains("'strict-dynamic' 'wasm-unsafe-eval'") && policy.contains("connect-src 'self'")
        );
        for script in answer
            .text
            .split("<script")
            .skip(1)
            .map(|rest| rest.split('>').next().unwrap())
            // Data that the page reads; browsers do not run it.
            .filter(|script| !script.contains("type=\"application/json\""))
        {
            assert!(script.contains(&format!("nonce=\"{nonce}\"")), "{script}");
        }
        nonces.push(nonce);
    }
    assert_ne!(nonces[0], nonces[1]);
}

#[tokio::test]
async fn the_page_never_carries_a_secret() {
    let app = TestApp::new().await;
    let secret = app.application("Mobile App").await.new_secret.unwrap();
    app.as_host()
        .await
        .get(PAGE)
        .await
        .assert_no_text(secret.expose());
}

#[tokio::test]
async fn members_are_told_that_only_hosts_can() {
    let app = TestApp::new().await;
    let answer = app.as_member().await.get(PAGE).await;
    assert_sound(&answer);
    answer
        .assert_status(403)
        .assert_text("Only hosts can open Admin")
        .assert_text("member@example.com");
}

#[tokio::test]
async fn the_signed_out_sign_in_and_come_back() {
    let app = TestApp::new().await;
    let answer = app.browser().get(PAGE).await;
    answer.assert_redirect("/sign-in?return_to=%2Fadmin%2Fsettings%2Foauth-applications");
}

#[tokio::test]
async fn who_is_no_longer_a_host_is_out_at_once() {
    let app = TestApp::new().await;
    app.member("second@example.com", Role::Host).await;
    let host = app.as_host().await;
    host.get(PAGE).await.assert_status(200);
    app.instance
        .roster
        .set_role(
            &"host@example.com".parse().unwrap(),
            Role::Member,
            &Actor::operator(),
        )
        .await
        .unwrap();
    host.get(PAGE).await.assert_status(403);
}

#[tokio::test]
async fn what_is_not_there_is_404() {
    let app = TestApp::new().await;
    let answer = app.as_host().await.get("/admin/settings/nonsense").await;
    assert_sound(&answer);
    answer.assert_status(404);
}

#[tokio::test]
async fn every_title_says_what_the_page_is_and_of_which_network() {
    let app = TestApp::new().await;
    let (client, host) = (app.web_app().await, app.as_host().await);
    let network = app.instance.store.network().await.unwrap().name;
    let mut titles = Vec::new();
    for path in [
        "/",
        "/account/connected-apps",
        "/account/sessions",
        "/account/password",
        "/account/profile",
        "/account/second-factor",
        PAGE,
        &format!("{PAGE}/{}/activity", client.id),
        &format!("{PAGE}/{}/use", client.id),
        "/admin/headless-api",
        "/admin/headless-api/explorer",
        "/admin/audit",
        "/admin/members",
        "/admin/members/add",
        "/nonsense",
    ] {
        let page = host.get(path).await;
        let (_, rest) = page.text.split_once("<title>").unwrap();
        let (title, _) = rest.split_once("</title>").unwrap();
        let (what, of) = title
            .split_once(" · ")
            .unwrap_or_else(|| panic!("{path}: {title}"));
        assert_eq!(of, network.to_string(), "{path}");
        titles.push(what.to_owned());
    }
    titles.sort_unstable();
    titles.dedup();
    assert_eq!(titles.len(), 15, "{titles:?}");
}
