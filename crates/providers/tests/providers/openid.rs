//! Sign-ins that succeed.

use latchkey_domain::Timestamp;
use latchkey_domain::provider::{CredentialsIn, ProviderScopes};
use latchkey_providers::Transcript;
use serde_json::json;
use url::Url;

use crate::world::{
    ACCESS_TOKEN, Answer, CHALLENGE, CLIENT_ID, CODE, ED25519, NONCE, NOW, P256, P384, REDIRECT_URI, RSA,
    SECRET, STATE, VERIFIER, World, token_answer,
};

#[tokio::test]
async fn the_browser_goes_to_the_authorization_endpoint() {
    let mut world = World::openid().await;
    let endpoint = format!("{}/authorize?theme=dark", world.fake.url);
    world.set_document(&json!({ "authorization_endpoint": endpoint }));
    world.spec.scopes = ProviderScopes::parse("email").unwrap();
    let url = world.authorization_url(&mut Transcript::default()).await.unwrap();
    assert!(url.starts_with(&format!("{endpoint}&")), "{url}");
    let url = Url::parse(&url).unwrap();
    let pairs: Vec<_> = url
        .query_pairs()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let expected = [
        "theme=dark".to_owned(),
        "response_type=code".to_owned(),
        format!("client_id={CLIENT_ID}"),
        format!("redirect_uri={REDIRECT_URI}"),
        format!("state={STATE}"),
        format!("nonce={NONCE}"),
        format!("code_challenge={CHALLENGE}"),
        "code_challenge_method=S256".to_owned(),
        "scope=openid email".to_owned(),
        "login_hint=ada@example.com".to_owned(),
    ];
    assert_eq!(pairs, expected);
}

#[tokio::test]
async fn a_person_is_who_the_id_token_says() {
    let world = World::openid().await;
    let mut log = Transcript::default();
    let person = world.identify_with(&mut log).await.unwrap();
    assert_eq!(person.subject.as_str(), "ada-1");
    assert_eq!(person.email.unwrap().as_str(), "ada@example.com");
    assert!(person.email_verified);
    assert_eq!(person.name.unwrap().as_str(), "Ada Lovelace");
    assert_eq!(
        person.picture.as_deref(),
        Some("https://pictures.example/ada.png")
    );
    assert_eq!(person.bio, None);
    let titles: Vec<_> = log.steps.iter().map(|step| step.title).collect();
    assert_eq!(
        titles,
        ["Discovery", "Callback", "Token", "Keys", "ID token", "Person"]
    );
    assert!(world.fake.asked("/me").is_empty());
}

#[tokio::test]
async fn the_token_request_has_the_credentials_where_they_belong() {
    let mut world = World::openid().await;
    world.identify().await.unwrap();
    world.spec.credentials_in = CredentialsIn::Body;
    world.identify().await.unwrap();
    world.secret = None;
    world.identify().await.unwrap();
    let asked = world.fake.asked("/token");
    for request in &asked {
        assert_eq!(request.form["grant_type"], "authorization_code");
        assert_eq!(request.form["code"], CODE);
        assert_eq!(request.form["redirect_uri"], REDIRECT_URI);
        assert_eq!(request.form["code_verifier"], VERIFIER);
    }
    let parts = |number: usize| {
        let request = &asked[number];
        let header = request
            .headers
            .get("authorization")
            .map(|value| value.to_str().unwrap());
        let member = |name: &str| request.form.get(name).map(String::as_str);
        (header, member("client_id"), member("client_secret"))
    };
    let basic = "Basic Y2xpZW50LW9mLXRoZS1uZXR3b3JrOnRoZS1zZWNyZXQtb2YtdGhpcy1jbGllbnQ=";
    assert_eq!(parts(0), (Some(basic), None, None));
    assert_eq!(parts(1), (None, Some(CLIENT_ID), Some(SECRET)));
    assert_eq!(parts(2), (None, Some(CLIENT_ID), None));
}

