//! `POST /oauth/token`

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::Method;
use serde_json::json;

use crate::support::TestApp;
use crate::support::oauth::{Client, Form, VERIFIER};

fn basic(client: &Client) -> String {
    let secret = client.secret.as_deref().unwrap();
    format!("Basic {}", STANDARD.encode(format!("{}:{secret}", client.id)))
}

#[tokio::test]
async fn a_confidential_application_exchanges_its_code() {
    let app = TestApp::new().await;
    let (client, person) = (app.web_app().await, app.as_member().await);
    let code = person.lets_in(&client, &[]).await;
    let answer = app.exchange(&client, &code).await;
    answer.assert_status(200);
    assert_eq!(answer.header("content-type"), "application/json");
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("pragma"), "no-cache");
    let mut tokens = answer.json();
    let created = app.instance.clock.now().as_secs();
    assert!(
        tokens["access_token"]
            .take()
            .as_str()
            .unwrap()
            .starts_with("lk_at_")
    );
    assert!(
        tokens["refresh_token"]
            .take()
            .as_str()
            .unwrap()
            .starts_with("lk_rt_")
    );
    assert_eq!(
        tokens,
        json!({
            "access_token": null,
            "token_type": "Bearer",
            "expires_in": 3600,
            "refresh_token": null,
            "scope": "read:posts write:posts",
            "created_at": created,
        })
    );
}

#[tokio::test]
async fn http_basic_does_as_well() {
    let app = TestApp::new().await;
    let (client, person) = (app.web_app().await, app.as_member().await);
    let code = person.lets_in(&client, &[]).await;
    let program = app.browser();
    let form = client.exchanges(&code, &[("client_id", ""), ("client_secret", "")]);
    let request = program
        .bare(Method::POST, "/oauth/token")
        .header("authorization", basic(&client))
        .form(&form);
    program.send(request).await.assert_status(200);
}

#[tokio::test]
async fn a_public_application_needs_its_verifier_and_no_secret() {
    let app = TestApp::new().await;
    let (client, person) = (app.browser_app().await, app.as_member().await);
    let code = person.lets_in(&client, &[]).await;
    let wrong = client.exchanges(&code, &[("code_verifier", &VERIFIER.replace('d', "e"))]);
    let words = app
        .send_form("/oauth/token", &wrong)
        .await
        .assert_error(400, "invalid_grant");
    assert!(words.contains("code_verifier"), "{words}");
    let code = person.lets_in(&client, &[]).await;
    app.exchange(&client, &code).await.assert_status(200);
}

#[tokio::test]
async fn tokens_are_refreshed_and_the_old_refresh_token_gives_the_same_pair_until_the_new_one_is_used() {
    let app = TestApp::new().await;
    let (client, person) = (app.web_app().await, app.as_member().await);
    let first = app.connect(&client, &person).await;
    let second = app.refresh(&client, &first).await.assert_status(200).json();
    assert_ne!(first["access_token"], second["access_token"]);
    app.wait(Duration::from_secs(300));
    let again = app.refresh(&client, &first).await.assert_status(200).json();
    assert_eq!(again["refresh_token"], second["refresh_token"]);
    app.userinfo(&second).await.assert_status(200);
    app.wait(Duration::from_secs(30));
    // From here on the first one is stolen.
    app.refresh(&client, &first)
        .await
        .assert_error(400, "invalid_grant");
    app.refresh(&client, &second)
        .await
        .assert_error(400, "invalid_grant");
    app.userinfo(&second).await.assert_status(401);
}

#[tokio::test]
async fn a_code_is_good_once_and_a_second_use_revokes_what_the_first_one_gave() {
    let app = TestApp::new().await;
    let (client, person) = (app.web_app().await, app.as_member().await);
    let code = person.lets_in(&client, &[]).await;
    let tokens = app.exchange(&client, &code).await.assert_status(200).json();
    app.userinfo(&tokens).await.assert_status(200);
    app.exchange(&client, &code)
        .await
        .assert_error(400, "invalid_grant");
    app.userinfo(&tokens).await.assert_status(401);
}

