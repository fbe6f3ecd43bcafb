//! `/admin/headless-api/explorer`, and **Try it** on an application's card.

use latchkey_domain::{ApplicationDraft, Scope};
use reqwest::Method;
use serde_json::json;

use crate::support::oauth::{Client, browser_app, web_app};
use crate::support::{Answer, Browser, TestApp, assert_sound};

const EXPLORER: &str = "/admin/headless-api/explorer";

/// The data that the page passes to its script.
#[track_caller]
fn data(page: &Answer, name: &str) -> String {
    let value = page.text.split(&format!(" data-{name}=\"")).nth(1);
    let value = value.unwrap_or_else(|| panic!("no {name} in {}", page.text));
    value
        .split('"')
        .next()
        .unwrap()
        .replace("&quot;", "\"")
        .replace("&amp;", "&")
}

/// Presses **Try it** and returns the page that the browser is sent to.
async fn tries(host: &Browser, client: &Client) -> Answer {
    let started = host.post(EXPLORER, &[("application", &client.id)]).await;
    started.assert_status(303);
    let location = started.header("location").to_owned();
    assert!(location.starts_with("/oauth/authorize?"), "{location}");
    host.get(&location).await
}

/// The path that a redirect on this server leads to.
fn path_of(app: &TestApp, answer: &Answer) -> String {
    answer.assert_status(303);
    let location = answer.header("location");
    location
        .strip_prefix(&app.issuer())
        .unwrap_or_else(|| panic!("{location}"))
        .to_owned()
}

/// Allows everything on the consent page and follows the redirect.
async fn allows(app: &TestApp, host: &Browser, consent: &Answer, scopes: &str) -> Answer {
    let back = path_of(app, &host.allow(consent, scopes).await);
    host.get(&back).await
}

fn all_scopes() -> String {
    Scope::ALL
        .iter()
        .map(|scope| scope.id())
        .collect::<Vec<_>>()
        .join(" ")
}

fn with_all_scopes(draft: ApplicationDraft) -> ApplicationDraft {
    ApplicationDraft {
        scopes: Scope::ALL.iter().map(|scope| scope.id().to_owned()).collect(),
        ..draft
    }
}

async fn ask(app: &TestApp, token: &str, query: &str) -> Answer {
    let program = app.browser();
    let request = program
        .bare(Method::POST, "/networks/my-community/graphql")
        .bearer_auth(token)
        .json(&json!({ "query": query }));
    program.send(request).await
}

#[tokio::test]
async fn only_hosts_get_in() {
    let app = TestApp::new().await;
    let client = app.web_app().await;
    let member = app.as_member().await;
    for path in [
        EXPLORER,
        "/admin/headless-api",
        "/admin/headless-api/explorer/callback?code=x&state=y",
    ] {
        member
            .get(path)
            .await
            .assert_status(403)
            .assert_text("Only hosts can open Admin");
        app.browser().get(path).await.assert_status(303);
    }
    member
        .post(EXPLORER, &[("application", &client.id)])
        .await
        .assert_status(403);
    let other_site = app.as_host().await;
    let request = other_site
        .bare(Method::POST, EXPLORER)
        .header("origin", "https://evil.example")
        .form(&[("application", &client.id)]);
    other_site.send(request).await.assert_status(403);
}

