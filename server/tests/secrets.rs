//! Two secrets of one application: the page for hosts, and the integration's view.

use serde_json::{Value, json};

use crate::support::oauth::Client;
use crate::support::{Browser, TestApp};

/// The application's data, as its page gets it.
async fn card(host: &Browser, client: &Client) -> Value {
    let answer = host
        .call("applications/find", &json!({ "client_id": client.id }))
        .await;
    answer.assert_status(200).json()
}

/// The same application with a secret that a host added on its page.
async fn with_new_secret(host: &Browser, client: &Client) -> Client {
    let answer = host
        .call("applications/secrets/add", &json!({ "client_id": client.id }))
        .await;
    Client {
        id: client.id.clone(),
        secret: answer.assert_status(200).json().as_str().map(str::to_owned),
        redirect_uri: client.redirect_uri.clone(),
    }
}

#[tokio::test]
async fn an_integration_is_moved_without_an_outage() {
    let app = TestApp::new().await;
    let (old, host) = (app.web_app().await, app.as_host().await);
    let tokens = app.connect(&old, &app.as_member().await).await;
    let new = with_new_secret(&host, &old).await;
    assert_ne!(new.secret, old.secret);
    // What the page says about the old one.
    let replacement = async || card(&host, &old).await["secrets"][1]["position"]["old"].clone();
    assert_eq!(replacement().await, json!("not_started"));

    // One server of the integration has the new secret, another the old one.
    app.wait(std::time::Duration::from_secs(1));
    let tokens = app.refresh(&new, &tokens).await.assert_status(200).json();
    assert_eq!(replacement().await, json!({ "complete": "just now" }));
    app.wait(std::time::Duration::from_secs(1));
    let tokens = app.refresh(&old, &tokens).await.assert_status(200).json();
    assert_eq!(replacement().await, json!({ "partial": "just now" }));

    let old_id = card(&host, &old).await["secrets"][1]["id"].clone();
    let retire = json!({ "client_id": old.id, "secret": old_id });
    host.call("applications/secrets/retire", &retire)
        .await
        .assert_status(200);
    let words = app
        .refresh(&old, &tokens)
        .await
        .assert_error(401, "invalid_client");
    assert!(words.contains("retired this secret just now"), "{words}");
    app.refresh(&new, &tokens).await.assert_status(200);
    let (succeeded, newest) = app.activity(&old).await.swap_remove(0);
    assert!(!succeeded && newest.contains("retired this secret"), "{newest}");
    assert_eq!(card(&host, &old).await["secrets"].as_array().unwrap().len(), 1);
    host.get("/admin/audit")
        .await
        .assert_text("Secret made")
        .assert_text("Secret retired");
}

#[tokio::test]
async fn each_is_revealed_by_its_number_and_no_list_has_one() {
    let app = TestApp::new().await;
    let (old, host) = (app.web_app().await, app.as_host().await);
    let new = with_new_secret(&host, &old).await;
    let listed = host
        .call("applications/list", &json!({ "search": "", "page": 1 }))
        .await;
    for secret in [&old.secret, &new.secret] {
        assert!(
            !listed.text.contains(secret.as_deref().unwrap()),
            "{}",
            listed.text
        );
    }
    let card = card(&host, &old).await;
    for (at, client) in [(0, &new), (1, &old)] {
        let which = json!({ "client_id": old.id, "secret": card["secrets"][at]["id"] });
        let answer = host.call("applications/secrets/reveal", &which).await;
        assert_eq!(
            answer.assert_status(200).json().as_str(),
            client.secret.as_deref()
        );
    }
}

#[tokio::test]
async fn what_cannot_be_done_is_said() {
    let app = TestApp::new().await;
    let (client, public) = (app.web_app().await, app.browser_app().await);
    let host = app.as_host().await;
    let ask = async |function: &str, client_id: &str, secret: Value| {
        let arguments = json!({ "client_id": client_id, "secret": secret });
        let answer = host
            .call(&format!("applications/secrets/{function}"), &arguments)
            .await;
        let message = answer.assert_status(409).json()["message"].clone();
        message.as_str().unwrap().to_owned()
    };
    let number = card(&host, &client).await["secrets"][0]["id"].clone();
    assert_eq!(
        ask("retire", &client.id, number).await,
        "This is the application's only secret: make a new one first."
    );
    with_new_secret(&host, &client).await;
    assert_eq!(
        ask("add", &client.id, Value::Null).await,
        "This application has two secrets already: retire one of them first."
    );
    assert_eq!(
        ask("add", &public.id, Value::Null).await,
        "This application is public and has no secret: it proves itself with PKCE."
    );
    for function in ["retire", "reveal"] {
        for number in [json!(123_456), json!(-1)] {
            assert_eq!(
                ask(function, &client.id, number).await,
                "This secret no longer exists: someone may have retired it."
            );
        }
        let function = format!("applications/secrets/{function}");
        for nonsense in [json!("123456"), json!(""), json!(99_999_999_999_999_999_999_f64)] {
            let arguments = json!({ "client_id": client.id, "secret": nonsense });
            host.call(&function, &arguments).await.assert_status(400);
        }
    }
    let unknown = json!({ "client_id": "x".repeat(43) });
    host.call("applications/secrets/add", &unknown)
        .await
        .assert_status(404);
    host.call("applications/secrets/burn", &unknown)
        .await
        .assert_status(404);
}

#[tokio::test]
async fn only_hosts_make_and_retire_secrets() {
    let app = TestApp::new().await;
    let (client, host) = (app.web_app().await, app.as_host().await);
    with_new_secret(&host, &client).await;
    let before = card(&host, &client).await;
    let member = app.as_member().await;
    let arguments = json!({ "client_id": client.id, "secret": before["secrets"][1]["id"] });
    for function in ["add", "retire", "reveal"] {
        let function = format!("applications/secrets/{function}");
        member.call(&function, &arguments).await.assert_status(403);
        app.browser().call(&function, &arguments).await.assert_status(401);
    }
    assert_eq!(card(&host, &client).await, before);
}

#[tokio::test]
async fn a_public_application_has_none_and_loses_both() {
    let app = TestApp::new().await;
    let (client, host) = (app.web_app().await, app.as_host().await);
    with_new_secret(&host, &client).await;
    let draft = latchkey_domain::ApplicationDraft {
        confidential: false,
        ..crate::support::oauth::web_app()
    };
    app.edit(&client, draft).await;
    assert_eq!(card(&host, &client).await["secrets"], json!([]));
    app.edit(&client, crate::support::oauth::web_app()).await;
    assert_eq!(card(&host, &client).await["secrets"].as_array().unwrap().len(), 1);
}
