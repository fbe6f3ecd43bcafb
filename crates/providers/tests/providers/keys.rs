//! Keys that change, and what is remembered.

use latchkey_providers::{IdTokenError, Transcript};
use serde_json::json;

use crate::world::{OTHER_RSA, P256, RSA, World};

const DOCUMENT: &str = "/.well-known/openid-configuration";

#[tokio::test]
async fn what_was_read_is_kept_for_an_hour() {
    let world = World::openid().await;
    let sign_in = async |at: i64| {
        world.set_claims(&json!({"iat": 1_800_000_000 + at, "exp": 1_800_000_060 + at}));
        world.authorization_url(&mut Transcript::default()).await.unwrap();
        world.identify().await.unwrap();
        (world.fake.asked(DOCUMENT).len(), world.fake.asked("/keys").len())
    };
    assert_eq!(sign_in(0).await, (1, 1));
    world.after(3_599);
    assert_eq!(sign_in(3_599).await, (1, 1));
    world.after(1);
    assert_eq!(sign_in(3_600).await, (2, 2));
}

#[tokio::test]
async fn a_test_asks_everything_anew() {
    let mut world = World::openid().await;
    world.identify().await.unwrap();
    world.client = world.client.forgetful();
    world.identify().await.unwrap();
    assert_eq!(
        (world.fake.asked(DOCUMENT).len(), world.fake.asked("/keys").len()),
        (2, 2)
    );
}

#[tokio::test]
async fn a_rotated_key_is_found_and_others_ask_once_a_minute() {
    let world = World::openid().await;
    world.identify().await.unwrap();
    let claims = world.claims(&json!({}));
    let read = || world.fake.asked("/keys").len();

    world.publish(&[&*OTHER_RSA]);
    world.set_id_token(&OTHER_RSA.sign(&claims));
    world.identify().await.unwrap();
    assert_eq!(read(), 2);
    // The key from before is not accepted any more.
    world.set_id_token(&RSA.sign(&claims));
    assert_eq!(world.id_token_refusal().await, IdTokenError::KeyUnknown);
    assert_eq!(read(), 2);

    world.after(59);
    assert_eq!(world.id_token_refusal().await, IdTokenError::KeyUnknown);
    assert_eq!(read(), 2);
    world.after(1);
    assert_eq!(world.id_token_refusal().await, IdTokenError::KeyUnknown);
    assert_eq!(world.id_token_refusal().await, IdTokenError::KeyUnknown);
    assert_eq!(read(), 3);
}

#[tokio::test]
async fn a_token_without_kid_and_several_keys() {
    let world = World::openid().await;
    world.publish(&[&*RSA, &*OTHER_RSA, &*P256]);
    let claims = world.claims(&json!({}));
    world.set_id_token(&RSA.sign_as(&json!({"alg": "RS256"}), &claims));
    assert_eq!(world.id_token_refusal().await, IdTokenError::KeyAmbiguous);
}
