//! `/.well-known/…`: the documents, member by member.

use reqwest::Method;
use serde_json::json;

use crate::support::TestApp;

const SCOPES: [&str; 15] = [
    "host:read:network_events",
    "host:read:network_spaces",
    "host:read:network_members",
    "host:read:network_plans",
    "host:read:network_posts",
    "read:userinfo",
    "read:network",
    "read:posts",
    "read:courses",
    "read:search",
    "write:posts",
    "write:comments",
    "openid",
    "profile",
    "email",
];

/// The indices of the scopes that every member can grant and that open anything.
const MEMBER_SCOPES: std::ops::Range<usize> = 5..12;

#[tokio::test]
async fn the_authorization_server() {
    let app = TestApp::behind_https().await;
    let answer = app.browser().get("/.well-known/oauth-authorization-server").await;
    answer.assert_status(200);
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("cache-control"), "public, max-age=300");
    assert_eq!(
        answer.json(),
        json!({
            "issuer": "https://oauth.example.org",
            "authorization_endpoint": "https://oauth.example.org/oauth/authorize",
            "token_endpoint": "https://oauth.example.org/oauth/token",
            "revocation_endpoint": "https://oauth.example.org/oauth/revoke",
            "introspection_endpoint": "https://oauth.example.org/oauth/introspect",
            "userinfo_endpoint": "https://oauth.example.org/oauth/userinfo",
            "scopes_supported": SCOPES,
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["authorization_code", "refresh_token"],
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
            "revocation_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post", "none"],
            "introspection_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": true,
            "prompt_values_supported": ["none", "login", "consent"],
        })
    );
}

#[tokio::test]
async fn the_resources() {
    let app = TestApp::behind_https().await;
    let network = app.instance.store.network().await.unwrap();
    let by_number = format!("/networks/{}/graphql", network.id);
    for path in ["", "/networks/my-community/graphql", &by_number] {
        let resource = format!("https://oauth.example.org{path}");
        let path = format!("/.well-known/oauth-protected-resource{path}");
        let answer = app.browser().get(&path).await;
        answer.assert_status(200);
        assert_eq!(
            answer.json(),
            json!({
                "resource": resource,
                "authorization_servers": ["https://oauth.example.org"],
                "scopes_supported": SCOPES[MEMBER_SCOPES],
                "bearer_methods_supported": ["header"],
            })
        );
    }
}

#[tokio::test]
async fn a_network_that_is_not_here() {
    let app = TestApp::new().await;
    let answer = app
        .browser()
        .get("/.well-known/oauth-protected-resource/networks/another/graphql")
        .await;
    answer.assert_error(404, "not_found");
}

#[tokio::test]
async fn another_method_is_refused() {
    let app = TestApp::new().await;
    let program = app.browser();
    for path in [
        "/.well-known/oauth-authorization-server",
        "/.well-known/oauth-protected-resource",
        "/.well-known/oauth-protected-resource/networks/my-community/graphql",
    ] {
        let answer = program.send(program.bare(Method::POST, path)).await;
        answer.assert_error(405, "invalid_request");
        assert_eq!(answer.header("allow"), "GET,HEAD");
    }
}

#[tokio::test]
async fn every_endpoint_that_is_named_is_there() {
    let app = TestApp::new().await;
    let metadata = app
        .browser()
        .get("/.well-known/oauth-authorization-server")
        .await
        .json();
    let mut endpoints = 0;
    for (name, value) in metadata.as_object().unwrap() {
        assert!(!value.is_null(), "{name}");
        assert!(
            value.as_array().is_none_or(|all| !all.is_empty()),
            "{name} is empty"
        );
        if !name.ends_with("_endpoint") {
            continue;
        }
        endpoints += 1;
        let url = value.as_str().unwrap();
        assert!(!url.contains(['?', '#']), "{url}");
        let path = url.strip_prefix(&app.issuer()).unwrap();
        let answer = app.browser().get(path).await;
        assert_ne!(answer.status, 404, "{url}");
    }
    assert_eq!(endpoints, 5);
}

#[tokio::test]
async fn the_issuer_stands_in_every_answer_that_leads_to_an_application() {
    let app = TestApp::new().await;
    let (client, person) = (app.web_app().await, app.as_member().await);
    let metadata = app
        .browser()
        .get("/.well-known/oauth-authorization-server")
        .await
        .json();
    assert_eq!(metadata["authorization_response_iss_parameter_supported"], true);
    let page = person.get(&client.asks(&[])).await;
    let answers = [
        person.deny(&page).await,
        person.allow(&page, "read:posts").await,
        person.get(&client.asks(&[("scope", "nonsense")])).await,
        person
            .get(&client.asks(&[("prompt", "none"), ("scope", "read:userinfo")]))
            .await,
        app.browser().get(&client.asks(&[("prompt", "none")])).await,
    ];
    for answer in answers {
        assert_eq!(answer.callback().get("iss"), metadata["issuer"].as_str());
    }
}