#[tokio::test]
async fn a_code_is_good_for_two_minutes() {
    let app = TestApp::new().await;
    let (client, person) = (app.web_app().await, app.as_member().await);
    let code = person.lets_in(&client, &[]).await;
    app.wait(Duration::from_secs(121));
    app.exchange(&client, &code)
        .await
        .assert_error(400, "invalid_grant");
}

#[tokio::test]
async fn a_wrong_secret_is_explained_and_asks_for_basic() {
    let app = TestApp::new().await;
    let (client, person) = (app.web_app().await, app.as_member().await);
    let code = person.lets_in(&client, &[]).await;
    let cut = &client.secret.as_deref().unwrap()[..42];
    let form = client.exchanges(&code, &[("client_secret", cut)]);
    let answer = app.send_form("/oauth/token", &form).await;
    let words = answer.assert_error(401, "invalid_client");
    assert!(words.contains("42 characters"), "{words}");
    assert_eq!(
        answer.header("www-authenticate"),
        "Basic realm=\"Latchkey\", charset=\"UTF-8\""
    );
    // The code still works for the client with the secret.
    app.exchange(&client, &code).await.assert_status(200);
}

#[tokio::test]
async fn what_is_no_form_is_refused_in_words() {
    let app = TestApp::new().await;
    let program = app.browser();
    let send = async |content_type: Option<&str>, body: &'static [u8]| {
        let mut request = program.bare(Method::POST, "/oauth/token").body(body);
        if let Some(content_type) = content_type {
            request = request.header("content-type", content_type);
        }
        program.send(request).await
    };
    let answer = send(
        Some("application/json"),
        b"{\"grant_type\":\"authorization_code\"}",
    )
    .await;
    let words = answer.assert_error(400, "invalid_request");
    assert!(
        words.contains("the body is JSON") && words.contains("application/x-www-form-urlencoded"),
        "{words}"
    );
    for content_type in [Some("multipart/form-data; boundary=x"), Some("text/plain"), None] {
        let words = send(content_type, b"grant_type=refresh_token")
            .await
            .assert_error(400, "invalid_request");
        assert!(words.contains("application/x-www-form-urlencoded"), "{words}");
    }
    let form = Some("application/x-www-form-urlencoded;charset=UTF-8");
    for body in [&b"grant_type=%FF"[..], b"grant_type=\xFF"] {
        let words = send(form, body).await.assert_error(400, "invalid_request");
        assert!(words.contains("UTF-8"), "{words}");
    }
    send(form, b"").await.assert_error(401, "invalid_client");
}

#[tokio::test]
async fn too_much_is_refused() {
    let app = TestApp::new().await;
    let form = vec![("code".to_owned(), "x".repeat(70_000))];
    app.send_form("/oauth/token", &form)
        .await
        .assert_error(413, "invalid_request");
}

#[tokio::test]
async fn another_method_is_refused() {
    let app = TestApp::new().await;
    let program = app.browser();
    for path in ["/oauth/token", "/oauth/revoke", "/oauth/introspect"] {
        for method in [Method::GET, Method::PUT, Method::DELETE] {
            let answer = program.send(program.bare(method, path)).await;
            answer.assert_error(405, "invalid_request");
            assert_eq!(answer.header("allow"), "POST");
        }
    }
}

#[tokio::test]
async fn a_parameter_that_comes_twice_is_refused() {
    let app = TestApp::new().await;
    let (client, person) = (app.web_app().await, app.as_member().await);
    let code = person.lets_in(&client, &[]).await;
    let mut form = client.exchanges(&code, &[]);
    form.push(("code".into(), "another".into()));
    let words = app
        .send_form("/oauth/token", &form)
        .await
        .assert_error(400, "invalid_request");
    assert!(words.contains("more than once"), "{words}");
}

