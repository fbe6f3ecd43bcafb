//! Two secrets of one application: what the card shows and does, what the integration sees.

use serde_json::{Value, json};

use crate::support::oauth::Client;
use crate::support::{Browser, TestApp};

/// The card, as the page gets it.
async fn card(host: &Browser, client: &Client) -> Value {
    let answer = host
        .call("applications/find", &json!({ "client_id": client.id }))
        .await;
    answer.assert_status(200).json()
}

/// The same application with a secret that a host made on the card.
async fn with_new_secret(host: &Browser, client: &Client) -> Client {
    let answer = host
        .call(
            "applications/secret",
            &json!({ "client_id": client.id, "deed": "make" }),
        )
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
    // What the card says of the old one.
    let verdict = async || {
        let words = card(&host, &old).await["secret_words"][1].clone();
        let words = words.as_str().unwrap().to_owned();
        words.splitn(3, ". ").last().unwrap().to_owned()
    };
    assert_eq!(verdict().await, "Keep it: the new secret has not been used yet.");

    // One server of the integration has the new secret, another the old one.
    app.wait(std::time::Duration::from_secs(1));
    let tokens = app.refresh(&new, &tokens).await.assert_status(200).json();
    assert_eq!(
        verdict().await,
        "Safe to retire: not used since the new secret was first used just now."
    );
    app.wait(std::time::Duration::from_secs(1));
    let tokens = app.refresh(&old, &tokens).await.assert_status(200).json();
    assert_eq!(
        verdict().await,
        "Keep it: it was used again after the new secret was first used just now."
    );

    let old_id = card(&host, &old).await["secrets"][1].clone();
    let retire = json!({ "client_id": old.id, "deed": { "retire": old_id } });
    host.call("applications/secret", &retire).await.assert_status(200);
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
        let which = json!({ "client_id": old.id, "deed": { "reveal": card["secrets"][at] } });
        let answer = host.call("applications/secret", &which).await;
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
    let ask = async |client_id: &str, deed: Value| {
        let arguments = json!({ "client_id": client_id, "deed": deed });
        let answer = host.call("applications/secret", &arguments).await;
        let words = answer.assert_status(409).json()["message"].clone();
        words.as_str().unwrap().to_owned()
    };
    let number = card(&host, &client).await["secrets"][0].clone();
    assert_eq!(
        ask(&client.id, json!({ "retire": number })).await,
        "This is the application's only secret: make a new one first."
    );
    with_new_secret(&host, &client).await;
    assert_eq!(
        ask(&client.id, json!("make")).await,
        "This application has two secrets already: retire one of them first."
    );
    assert_eq!(
        ask(&public.id, json!("make")).await,
        "This application is public and has no secret: it proves itself with PKCE."
    );
    for number in ["123456", "", "one", "-1", "99999999999999999999"] {
        for deed in ["retire", "reveal"] {
            assert_eq!(
                ask(&client.id, json!({ deed: number })).await,
                "This secret no longer exists: someone may have retired it."
            );
        }
    }
    let unknown = json!({ "client_id": "x".repeat(43), "deed": "make" });
    host.call("applications/secret", &unknown)
        .await
        .assert_status(404);
    let nonsense = json!({ "client_id": client.id, "deed": "burn" });
    host.call("applications/secret", &nonsense)
        .await
        .assert_status(400);
}

#[tokio::test]
async fn only_hosts_make_and_retire_secrets() {
    let app = TestApp::new().await;
    let (client, host) = (app.web_app().await, app.as_host().await);
    with_new_secret(&host, &client).await;
    let before = card(&host, &client).await;
    let member = app.as_member().await;
    let number = &before["secrets"][1];
    for deed in [
        json!("make"),
        json!({ "retire": number }),
        json!({ "reveal": number }),
    ] {
        let arguments = json!({ "client_id": client.id, "deed": deed });
        let what = "applications/secret";
        member.call(what, &arguments).await.assert_status(403);
        app.browser().call(what, &arguments).await.assert_status(401);
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
