//! What a host sees of a sign-in has no secrets.

use latchkey_providers::Transcript;
use serde_json::json;

use crate::world::{ACCESS_TOKEN, Answer, CODE, NONCE, RSA, SECRET, STATE, VERIFIER, World};

/// Fails if a secret is in a text, whole or in large part.
fn has_no_secret(text: &str, id_token: &str) {
    let signature = id_token.rsplit('.').next().unwrap();
    let basic = "Y2xpZW50LW9mLXRoZS1uZXR3b3Jr";
    for secret in [
        SECRET,
        STATE,
        NONCE,
        CODE,
        ACCESS_TOKEN,
        VERIFIER,
        id_token,
        signature,
        basic,
    ] {
        // The first four characters may be shown.
        if let Some(part) = secret.get(5..) {
            assert!(!text.contains(part), "{part} in {text}");
        }
    }
}

#[tokio::test]
async fn a_good_sign_in() {
    let world = World::openid().await;
    let claims = world.claims(&json!({"email": null}));
    let id_token = RSA.sign(&claims);
    world.set_id_token(&id_token);
    // A provider that repeats what it was told.
    let said = json!({"sub": "ada-1", "email": "ada@example.com", "debug": format!("token={ACCESS_TOKEN}")});
    world.fake.set("/me", Answer::json(&said));
    let mut log = Transcript::default();
    world.authorization_url(&mut log).await.unwrap();
    world.identify_with(&mut log).await.unwrap();
    has_no_secret(&format!("{log:?}"), &id_token);
    let titles: Vec<_> = log.steps.iter().map(|step| step.title).collect();
    let expected = [
        "Discovery",
        "Authorization request",
        "Discovery",
        "Callback",
        "Token",
        "Keys",
        "ID token",
        "User info",
        "Person",
    ];
    assert_eq!(titles, expected);
    let token = &log.steps[4];
    assert!(
        token
            .request
            .contains("grant_type=authorization_code\ncode=code…\n"),
        "{}",
        token.request
    );
    assert!(
        token.request.contains("Authorization: Basic …\n"),
        "{}",
        token.request
    );
    assert!(
        token.answer.contains("\"access_token\": \"acce…\""),
        "{}",
        token.answer
    );
    assert_eq!(token.outcome.as_deref(), Ok("an access token and an ID token"));
    assert!(log.steps[7].request.contains("Authorization: Bearer acce…"));
    assert!(
        log.steps[7].answer.contains("token=acce…"),
        "{}",
        log.steps[7].answer
    );
}

#[tokio::test]
async fn a_provider_that_repeats_secrets_in_errors() {
    let world = World::openid().await;
    let said = format!("code {CODE} and secret {SECRET} and {VERIFIER}");
    let basic = "Y2xpZW50LW9mLXRoZS1uZXR3b3JrOnRoZS1zZWNyZXQtb2YtdGhpcy1jbGllbnQ=";
    for answer in [
        Answer::error(400, "invalid_grant", &said),
        Answer::error(400, CODE, &said),
        Answer::new(
            500,
            "text/html",
            format!("<p>{said} Authorization: Basic {basic}</p>"),
        ),
        Answer::new(
            200,
            "application/json",
            format!("{{\"access_token\": \"{ACCESS_TOKEN}\", {said}"),
        ),
        Answer::new(
            200,
            "application/x-www-form-urlencoded",
            format!("access_token={ACCESS_TOKEN}&x={CODE}"),
        ),
    ] {
        world.fake.set("/token", answer);
        let mut log = Transcript::default();
        let error = world.identify_with(&mut log).await.unwrap_err();
        has_no_secret(&format!("{error} {error:?} {log:?}"), "");
    }
}

#[tokio::test]
async fn long_answers_are_cut() {
    let world = World::openid().await;
    let page = format!("<p>{}</p>", "a word ".repeat(10_000));
    world.fake.set("/token", Answer::new(500, "text/html", page));
    let mut log = Transcript::default();
    world.identify_with(&mut log).await.unwrap_err();
    let answer = &log.steps.last().unwrap().answer;
    assert!(answer.len() < 4_200 && answer.ends_with('…'), "{}", answer.len());
}