#[tokio::test]
async fn what_stands_in_the_query_does_not_count() {
    let app = TestApp::new().await;
    let (client, person) = (app.web_app().await, app.as_member().await);
    let code = person.lets_in(&client, &[]).await;
    let query = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(client.exchanges(&code, &[]))
        .finish();
    app.send_form(&format!("/oauth/token?{query}"), &vec![])
        .await
        .assert_error(401, "invalid_client");
}

#[tokio::test]
async fn credentials_that_contradict_each_other_are_refused_and_the_same_twice_are_accepted() {
    let app = TestApp::new().await;
    let (client, person) = (app.web_app().await, app.as_member().await);
    let code = person.lets_in(&client, &[]).await;
    let program = app.browser();
    let send = async |path: &str, form| {
        let request = program
            .bare(Method::POST, path)
            .header("authorization", basic(&client))
            .form(&form);
        program.send(request).await
    };
    let other = [("client_secret", &*"x".repeat(43))];
    send("/oauth/token", client.exchanges(&code, &other))
        .await
        .assert_error(400, "invalid_request");
    let (succeeded, words) = app.activity(&client).await.remove(0);
    assert!(!succeeded && words.contains("different secrets"), "{words}");

    let tokens = send("/oauth/token", client.exchanges(&code, &[])).await;
    let tokens = tokens.assert_status(200).json();
    let refresh_token = tokens["refresh_token"].as_str().unwrap();
    let tokens = send("/oauth/token", client.refreshes(refresh_token)).await;
    let tokens = tokens.assert_status(200).json();
    let names = client.names(tokens["access_token"].as_str().unwrap());
    let known = send("/oauth/introspect", names.clone())
        .await
        .assert_status(200)
        .json();
    assert_eq!(known["active"], true);
    send("/oauth/revoke", names).await.assert_status(200);
    app.userinfo(&tokens).await.assert_status(401);
}

#[tokio::test]
async fn a_header_that_is_not_basic_is_passed_over() {
    let app = TestApp::new().await;
    let (web, spa, person) = (
        app.web_app().await,
        app.browser_app().await,
        app.as_member().await,
    );
    for client in [web, spa] {
        let mut tokens = app.connect(&client, &person).await;
        for header in ["", "Bearer", "Bearer lk_at_old", "Token abc", "Basic Og=="] {
            let send = async |path: &str, form| {
                let program = app.browser();
                let request = program
                    .bare(Method::POST, path)
                    .header("authorization", header)
                    .form(&form);
                program.send(request).await
            };
            let form = client.refreshes(tokens["refresh_token"].as_str().unwrap());
            tokens = send("/oauth/token", form).await.assert_status(200).json();
            let names = client.names(tokens["access_token"].as_str().unwrap());
            if client.secret.is_some() {
                let known = send("/oauth/introspect", names).await.assert_status(200).json();
                assert_eq!(known["active"], true, "{header}");
            }
            send("/oauth/revoke", client.names("nonsense"))
                .await
                .assert_status(200);
        }
    }
}

#[tokio::test]
async fn a_public_application_refreshes_and_revokes_without_its_id() {
    let app = TestApp::new().await;
    let (client, person) = (app.browser_app().await, app.as_member().await);
    let tokens = app.connect(&client, &person).await;
    let without_id = |mut form: Form| {
        form.retain(|(name, _)| name != "client_id");
        form
    };
    let form = without_id(client.refreshes(tokens["refresh_token"].as_str().unwrap()));
    let tokens = app
        .send_form("/oauth/token", &form)
        .await
        .assert_status(200)
        .json();
    app.userinfo(&tokens).await.assert_status(200);
    let form = without_id(client.names(tokens["access_token"].as_str().unwrap()));
    app.send_form("/oauth/revoke", &form).await.assert_status(200);
    app.userinfo(&tokens).await.assert_status(401);
    // A code needs a client that identifies itself.
    let code = person.lets_in(&client, &[]).await;
    let words = app
        .send_form("/oauth/token", &without_id(client.exchanges(&code, &[])))
        .await
        .assert_error(401, "invalid_client");
    assert!(words.contains("client_id` is missing"), "{words}");
    assert!(app.activity(&client).await[0].1.contains("client_id` is missing"));
}