#[tokio::test]
async fn a_host_tries_applications_out_and_gets_a_token_with_their_scopes() {
    let app = TestApp::new().await;
    let host = app.as_host().await;
    for draft in [web_app(), browser_app()] {
        let client = app.register(with_all_scopes(draft)).await;
        let consent = tries(&host, &client).await;
        consent.assert_status(200).assert_text("API explorer");
        let page = allows(&app, &host, &consent, &all_scopes()).await;
        page.assert_status(200).assert_text("expires in 60 minutes");
        let policy = page.header("content-security-policy").to_owned();
        assert!(policy.contains("script-src 'self';"), "{policy}");
        assert_eq!(page.header("cache-control"), "no-store");
        assert!(data(&page, "address").ends_with(&client.id));

        let token = data(&page, "token");
        let answer = ask(&app, &token, &data(&page, "query")).await;
        let json = answer.assert_status(200).json();
        assert_eq!(json.get("errors"), None, "{json}");
        assert_eq!(json["data"]["network"]["members"]["totalCount"], 2);
        // It is an ordinary token of that application.
        if client.secret.is_some() {
            let known = app.send_form("/oauth/introspect", &client.names(&token)).await;
            assert_eq!(known.assert_status(200).json()["scope"], all_scopes());
        }
        let log = app.activity(&client).await;
        assert!(log.iter().all(|(succeeded, _)| *succeeded), "{log:?}");
        // Deleting the application ends the token.
        app.delete(&client).await;
        ask(&app, &token, "{ me { id } }").await.assert_status(401);
    }
}

#[tokio::test]
async fn what_was_unticked_is_not_in_the_token_and_the_query_knows() {
    let app = TestApp::new().await;
    let host = app.as_host().await;
    let client = app.register(with_all_scopes(web_app())).await;
    let consent = tries(&host, &client).await;
    let page = allows(&app, &host, &consent, "read:posts").await;
    let answer = ask(&app, &data(&page, "token"), &data(&page, "query")).await;
    let json = answer.assert_status(200).json();
    assert_eq!(json.get("errors"), None, "{json}");
    assert!(json["data"]["me"]["posts"]["totalCount"].is_number(), "{json}");
    assert!(!page.text.contains(">read:search</li>"));
}

#[tokio::test]
async fn an_answer_that_this_browser_did_not_ask_for_gives_no_token() {
    let app = TestApp::new().await;
    let client = app.web_app().await;
    let host = app.as_host().await;
    let consent = tries(&host, &client).await;
    let back = path_of(&app, &host.allow(&consent, "read:posts").await);

    // Someone made a host open the response in another browser.
    let other = app.as_host().await;
    let page = other.get(&back).await;
    page.assert_status(200)
        .assert_text("matches no attempt")
        .assert_no_text("data-token");
    // Or changed it on the way.
    for changed in [
        back.replace("state=", "state=x"),
        back.replace("iss=http", "iss=https"),
    ] {
        assert_ne!(changed, back);
        let host = app.as_host().await;
        tries(&host, &client).await;
        let page = host.get(&changed).await;
        page.assert_text("belongs to an earlier attempt")
            .assert_no_text("data-token");
    }
    // HEAD uses nothing up; the response works once.
    host.send(host.bare(Method::HEAD, &back)).await.assert_status(405);
    host.get(&back).await.assert_text("data-token");
    host.get(&back)
        .await
        .assert_text("matches no attempt")
        .assert_no_text("data-token");
}

#[tokio::test]
async fn what_goes_wrong_is_said_beside_the_choice() {
    let app = TestApp::new().await;
    let host = app.as_host().await;
    let client = app.web_app().await;
    let declined = host.deny(&tries(&host, &client).await).await;
    let page = host.get(&path_of(&app, &declined)).await;
    assert_sound(&page);
    page.assert_text("The member declined on the consent page")
        .assert_text(&format!("<option value=\"{}\" selected", client.id));

    app.pause(&client).await;
    let paused = tries(&host, &client).await;
    let page = host.get(&path_of(&app, &paused)).await;
    page.assert_text("paused this application")
        .assert_no_text("data-token");
    host.post(EXPLORER, &[("application", &"A".repeat(43))])
        .await
        .assert_status(404);
    host.post(EXPLORER, &[]).await.assert_status(404);
}

#[tokio::test]
async fn without_applications_it_leads_to_the_first() {
    let app = TestApp::new().await;
    let page = app.as_host().await.get(EXPLORER).await;
    assert_sound(&page);
    page.assert_status(200).assert_text("No applications yet");
}

