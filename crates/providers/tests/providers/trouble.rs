//! Providers that are down, slow, odd or set up otherwise.

use std::time::Duration;

use latchkey_domain::provider::{ProviderKind, ProviderUrl};
use latchkey_outgoing::OutgoingError;
use latchkey_providers::{Blame, ProviderError, Transcript};
use serde_json::json;

use crate::world::{Answer, World};

const DOCUMENT: &str = "/.well-known/openid-configuration";

#[tokio::test]
async fn every_step_may_fail() {
    let outage = "The provider did not answer. Try again in a minute, or sign in another way.";
    for (path, step) in [
        (DOCUMENT, "Discovery"),
        ("/token", "Token"),
        ("/keys", "Keys"),
        ("/me", "User info"),
    ] {
        let world = World::openid().await;
        world.set_claims(&json!({"name": null}));
        world
            .fake
            .set(path, Answer::new(500, "text/html", "<h1>Internal error</h1>"));
        let error = world.refusal().await;
        let status = 500;
        assert_eq!(error, ProviderError::Status { step, status });
        assert_eq!(error.for_people(), outage);

        world
            .fake
            .set(path, Answer::new(200, "text/html", "<h1>Welcome</h1>"));
        let is_page = true;
        assert_eq!(world.refusal().await, ProviderError::NotJson { step, is_page });

        for body in ["", "{", "[]", "7", "{\"a\":"] {
            world.fake.set(path, Answer::new(200, "application/json", body));
            let is_page = false;
            assert_eq!(
                world.refusal().await,
                ProviderError::NotJson { step, is_page },
                "{body}"
            );
        }
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(1_000), "]".repeat(1_000));
        world.fake.set(path, Answer::new(200, "application/json", deep));
        assert!(matches!(world.refusal().await, ProviderError::NotJson { .. }));

        let large = format!("{{\"a\":\"{}\"}}", "x".repeat(300_000));
        world.fake.set(path, Answer::new(200, "application/json", large));
        let error = world.refusal().await;
        let most = 256 * 1_024;
        assert!(
            matches!(&error, ProviderError::Request { error: OutgoingError::TooLarge { most: limit, .. }, .. } if *limit == most),
            "{error}"
        );

        let mut elsewhere = Answer::new(302, "text/html", "");
        elsewhere
            .headers
            .push(("location", "http://169.254.169.254/secret".to_owned()));
        world.fake.set(path, elsewhere);
        let error = world.refusal().await.to_string();
        assert!(error.contains("redirect (302) to 169.254.169.254"), "{error}");
    }
}

#[tokio::test]
async fn a_slow_provider_is_left() {
    let mut world = World::openid().await;
    world.hurry(Duration::from_millis(300));
    let mut slow = Answer::new(200, "application/json", "{}");
    slow.hangs = true;
    world.fake.set("/token", slow);
    let error = world.refusal().await;
    assert!(
        matches!(
            &error,
            ProviderError::Request {
                error: OutgoingError::TooSlow { .. },
                ..
            }
        ),
        "{error}"
    );
    assert_eq!(error.blame(), Blame::Outage);
}

#[tokio::test]
async fn a_provider_that_is_down() {
    let mut world = World::openid().await;
    // A port that nothing listens at.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let issuer = format!("http://{}", listener.local_addr().unwrap());
    drop(listener);
    world.spec.kind = ProviderKind::OpenIdConnect {
        issuer: ProviderUrl::parse(&issuer).unwrap(),
    };
    let error = world
        .authorization_url(&mut Transcript::default())
        .await
        .unwrap_err();
    assert!(error.to_string().contains("cannot connect"), "{error}");
    assert_eq!(error.blame(), Blame::Outage);
}

#[tokio::test]
async fn an_issuer_in_the_network_of_the_server_is_not_asked() {
    let mut world = World::openid().await;
    for issuer in ["http://169.254.169.254", "https://10.0.0.1", "https://[::1]:8443"] {
        world.spec.kind = ProviderKind::OpenIdConnect {
            issuer: ProviderUrl::parse(issuer).unwrap(),
        };
        let error = world
            .authorization_url(&mut Transcript::default())
            .await
            .unwrap_err();
        assert!(error.to_string().contains("--allow-outgoing"), "{error}");
        assert_eq!(error.blame(), Blame::Settings);
    }
    // Nor one that a document names.
    let mut world = World::openid().await;
    world.set_document(&json!({"token_endpoint": "http://169.254.169.254/token"}));
    world.client = world.client.forgetful();
    assert!(world.refusal().await.to_string().contains("--allow-outgoing"));
}

#[tokio::test]
async fn the_issuer_is_another() {
    let mut world = World::openid().await;
    let url = world.fake.url.clone();
    for (issuer, part) in [
        (format!("{url}/"), format!("enter {url}/, with the slash")),
        ("https://evil.example".to_owned(), "another issuer".to_owned()),
    ] {
        world.set_document(&json!({ "issuer": issuer }));
        let error = world.refusal().await.to_string();
        assert!(error.contains(&part), "{error}");
    }
    world.set_document(&json!({}));
    world.spec.kind = ProviderKind::OpenIdConnect {
        issuer: ProviderUrl::parse(&format!("{url}/")).unwrap(),
    };
    let error = world.refusal().await.to_string();
    assert!(
        error.contains(&format!("enter {url}, without the slash")),
        "{error}"
    );
}

#[tokio::test]
async fn the_token_endpoint_refuses() {
    let world = World::openid().await;
    for (status, code, part, blame) in [
        (
            401,
            "invalid_client",
            "Check the client id and the secret",
            Blame::Settings,
        ),
        (
            400,
            "invalid_grant",
            "The code was used before or has expired",
            Blame::Person,
        ),
        (
            400,
            "redirect_uri_mismatch",
            "Register the redirect URI",
            Blame::Settings,
        ),
        (
            400,
            "unauthorized_client",
            "Allow the authorization code flow",
            Blame::Settings,
        ),
        (
            503,
            "temporarily_unavailable",
            "Try again in a minute",
            Blame::Outage,
        ),
        (
            400,
            "something_else",
            "Check the client id, the secret",
            Blame::Settings,
        ),
    ] {
        world.fake.set("/token", Answer::error(status, code, "Because."));
        let error = world.refusal().await;
        let text = error.to_string();
        assert!(
            text.contains(&format!("{code} (“Because”). ")) && text.contains(part),
            "{text}"
        );
        assert_eq!(error.blame(), blame);
    }
    world
        .fake
        .set("/token", Answer::new(401, "text/html", "<h1>Unauthorized</h1>"));
    assert!(world.refusal().await.to_string().contains("invalid_client"));
}

#[tokio::test]
async fn a_document_that_is_not_there() {
    let world = World::openid().await;
    world
        .fake
        .set(DOCUMENT, Answer::new(404, "text/plain", "not found"));
    assert_eq!(
        world.refusal().await.to_string(),
        "Discovery: the provider answered with the status 404. Check the address"
    );
}
