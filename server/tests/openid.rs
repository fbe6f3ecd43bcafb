//! OpenID Connect over HTTP: discovery, keys, ID tokens, and what is tried against them.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use latchkey_domain::{Actor, ApplicationDraft, Role};
use ring::signature::{
    ECDSA_P256_SHA256_FIXED, RSA_PKCS1_2048_8192_SHA256, RsaPublicKeyComponents, UnparsedPublicKey,
};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::support::oauth::{Client, web_app};
use crate::support::{Browser, TestApp};

const ALL: &str = "openid profile email";

/// An application that signs people in.
fn relying_party() -> ApplicationDraft {
    ApplicationDraft {
        scopes: ["openid", "profile", "email", "read:posts"]
            .map(str::to_owned)
            .into(),
        ..web_app()
    }
}

async fn world() -> (TestApp, Client, Browser) {
    let app = TestApp::new().await;
    let client = app.register(relying_party()).await;
    let person = app.as_member().await;
    (app, client, person)
}

fn decoded(part: &str) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(part).unwrap()
}

/// Checks the signature with the published keys, as a client does, and returns header and claims.
async fn verified(app: &TestApp, id_token: &str) -> (Value, Value) {
    let keys = app.browser().get("/oauth/jwks").await.assert_status(200).json();
    let parts: Vec<&str> = id_token.split('.').collect();
    let header: Value = serde_json::from_slice(&decoded(parts[0])).unwrap();
    let key = keys["keys"]
        .as_array()
        .unwrap()
        .iter()
        .find(|key| key["kid"] == header["kid"])
        .expect("the key is published");
    assert_eq!(header["alg"], key["alg"]);
    let member = |name: &str| decoded(key[name].as_str().unwrap());
    let signed = format!("{}.{}", parts[0], parts[1]);
    let (signed, signature) = (signed.as_bytes(), decoded(parts[2]));
    if key["kty"] == "RSA" {
        let public = RsaPublicKeyComponents {
            n: member("n"),
            e: member("e"),
        };
        public.verify(&RSA_PKCS1_2048_8192_SHA256, signed, &signature)
    } else {
        let point = [vec![4], member("x"), member("y")].concat();
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(signed, &signature)
    }
    .expect("the signature is that of the key");
    (header, serde_json::from_slice(&decoded(parts[1])).unwrap())
}

async fn exchanged(app: &TestApp, client: &Client, person: &Browser, changes: &[(&str, &str)]) -> Value {
    let code = person.lets_in(client, changes).await;
    app.exchange(client, &code).await.assert_status(200).json()
}

fn id_token(tokens: &Value) -> &str {
    tokens["id_token"].as_str().expect("an ID token")
}

#[tokio::test]
async fn discovery_has_what_the_standard_requires() {
    let app = TestApp::behind_https().await;
    let browser = app.browser();
    let document = browser
        .get("/.well-known/openid-configuration")
        .await
        .assert_status(200)
        .json();
    for (name, value) in [
        ("issuer", json!("https://oauth.example.org")),
        (
            "authorization_endpoint",
            json!("https://oauth.example.org/oauth/authorize"),
        ),
        ("token_endpoint", json!("https://oauth.example.org/oauth/token")),
        (
            "userinfo_endpoint",
            json!("https://oauth.example.org/oauth/userinfo"),
        ),
        ("jwks_uri", json!("https://oauth.example.org/oauth/jwks")),
        ("response_types_supported", json!(["code"])),
        ("subject_types_supported", json!(["public"])),
        ("id_token_signing_alg_values_supported", json!(["RS256", "ES256"])),
        ("request_uri_parameter_supported", json!(false)),
        ("request_parameter_supported", json!(false)),
    ] {
        assert_eq!(document[name], value, "{name}");
    }
    let scopes = document["scopes_supported"].as_array().unwrap();
    for scope in ["openid", "profile", "email"] {
        assert!(scopes.contains(&json!(scope)), "{scope}");
    }
    // The two documents do not contradict each other.
    let oauth = browser
        .get("/.well-known/oauth-authorization-server")
        .await
        .json();
    for (name, value) in oauth.as_object().unwrap() {
        assert_eq!(document[name], *value, "{name}");
    }
}