#[tokio::test]
async fn a_member_whom_somebody_sends_there_gives_nobody_a_token() {
    let app = TestApp::new().await;
    let client = app.web_app().await;
    let member = app.as_member().await;
    let own = format!("{}{EXPLORER}/callback", app.issuer());
    let asks = client.asks(&[("redirect_uri", &own), ("scope", "read:posts")]);
    let consent = member.get(&asks).await;
    let back = path_of(&app, &member.allow(&consent, "read:posts").await);
    member
        .get(&back)
        .await
        .assert_status(403)
        .assert_no_text("lk_at_");
    // Anyone who sees the code in a URL cannot use it: the application has another verifier.
    let code = back.split("code=").nth(1).unwrap().split('&').next().unwrap();
    let stolen = client.exchanges(
        code,
        &[("redirect_uri", &own), ("code_verifier", &"x".repeat(43))],
    );
    app.send_form("/oauth/token", &stolen)
        .await
        .assert_error(400, "invalid_grant");
    // No other path on this server is accepted either.
    for other in [
        format!("{own}/"),
        format!("{own}?a=1"),
        own.replace("localhost", "127.0.0.1"),
    ] {
        let asks = client.asks(&[("redirect_uri", &other), ("scope", "read:posts")]);
        member.get(&asks).await.assert_status(400);
    }
}

#[tokio::test]
async fn where_codes_could_be_overheard_it_says_what_the_operator_does() {
    let app = TestApp::at_url("http://latchkey.lan").await;
    let client = app.web_app().await;
    let host = app.as_host().await;
    let answer = host.post(EXPLORER, &[("application", &client.id)]).await;
    answer.assert_status(200).assert_text("--public-url");
}

#[tokio::test]
async fn the_cookie_of_a_try_is_bound_to_the_host_with_https() {
    for (app, name) in [
        (TestApp::new().await, "latchkey_trial="),
        (TestApp::behind_https().await, "__Host-latchkey_trial="),
    ] {
        let (client, host) = (app.web_app().await, app.as_host().await);
        let started = host.post(EXPLORER, &[("application", &client.id)]).await;
        started.assert_status(303);
        let cookies = started.cookies();
        let [cookie] = cookies[..] else {
            panic!("{cookies:?}")
        };
        assert!(
            cookie.starts_with(name) && cookie.contains("; Path=/; "),
            "{cookie}"
        );
        assert_eq!(
            cookie.split("; ").any(|part| part == "Secure"),
            name.starts_with("__Host-"),
            "{cookie}"
        );
    }
}

#[tokio::test]
async fn what_a_host_allows_here_the_application_was_not_granted() {
    let app = TestApp::new().await;
    let host = app.as_host().await;
    let client = app.register(with_all_scopes(web_app())).await;
    for _ in 0..2 {
        let consent = tries(&host, &client).await;
        let page = allows(&app, &host, &consent, &all_scopes()).await;
        page.assert_status(200).assert_text("data-token");
        let silent = client.asks(&[("prompt", "none"), ("scope", &all_scopes())]);
        let back = host.get(&silent).await;
        assert!(back.header("location").contains("error=consent_required"));
        host.get("/account/connected-apps")
            .await
            .assert_text("No connected apps");
    }
}

#[tokio::test]
async fn the_token_ends_with_the_next_try_or_when_the_host_signs_out() {
    let app = TestApp::new().await;
    let host = app.as_host().await;
    let client = app.register(with_all_scopes(web_app())).await;
    let token = async || {
        let consent = tries(&host, &client).await;
        data(&allows(&app, &host, &consent, "read:posts").await, "token")
    };
    let (first, second) = (token().await, token().await);
    let refused = ask(&app, &first, "{ me { id } }").await;
    refused.assert_status(401);
    ask(&app, &second, "{ me { id } }").await.assert_status(200);
    host.post("/sign-out", &[]).await.assert_status(303);
    ask(&app, &second, "{ me { id } }").await.assert_status(401);
}
