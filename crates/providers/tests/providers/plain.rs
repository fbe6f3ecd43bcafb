//! Plain OAuth 2.0.

use latchkey_domain::provider::ProviderKind;
use latchkey_domain::{ProviderSpec, Timestamp};
use latchkey_providers::{ProviderError, Transcript};
use url::Url;

use crate::world::{ACCESS_TOKEN, Answer, CHALLENGE, NONCE, VERIFIER, World, fields};

fn set_id(spec: &mut ProviderSpec, path: &str) {
    if let ProviderKind::OAuth2 { fields: kept, .. } = &mut spec.kind {
        *kept = fields(path);
    }
}

/// An answer with odd names.
fn me() -> Answer {
    let body = r#"{
        "id": 9007199254740993, "uuid": "7f3a", "data": {"user": {"long": 123456789012345678901}},
        "emails": [{"value": "Ada@Example.com", "verified": 1}], "names": {"first": "Ada", "last": "Lovelace"},
        "avatar": "https://pictures.example/ada.png", "about": " Counts. ", "fraction": 1.5
    }"#;
    Answer::new(200, "application/json", body)
}

#[tokio::test]
async fn a_person_is_who_the_answer_says() {
    let world = World::plain().await;
    world.fake.set("/me", me());
    let person = world.identify().await.unwrap();
    assert_eq!(person.subject.as_str(), "9007199254740993");
    assert_eq!(person.email.unwrap().as_str(), "ada@example.com");
    assert!(person.email_verified);
    assert_eq!(person.name.unwrap().as_str(), "Ada Lovelace");
    assert_eq!(
        person.picture.as_deref(),
        Some("https://pictures.example/ada.png")
    );
    assert_eq!(person.bio.as_deref(), Some("Counts."));
    assert_eq!(world.fake.asked("/token")[0].form["code_verifier"], VERIFIER);
    let asked = world.fake.asked("/me");
    assert_eq!(
        asked[0].headers["authorization"],
        format!("Bearer {ACCESS_TOKEN}")
    );
    assert!(
        asked[0].headers["user-agent"]
            .to_str()
            .unwrap()
            .starts_with("Latchkey/")
    );
}

#[tokio::test]
async fn ids_are_text_or_whole_numbers() {
    let mut world = World::plain().await;
    world.fake.set("/me", me());
    for (path, expected) in [("uuid", "7f3a"), ("data.user.long", "123456789012345678901")] {
        set_id(&mut world.spec, path);
        assert_eq!(world.identify().await.unwrap().subject.as_str(), expected);
    }
    for path in [
        "missing",
        "names",
        "fraction",
        "emails.0.verified.x",
        "emails.1.value",
    ] {
        set_id(&mut world.spec, path);
        assert_eq!(world.refusal().await, ProviderError::NoId(path.to_owned()));
    }
}

#[tokio::test]
async fn the_address_has_all_that_openid_has_but_its_scope() {
    let world = World::plain().await;
    let url = world.authorization_url(&mut Transcript::default()).await.unwrap();
    assert!(
        url.starts_with(&format!("{}/odd/login?theme=dark&", world.fake.url)),
        "{url}"
    );
    let url = Url::parse(&url).unwrap();
    for (name, value) in [
        ("nonce", NONCE),
        ("code_challenge", CHALLENGE),
        ("code_challenge_method", "S256"),
    ] {
        assert!(
            url.query_pairs().any(|pair| pair == (name.into(), value.into())),
            "{name}"
        );
    }
}

#[tokio::test]
async fn token_answers_may_be_forms_and_have_no_type() {
    let world = World::plain().await;
    world.fake.set("/me", me());
    for (media_type, body) in [
        (
            "application/x-www-form-urlencoded; charset=utf-8",
            format!("access_token={ACCESS_TOKEN}&scope=user&token_type=bearer"),
        ),
        ("text/plain", format!("access_token={ACCESS_TOKEN}&expires=60")),
        (
            "application/json",
            format!(r#"{{"access_token":"{ACCESS_TOKEN}"}}"#),
        ),
        ("text/plain", format!(r#"{{"access_token":"{ACCESS_TOKEN}"}}"#)),
    ] {
        world.fake.set("/token", Answer::new(200, media_type, body));
        assert!(world.identify().await.is_ok(), "{media_type}");
    }
    // Some say what is wrong under a good status.
    let wrong = "error=bad_verification_code&error_description=The+code+passed+is+incorrect+or+expired.";
    world.fake.set(
        "/token",
        Answer::new(200, "application/x-www-form-urlencoded", wrong),
    );
    let error = world.refusal().await;
    assert!(error.to_string().contains("The code was used before"), "{error}");
    world.fake.set("/token", Answer::new(200, "text/plain", "hello"));
    assert!(matches!(
        world.refusal().await,
        ProviderError::NotJson { is_page: false, .. }
    ));
}

#[tokio::test]
async fn a_new_sign_in_cannot_be_proved() {
    let mut world = World::plain().await;
    world.signed_in_since = Some(Timestamp::from_millis(0));
    assert_eq!(world.refusal().await, ProviderError::NoProofOfTime);
    assert!(world.fake.asked("/token").is_empty());
}

#[tokio::test]
async fn userinfo_that_refuses() {
    let world = World::plain().await;
    world.fake.set("/me", Answer::new(403, "application/json", "{}"));
    let error = world.refusal().await;
    assert_eq!(
        error.to_string(),
        "User info: the provider answered with the status 403. Check the client id, the secret and the scopes"
    );
}