#[tokio::test]
async fn keys_are_public_and_nothing_else() {
    let app = TestApp::new().await;
    let answer = app.browser().get("/oauth/jwks").await;
    let keys = answer.assert_status(200).json();
    let [rsa, p256] = &keys["keys"].as_array().unwrap()[..] else {
        panic!("not a key of each algorithm: {keys}")
    };
    let members = |key: &Value| {
        let mut members: Vec<_> = key.as_object().unwrap().keys().cloned().collect();
        members.sort_unstable();
        members.join(" ")
    };
    assert_eq!(members(rsa), "alg e kid kty n use");
    assert_eq!(members(p256), "alg crv kid kty use x y");
    for (key, name, value) in [
        (rsa, "kty", "RSA"),
        (rsa, "alg", "RS256"),
        (rsa, "use", "sig"),
        (p256, "kty", "EC"),
        (p256, "crv", "P-256"),
        (p256, "alg", "ES256"),
        (p256, "use", "sig"),
    ] {
        assert_eq!(key[name], value);
    }
    let length = |key: &Value, name: &str| decoded(key[name].as_str().unwrap()).len();
    assert_eq!(length(rsa, "n"), 256);
    assert_eq!((length(p256, "x"), length(p256, "y")), (32, 32));
    assert_ne!(rsa["kid"], p256["kid"]);
    assert_eq!(app.browser().get("/oauth/jwks").await.json(), keys, "they stay");
}

#[tokio::test]
async fn an_id_token_says_who_signed_in_where_and_when() {
    let (app, client, person) = world().await;
    let tokens = exchanged(
        &app,
        &client,
        &person,
        &[("scope", ALL), ("nonce", "n-0S6_WzA2Mj")],
    )
    .await;
    let (header, claims) = verified(&app, id_token(&tokens)).await;
    assert_eq!(header["alg"], "RS256");
    let userinfo = app.userinfo(&tokens).await.json();
    let now = app.instance.clock.now().as_secs();
    let hash = Sha256::digest(tokens["access_token"].as_str().unwrap());
    for (name, value) in [
        ("iss", json!(app.issuer())),
        ("sub", userinfo["sub"].clone()),
        ("aud", json!(client.id)),
        ("nonce", json!("n-0S6_WzA2Mj")),
        ("at_hash", json!(URL_SAFE_NO_PAD.encode(&hash[..16]))),
        ("exp", json!(claims["iat"].as_i64().unwrap() + 3_600)),
        ("name", json!("Ada Lovelace")),
        ("email", json!("member@example.com")),
        ("email_verified", json!(false)),
        ("groups", json!(["member"])),
        ("preferred_username", json!("ada-lovelace")),
        ("amr", json!(["pwd"])),
    ] {
        assert_eq!(claims[name], value, "{name}");
    }
    for name in ["iat", "auth_time"] {
        assert!(
            (now - 60..=now).contains(&claims[name].as_i64().unwrap()),
            "{name}"
        );
    }
    for name in [
        "name",
        "given_name",
        "family_name",
        "email",
        "email_verified",
        "groups",
        "preferred_username",
        "updated_at",
    ] {
        assert_eq!(userinfo[name], claims[name], "{name}");
    }
}

#[tokio::test]
async fn an_application_that_asks_for_es256_gets_it() {
    let app = TestApp::new().await;
    let es256 = ApplicationDraft {
        es256: true,
        ..relying_party()
    };
    let client = app.register(es256).await;
    let person = app.as_member().await;
    let tokens = exchanged(&app, &client, &person, &[("scope", ALL), ("nonce", "once")]).await;
    let (header, claims) = verified(&app, id_token(&tokens)).await;
    assert_eq!(header["alg"], "ES256");
    let hash = Sha256::digest(tokens["access_token"].as_str().unwrap());
    assert_eq!(claims["at_hash"], URL_SAFE_NO_PAD.encode(&hash[..16]));
    assert_eq!(claims["nonce"], "once");
    // It comes back as a hint like any other.
    let hint = [
        ("scope", ALL),
        ("prompt", "none"),
        ("id_token_hint", id_token(&tokens)),
    ];
    assert!(!person.get(&client.asks(&hint)).await.callback().code().is_empty());
    let refresh = client.refreshes(tokens["refresh_token"].as_str().unwrap());
    let again = app.send_form("/oauth/token", &refresh).await;
    let (header, _) = verified(&app, id_token(&again.assert_status(200).json())).await;
    assert_eq!(header["alg"], "ES256");
}