#[tokio::test]
async fn every_algorithm_with_the_hash_of_the_access_token() {
    let world = World::openid().await;
    // SHA-256, SHA-384 and SHA-512 of the access token, the left halves.
    let hash = |algorithm| {
        use base64::Engine;
        let hash = ring::digest::digest(algorithm, ACCESS_TOKEN.as_bytes());
        let half = &hash.as_ref()[..hash.as_ref().len() / 2];
        base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(half)
    };
    for (signer, alg, algorithm) in [
        (&*RSA, "RS256", &ring::digest::SHA256),
        (&*RSA, "PS256", &ring::digest::SHA256),
        (&*P256, "ES256", &ring::digest::SHA256),
        (&*P384, "ES384", &ring::digest::SHA384),
        (&*ED25519, "EdDSA", &ring::digest::SHA512),
    ] {
        let claims = world.claims(&json!({ "at_hash": hash(algorithm) }));
        world.set_id_token(&signer.sign_as(&json!({"alg": alg, "kid": signer.kid}), &claims));
        let person = world
            .identify()
            .await
            .unwrap_or_else(|error| panic!("{alg}: {error}"));
        assert_eq!(person.subject.as_str(), "ada-1");
    }
}

#[tokio::test]
async fn a_token_without_kid_is_of_the_only_key_that_fits() {
    let world = World::openid().await;
    world.set_id_token(&P256.sign_as(&json!({"alg": "ES256"}), &world.claims(&json!({}))));
    assert!(world.identify().await.is_ok());
}

#[tokio::test]
async fn clocks_may_differ_by_five_minutes() {
    let world = World::openid().await;
    for seconds in [300, -300] {
        // Tokens are good for a minute.
        let iat = NOW + seconds;
        world.set_claims(&json!({"iat": iat, "nbf": iat, "exp": iat + 60}));
        assert!(world.identify().await.is_ok(), "{seconds}");
    }
}

#[tokio::test]
async fn several_audiences_have_an_authorized_party() {
    let world = World::openid().await;
    world.set_claims(&json!({"aud": [CLIENT_ID, "other"], "azp": CLIENT_ID}));
    assert!(world.identify().await.is_ok());
}

#[tokio::test]
async fn userinfo_says_what_the_id_token_does_not() {
    let world = World::openid().await;
    world.set_claims(&json!({"email": null, "email_verified": null, "name": null}));
    let said = json!({
        "sub": "ada-1", "given_name": "Ada", "family_name": "King", "email": "ada@king.example", "email_verified": "true",
        "picture": "https://pictures.example/other.png",
    });
    world.fake.set("/me", Answer::json(&said));
    let person = world.identify().await.unwrap();
    assert_eq!(person.email.unwrap().as_str(), "ada@king.example");
    assert!(person.email_verified);
    assert_eq!(person.name.unwrap().as_str(), "Ada King");
    assert_eq!(
        person.picture.as_deref(),
        Some("https://pictures.example/ada.png")
    );
    let asked = world.fake.asked("/me");
    assert_eq!(
        asked[0].headers["authorization"],
        format!("Bearer {ACCESS_TOKEN}")
    );
}

#[tokio::test]
async fn a_provider_may_say_nothing_but_the_id() {
    let world = World::openid().await;
    world.set_document(&json!({"userinfo_endpoint": null}));
    world.set_claims(&json!({"email": null, "name": null, "picture": null}));
    let mut log = Transcript::default();
    let person = world.identify_with(&mut log).await.unwrap();
    assert_eq!(
        (person.email, person.name, person.email_verified),
        (None, None, false)
    );
    let notes = &log.steps.last().unwrap().answer;
    assert!(notes.contains("email: the provider gives none"), "{notes}");
}

#[tokio::test]
async fn a_new_sign_in_is_proved() {
    let mut world = World::openid().await;
    world.signed_in_since = Some(Timestamp::from_millis((NOW - 60) * 1_000));
    // The provider's clock is four minutes behind.
    world.set_claims(&json!({"iat": NOW - 240, "auth_time": NOW - 280}));
    assert!(world.identify().await.is_ok());
}

#[tokio::test]
async fn an_answer_may_have_more_members_than_are_known() {
    let world = World::openid().await;
    let mut answer = token_answer(&RSA.sign(&world.claims(&json!({"groups": ["a"], "nested": {"x": [1]}}))));
    answer["scope"] = json!("openid");
    answer["refresh_token"] = json!("refresh-0123456789");
    world.fake.set("/token", Answer::json(&answer));
    assert!(world.identify().await.is_ok());
}

/// A server runs them on many threads.
#[tokio::test]
async fn the_work_can_move_between_threads() {
    fn is_send(_: &impl Send) {}
    let world = World::openid().await;
    let mut log = Transcript::default();
    is_send(&world.authorization_url(&mut log));
    is_send(&world.identify_with(&mut log));
}
