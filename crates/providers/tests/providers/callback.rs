//! What the browser brings back.

use latchkey_providers::{Blame, Callback, ProviderError};
use serde_json::json;

use crate::world::World;

#[tokio::test]
async fn a_callback_of_another_provider_sends_no_code() {
    let mut world = World::openid().await;
    world.callback.iss = Some("https://evil.example".to_owned());
    assert_eq!(world.refusal().await, ProviderError::MixUp);
    world.callback.iss = Some(format!("{}/", world.fake.url));
    assert_eq!(world.refusal().await, ProviderError::MixUp);
    assert!(world.fake.asked("/token").is_empty());
    world.callback.iss = Some(world.fake.url.clone());
    assert!(world.identify().await.is_ok());
}

#[tokio::test]
async fn a_promised_issuer_is_required() {
    let mut world = World::openid().await;
    world.set_document(&json!({"authorization_response_iss_parameter_supported": true}));
    assert_eq!(world.refusal().await, ProviderError::IssMissing);
    assert!(world.fake.asked("/token").is_empty());
    world.callback.iss = Some(world.fake.url.clone());
    assert!(world.identify().await.is_ok());
}

#[tokio::test]
async fn errors_are_told_in_words() {
    let mut world = World::openid().await;
    for (error, part, blame) in [
        ("access_denied", "declined", Blame::Person),
        ("login_required", "sign in at the provider first", Blame::Person),
        ("invalid_scope", "Check the scopes", Blame::Settings),
        ("unauthorized_client", "Check the client id", Blame::Settings),
        ("temporarily_unavailable", "Try again in a minute", Blame::Outage),
        ("<script>", "script", Blame::Settings),
    ] {
        world.callback = Callback {
            code: Some("ignored".to_owned()),
            error: Some(error.to_owned()),
            ..Callback::default()
        };
        let refusal = world.refusal().await;
        let text = refusal.to_string();
        assert!(text.contains(part) && !text.contains('<'), "{text}");
        assert_eq!(refusal.blame(), blame, "{error}");
    }
    world.callback = Callback::default();
    assert_eq!(world.refusal().await, ProviderError::NoCode);
    assert!(world.fake.asked("/token").is_empty());
}