#[tokio::test]
async fn without_openid_there_is_none_and_without_the_others_it_says_no_more() {
    let (app, client, person) = world().await;
    let tokens = exchanged(&app, &client, &person, &[("scope", "read:posts")]).await;
    assert_eq!(tokens.get("id_token"), None);
    let tokens = exchanged(&app, &client, &person, &[("scope", "openid")]).await;
    let (_, claims) = verified(&app, id_token(&tokens)).await;
    let mut names: Vec<_> = claims.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(
        names,
        ["amr", "at_hash", "aud", "auth_time", "exp", "iat", "iss", "sub"]
    );
    // One that was registered without the scope cannot have it.
    let other = app.web_app().await;
    let tokens = exchanged(&app, &other, &person, &[("scope", "openid read:posts")]).await;
    assert_eq!(
        (tokens.get("id_token"), &tokens["scope"]),
        (None, &json!("read:posts"))
    );
}

#[tokio::test]
async fn a_refresh_brings_the_same_person_and_no_nonce() {
    let (app, client, person) = world().await;
    let first = exchanged(&app, &client, &person, &[("scope", ALL), ("nonce", "once")]).await;
    app.wait(Duration::from_secs(120));
    let refresh = client.refreshes(first["refresh_token"].as_str().unwrap());
    let second = app
        .send_form("/oauth/token", &refresh)
        .await
        .assert_status(200)
        .json();
    let (_, before) = verified(&app, id_token(&first)).await;
    let (_, after) = verified(&app, id_token(&second)).await;
    for name in ["iss", "sub", "aud", "auth_time"] {
        assert_eq!(after[name], before[name], "{name}");
    }
    assert_eq!(after.get("nonce"), None);
    assert_ne!(after["at_hash"], before["at_hash"]);
    assert!(after["iat"].as_i64() > before["iat"].as_i64());
    // A refresh that asks for less may leave the ID token out.
    let refresh = client.refreshes(second["refresh_token"].as_str().unwrap());
    let narrow = [refresh, vec![("scope".to_owned(), "email".to_owned())]].concat();
    let narrow = app
        .send_form("/oauth/token", &narrow)
        .await
        .assert_status(200)
        .json();
    assert_eq!(narrow.get("id_token"), None);
}

#[tokio::test]
async fn a_sign_in_that_is_too_long_ago_is_not_enough() {
    let (app, client, person) = world().await;
    exchanged(&app, &client, &person, &[("scope", ALL)]).await;
    app.wait(Duration::from_secs(300));
    let asks = |more: &[(&str, &str)]| client.asks(&[&[("scope", ALL)], more].concat());
    let silent = person.get(&asks(&[("max_age", "600"), ("prompt", "none")])).await;
    assert!(
        !silent.callback().code().is_empty(),
        "five minutes are less than ten"
    );
    let silent = person.get(&asks(&[("max_age", "60"), ("prompt", "none")])).await;
    assert_eq!(silent.callback().error().0, "login_required");
    let again = person.get(&asks(&[("max_age", "60")])).await;
    let page = again.assert_status(303).header("location").to_owned();
    assert!(page.starts_with("/sign-in?again=true"), "{page}");
    // Coming back without signing in does not help.
    let back = page.split_once("return_to=").unwrap().1.to_owned();
    let still = person.get(&back).await;
    assert!(
        still
            .assert_status(303)
            .header("location")
            .starts_with("/sign-in?again=true")
    );
    for wrong in ["-1", "soon", "1.5"] {
        let answer = person.get(&asks(&[("max_age", wrong)])).await;
        assert_eq!(answer.callback().error().0, "invalid_request", "{wrong}");
    }
}

