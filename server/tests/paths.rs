//! Paths with an extra slash, and paths without a page, as programs see them.

use reqwest::Method;

use crate::support::{TestApp, assert_sound};

/// What base URLs and joining turn a path into.
fn spellings(path: &str) -> [String; 4] {
    [
        format!("{path}/"),
        format!("/{path}"),
        format!("/{path}//"),
        path.replacen('/', "//", 2),
    ]
}

#[tokio::test]
async fn a_slash_too_many_changes_nothing() {
    let app = TestApp::new().await;
    let (client, person) = (app.web_app().await, app.as_member().await);
    let tokens = app.connect(&client, &person).await;
    let token = tokens["access_token"].as_str().unwrap();
    for path in spellings("/oauth/userinfo") {
        let request = person.bare(Method::GET, &path).bearer_auth(token);
        person.send(request).await.assert_status(200);
    }
    for path in spellings("/oauth/introspect") {
        let told = app.send_form(&path, &client.names(token)).await;
        assert_eq!(told.assert_status(200).json()["active"], true, "{path}");
    }
    for path in spellings("/networks/my-community/graphql") {
        let request = person
            .bare(Method::POST, &path)
            .bearer_auth(token)
            .json(&serde_json::json!({ "query": "{ me { id } }" }));
        let answer = person.send(request).await;
        answer.assert_status(200);
        assert_eq!(answer.header("access-control-allow-origin"), "*", "{path}");
    }
    for path in [
        "/.well-known/oauth-authorization-server",
        "/.well-known/oauth-protected-resource",
    ] {
        let plain = app.browser().get(path).await;
        for path in spellings(path) {
            let answer = app.browser().get(&path).await;
            assert_eq!(answer.assert_status(200).text, plain.text, "{path}");
        }
    }
    for path in spellings("/oauth/token") {
        let code = person.lets_in(&client, &[]).await;
        app.send_form(&path, &client.exchanges(&code, &[]))
            .await
            .assert_status(200);
    }
    for path in spellings("/oauth/revoke") {
        app.send_form(&path, &client.names(token))
            .await
            .assert_status(200);
    }
}

#[tokio::test]
async fn the_authorization_endpoint_is_as_well_guarded_there() {
    let app = TestApp::new().await;
    let (client, person) = (app.web_app().await, app.as_member().await);
    let link = client.asks(&[]);
    let query = link.split_once('?').unwrap().1;
    for path in spellings("/oauth/authorize") {
        let page = person.get(&format!("{path}?{query}")).await;
        assert_sound(&page);
        page.assert_status(200).assert_text("action=\"/oauth/authorize\"");
        assert_eq!(page.header("access-control-allow-origin"), "");
        let forged = person
            .bare(Method::POST, &path)
            .header("origin", "https://evil.example")
            .form(&page.hidden("/oauth/authorize"));
        person.send(forged).await.assert_status(403);
        person
            .send(person.bare(Method::HEAD, &path))
            .await
            .assert_status(405);
        // A signed-out visitor returns to the correct path.
        let start = app.browser().get(&format!("{path}?{query}")).await;
        let location = start.assert_status(303).header("location").to_owned();
        assert!(
            location.starts_with("/sign-in?return_to=/oauth/authorize?"),
            "{location}"
        );
    }
}

#[tokio::test]
async fn where_nothing_is_programs_read_json() {
    let app = TestApp::new().await;
    let browser = app.browser();
    for path in [
        "/oauth/tokens",
        "/oauth/token/x",
        "/oauth/authorize/x",
        "/.well-known/webfinger",
        "/.well-known/oauth-authorization-server/x/y",
    ] {
        for method in [Method::GET, Method::POST] {
            let answer = browser.send(browser.bare(method, path)).await;
            answer.assert_status(404);
            assert_eq!(answer.header("content-type"), "application/json", "{path}");
            assert_eq!(answer.header("access-control-allow-origin"), "*", "{path}");
            assert_eq!(answer.json()["error"], "not_found", "{path}");
            assert!(answer.json()["error_description"].is_string(), "{path}");
        }
    }
    for path in [
        "/networks/x",
        "/networks/x/graphq",
        "/networks/x/graphql/schema/x",
    ] {
        let answer = browser.send(browser.bare(Method::POST, path)).await;
        answer.assert_status(404);
        let error = &answer.json()["errors"][0];
        assert_eq!(error["extensions"]["code"], "NOT_FOUND", "{path}");
    }
    let preflight = browser.bare(Method::OPTIONS, "/oauth/tokens");
    browser.send(preflight).await.assert_status(204);
}

#[tokio::test]
async fn where_nothing_is_people_read_a_page() {
    let app = TestApp::new().await;
    for path in [
        "/oauth/nonsense",
        "/networks/x",
        "/admins/",
        "//evil.example/oauth/token",
        "/sign-in/",
    ] {
        let page = app.browser().get(path).await;
        assert_sound(&page);
        page.assert_status(404).assert_text("There is no such page");
    }
}
