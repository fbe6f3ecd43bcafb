//! ID tokens and answers that are not accepted.

use latchkey_domain::Timestamp;
use latchkey_providers::{Blame, IdTokenError, ProviderError};
use serde_json::json;

use crate::world::{Answer, CLIENT_ID, NONCE, NOW, OTHER_RSA, P256, RSA, World, hs256, token, token_answer};

#[tokio::test]
async fn claims_of_another_sign_in() {
    let world = World::openid().await;
    let with_slash = format!("{}/", world.fake.url);
    for (change, expected) in [
        (json!({"iss": "https://evil.example"}), IdTokenError::Issuer),
        (json!({"iss": with_slash}), IdTokenError::Issuer),
        (json!({"aud": "another-client"}), IdTokenError::Audience),
        (
            json!({"aud": ["another-client"], "azp": CLIENT_ID}),
            IdTokenError::Audience,
        ),
        (
            json!({"aud": [CLIENT_ID, "another-client"]}),
            IdTokenError::AuthorizedParty,
        ),
        (json!({"azp": "another-client"}), IdTokenError::AuthorizedParty),
        (json!({"nonce": "another-nonce"}), IdTokenError::Nonce),
        (json!({"nonce": null}), IdTokenError::Claim("nonce")),
        (json!({"nonce": format!("{NONCE} ")}), IdTokenError::Nonce),
        (
            json!({"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}),
            IdTokenError::AccessToken,
        ),
        (json!({"exp": NOW - 400}), IdTokenError::Expired),
        (json!({"exp": null}), IdTokenError::Claim("exp")),
        (json!({"iat": null}), IdTokenError::Claim("iat")),
        (json!({"nbf": NOW + 400}), IdTokenError::NotYet),
        (json!({"sub": null}), IdTokenError::Claim("sub")),
        (json!({"sub": 7}), IdTokenError::Claim("sub")),
        (json!({"sub": "x".repeat(256)}), IdTokenError::Claim("sub")),
    ] {
        world.set_claims(&change);
        assert_eq!(world.id_token_refusal().await, expected, "{change}");
    }
}

#[tokio::test]
async fn clocks_that_differ_by_ten_minutes() {
    let world = World::openid().await;
    for (seconds, part) in [(600, "10 minutes ahead of"), (-600, "10 minutes behind")] {
        let iat = NOW + seconds;
        for lifetime in [60, 3_600] {
            world.set_claims(&json!({"iat": iat, "exp": iat + lifetime}));
            let error = world.refusal().await;
            assert!(error.to_string().contains("the clocks differ"), "{error}");
            assert!(error.to_string().contains(part), "{error}");
            assert_eq!(error.blame(), Blame::Settings);
        }
    }
}

#[tokio::test]
async fn old_sign_ins_where_a_new_one_was_asked_for() {
    let mut world = World::openid().await;
    world.signed_in_since = Some(Timestamp::from_millis((NOW - 60) * 1_000));
    assert_eq!(world.id_token_refusal().await, IdTokenError::AuthTimeMissing);
    world.set_claims(&json!({"auth_time": NOW - 3_600}));
    assert_eq!(world.id_token_refusal().await, IdTokenError::AuthTimeOld);
    assert!(
        world
            .refusal()
            .await
            .for_people()
            .contains("did not ask you to sign in again")
    );
}

#[tokio::test]
async fn signatures_that_anybody_can_make() {
    let world = World::openid().await;
    let claims = world.claims(&json!({}));
    let none = json!({"alg": "none"});
    world.set_id_token(&token(&none, &claims, |_| Vec::new()));
    assert_eq!(
        world.id_token_refusal().await,
        IdTokenError::Algorithm("“none”".into())
    );
    // A public key as the secret of an HMAC, with its name and without.
    for header in [json!({"alg": "HS256", "kid": "rsa"}), json!({"alg": "HS256"})] {
        world.set_id_token(&hs256(&header, &claims, &RSA.public()));
        assert_eq!(
            world.id_token_refusal().await,
            IdTokenError::Algorithm("“HS256”".into())
        );
    }
    // The HMAC under the name of a signature.
    world.set_id_token(&hs256(
        &json!({"alg": "RS256", "kid": "rsa"}),
        &claims,
        &RSA.public(),
    ));
    assert_eq!(world.id_token_refusal().await, IdTokenError::Signature);
    // A key that comes with the token.
    let header = json!({"alg": "RS256", "kid": "rsa", "jwk": OTHER_RSA.jwk});
    world.set_id_token(&OTHER_RSA.sign_as(&header, &claims));
    assert_eq!(world.id_token_refusal().await, IdTokenError::Signature);
}

#[tokio::test]
async fn signatures_of_the_wrong_key() {
    let world = World::openid().await;
    let claims = world.claims(&json!({}));
    for (alg, kid) in [
        ("RS256", "p256"),
        ("ES256", "rsa"),
        ("ES384", "p256"),
        ("EdDSA", "rsa"),
    ] {
        world.set_id_token(&RSA.sign_as(&json!({"alg": alg, "kid": kid}), &claims));
        assert_eq!(
            world.id_token_refusal().await,
            IdTokenError::KeyUnfit,
            "{alg} {kid}"
        );
    }
    world.set_id_token(&OTHER_RSA.sign_as(&json!({"alg": "RS256", "kid": "rsa"}), &claims));
    assert_eq!(world.id_token_refusal().await, IdTokenError::Signature);
    // Signed, and changed afterwards.
    let good = P256.sign(&claims);
    let other = P256.sign(&world.claims(&json!({"sub": "someone-else"})));
    let parts: Vec<_> = good.split('.').collect();
    let changed = other.split('.').nth(1).unwrap();
    world.set_id_token(&format!("{}.{changed}.{}", parts[0], parts[2]));
    assert_eq!(world.id_token_refusal().await, IdTokenError::Signature);
    world.set_id_token(&format!("{}.{}.", parts[0], parts[1]));
    assert_eq!(world.id_token_refusal().await, IdTokenError::Signature);
}

#[tokio::test]
async fn keys_that_are_too_small() {
    let world = World::openid().await;
    let mut small = RSA.jwk.clone();
    small["kid"] = json!("small");
    // 1024 bits.
    small["n"] = json!(small["n"].as_str().unwrap()[..171].to_owned() + "8");
    world.fake.set("/keys", Answer::json(&json!({ "keys": [small] })));
    world.set_id_token(&RSA.sign_as(
        &json!({"alg": "RS256", "kid": "small"}),
        &world.claims(&json!({})),
    ));
    let error = world.id_token_refusal().await;
    assert!(
        matches!(error, IdTokenError::KeySmall(bits) if bits < 2_048),
        "{error}"
    );
}

#[tokio::test]
async fn what_is_no_id_token() {
    let world = World::openid().await;
    for (text, expected) in [
        ("x", IdTokenError::Malformed),
        ("a.b.c", IdTokenError::Malformed),
        ("a.b.c.d.e", IdTokenError::Encrypted),
    ] {
        world.set_id_token(text);
        assert_eq!(world.id_token_refusal().await, expected, "{text}");
    }
    world.set_id_token("");
    let missing = ProviderError::Member {
        step: "Token",
        member: "id_token",
    };
    assert_eq!(world.refusal().await, missing);
}

#[tokio::test]
async fn userinfo_of_somebody_else() {
    let world = World::openid().await;
    world.set_claims(&json!({"email": null}));
    for said in [
        json!({"sub": "someone-else", "email": "victim@example.com", "email_verified": true}),
        json!({"email": "victim@example.com", "email_verified": true}),
    ] {
        world.fake.set("/me", Answer::json(&said));
        assert_eq!(world.refusal().await, ProviderError::UserInfoSubject);
    }
}

#[tokio::test]
async fn token_answers_that_cannot_be_used() {
    let world = World::openid().await;
    let good = token_answer(&RSA.sign(&world.claims(&json!({}))));
    let member = |member| ProviderError::Member {
        step: "Token",
        member,
    };
    for (name, value, expected) in [
        ("token_type", json!("mac"), ProviderError::TokenType),
        ("token_type", json!(null), member("token_type")),
        ("access_token", json!(null), member("access_token")),
        (
            "access_token",
            json!("a\r\nHost: evil.example"),
            member("access_token"),
        ),
        ("id_token", json!(7), member("id_token")),
    ] {
        let mut answer = good.clone();
        answer[name] = value;
        world.fake.set("/token", Answer::json(&answer));
        assert_eq!(world.refusal().await, expected, "{name}");
    }
    let form = "access_token=abc&token_type=bearer";
    world.fake.set(
        "/token",
        Answer::new(200, "application/x-www-form-urlencoded", form),
    );
    assert!(matches!(world.refusal().await, ProviderError::NotJson { .. }));
}