#[tokio::test]
async fn what_cannot_be_read_is_recorded_under_the_id_in_the_header() {
    let app = TestApp::new().await;
    let client = app.web_app().await;
    for path in ["/oauth/token", "/oauth/revoke", "/oauth/introspect"] {
        let program = app.browser();
        let request = program
            .bare(Method::POST, path)
            .header("authorization", basic(&client))
            .json(&json!({ "grant_type": "refresh_token" }));
        let answer = program.send(request).await;
        answer.assert_error(400, "invalid_request");
        let (succeeded, words) = app.activity(&client).await.remove(0);
        assert!(!succeeded && words.starts_with("the body is JSON"), "{words}");
    }
    assert_eq!(app.activity(&client).await.len(), 3);
    // Without the header the application is unknown.
    let program = app.browser();
    let request = program
        .bare(Method::POST, "/oauth/token")
        .json(&json!({ "client_id": client.id }));
    program.send(request).await.assert_error(400, "invalid_request");
    assert_eq!(app.activity(&client).await.len(), 3);
}

#[tokio::test]
async fn a_thief_who_rotates_first_and_waits_is_noticed_in_the_second_round() {
    let app = TestApp::new().await;
    let (client, person) = (app.web_app().await, app.as_member().await);
    let first = app.connect(&client, &person).await;
    let stolen = app.refresh(&client, &first).await.assert_status(200).json();
    app.wait(Duration::from_secs(33));
    let same = app.refresh(&client, &first).await.assert_status(200).json();
    assert_eq!(same["refresh_token"], stolen["refresh_token"]);
    app.userinfo(&same).await.assert_status(200);

    app.wait(Duration::from_secs(3_000));
    let stolen = app.refresh(&client, &stolen).await.assert_status(200).json();
    app.wait(Duration::from_secs(33));
    app.refresh(&client, &same)
        .await
        .assert_error(400, "invalid_grant");
    app.userinfo(&stolen).await.assert_status(401);
    app.refresh(&client, &stolen)
        .await
        .assert_error(400, "invalid_grant");
}

#[tokio::test]
async fn grants_that_are_gone_are_not_supported() {
    let app = TestApp::new().await;
    let client = app.web_app().await;
    for grant_type in ["password", "client_credentials"] {
        let form = client.exchanges("x", &[("grant_type", grant_type)]);
        app.send_form("/oauth/token", &form)
            .await
            .assert_error(400, "unsupported_grant_type");
    }
}

#[tokio::test]
async fn a_session_cookie_is_neither_needed_nor_looked_at() {
    let app = TestApp::new().await;
    let (client, person) = (app.web_app().await, app.as_member().await);
    let code = person.lets_in(&client, &[]).await;
    let request = person
        .bare(Method::POST, "/oauth/token")
        .header("origin", "https://spa.example")
        .header("sec-fetch-site", "cross-site")
        .form(&client.exchanges(&code, &[]));
    person.send(request).await.assert_status(200);
}

#[tokio::test]
async fn what_the_integrator_reads_carries_the_request_id_of_the_answer() {
    let app = TestApp::new().await;
    let client = app.web_app().await;
    let answer = app.exchange(&client, "nonsense").await;
    answer.assert_error(400, "invalid_grant");
    let query = latchkey_storage::ActivityQuery::of(&client.id.parse().unwrap());
    let entries = app.instance.store.activity(&query, None, 1).await.unwrap();
    let event = &entries[0].event;
    assert_eq!(event.request_id.as_deref(), Some(answer.header("x-request-id")));
    assert_eq!(event.address.as_deref(), Some("127.0.0.1"));
}