#[tokio::test]
async fn a_hint_means_one_member_of_one_application() {
    let (app, client, person) = world().await;
    let tokens = exchanged(&app, &client, &person, &[("scope", ALL)]).await;
    let hint = id_token(&tokens).to_owned();
    let silent = |hint: &str| client.asks(&[("scope", ALL), ("prompt", "none"), ("id_token_hint", hint)]);
    assert!(!person.get(&silent(&hint)).await.callback().code().is_empty());
    // Expired ones still say who is meant.
    app.wait(Duration::from_secs(2 * 3_600));
    assert!(!person.get(&silent(&hint)).await.callback().code().is_empty());
    let host = app.as_host().await;
    let answer = host.get(&silent(&hint)).await;
    assert_eq!(answer.callback().error().0, "login_required");

    let other = app.register(relying_party()).await;
    let foreign = exchanged(&app, &other, &person, &[("scope", ALL)]).await;
    let [header, claims, signature] = &hint.split('.').collect::<Vec<_>>()[..] else {
        panic!("{hint}")
    };
    let encode = |json: Value| URL_SAFE_NO_PAD.encode(json.to_string());
    let kid: Value = serde_json::from_slice(&decoded(header)).unwrap();
    let somebody = encode(json!({ "iss": app.issuer(), "aud": client.id, "sub": "1" }));
    for (what, forged) in [
        ("another application's", id_token(&foreign).to_owned()),
        (
            "no algorithm",
            format!(
                "{}.{somebody}.",
                encode(json!({ "alg": "none", "kid": kid["kid"] }))
            ),
        ),
        (
            "another algorithm",
            format!(
                "{}.{claims}.{signature}",
                encode(json!({ "alg": "HS256", "kid": kid["kid"] }))
            ),
        ),
        ("other claims", format!("{header}.{somebody}.{signature}")),
        (
            "an unknown key",
            format!(
                "{}.{claims}.{signature}",
                encode(json!({ "alg": "RS256", "kid": "x" }))
            ),
        ),
        ("no token", "x".to_owned()),
        ("dots", "..".to_owned()),
    ] {
        let answer = person.get(&silent(&forged)).await;
        assert_eq!(answer.callback().error().0, "invalid_request", "{what}");
    }
}

#[tokio::test]
async fn a_nonce_protects_like_a_state_and_has_a_bound() {
    let (app, client, person) = world().await;
    let bare = [
        ("scope", ALL),
        ("state", ""),
        ("code_challenge", ""),
        ("code_challenge_method", ""),
    ];
    let refused = person.get(&client.asks(&bare)).await;
    assert_eq!(refused.callback().error().0, "invalid_request");
    let page = person
        .get(&client.asks(&[&bare[..], &[("nonce", "n")]].concat()))
        .await;
    page.assert_status(200);
    // It protects nothing where no ID token brings it back.
    let no_id_token = [
        ("scope", "read:posts"),
        ("state", ""),
        ("code_challenge", ""),
        ("code_challenge_method", ""),
        ("nonce", "n"),
    ];
    let refused = person.get(&client.asks(&no_id_token)).await;
    assert_eq!(refused.callback().error().0, "invalid_request");
    let long = "n".repeat(513);
    let refused = person
        .get(&client.asks(&[("scope", ALL), ("nonce", &long)]))
        .await;
    assert_eq!(refused.callback().error().0, "invalid_request");
    drop(app);
}

#[tokio::test]
async fn the_form_knows_whom_to_expect() {
    let (app, client, _) = world().await;
    let stranger = app.browser();
    let hinted = client.asks(&[("scope", ALL), ("login_hint", "ada@example.com")]);
    let answer = stranger.get(&hinted).await;
    let page = stranger.get(answer.assert_status(303).header("location")).await;
    page.assert_text("value=\"ada@example.com\"");
}

/// Programs recognize people by it.
#[tokio::test]
async fn the_number_of_a_member_is_never_given_again() {
    let (app, client, person) = world().await;
    let tokens = exchanged(&app, &client, &person, &[("scope", ALL)]).await;
    let (_, gone) = verified(&app, id_token(&tokens)).await;
    let email = "member@example.com".parse().unwrap();
    app.instance
        .roster
        .remove(&email, &Actor::operator())
        .await
        .unwrap();
    app.member("member@example.com", Role::Member).await;
    let again = app.as_member().await;
    let tokens = exchanged(&app, &client, &again, &[("scope", ALL)]).await;
    let (_, claims) = verified(&app, id_token(&tokens)).await;
    assert_eq!(claims["email"], gone["email"]);
    for name in ["sub", "preferred_username"] {
        assert_ne!(claims[name], gone[name], "{name}");
    }
}
