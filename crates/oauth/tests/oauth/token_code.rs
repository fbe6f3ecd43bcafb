//! `POST /oauth/token` with a code (RFC 6749 section 4.1.3, RFC 7636, RFC 9700 section 4.5).

use latchkey_oauth::Decision;

use crate::world::{CHALLENGE, Pair, VERIFIER, World, answer, refusal};

#[tokio::test]
async fn a_code_is_exchanged_for_a_pair_of_tokens() {
    let world = World::new();
    let ada = world.ada().await;
    for app in [world.web_app().await, world.native_app().await] {
        let tokens = world.connect(&app, &ada).await;
        assert!(tokens.access().starts_with("lk_at_"));
        assert!(tokens.refresh().starts_with("lk_rt_"));
        assert_eq!((tokens.token_type, tokens.expires_in), ("Bearer", 3_600));
        assert_eq!(tokens.scope.to_string(), "read:posts write:posts");
        assert_eq!(tokens.created_at, world.now().as_secs());
        world.use_token(tokens.access()).await.unwrap();
    }
}

#[tokio::test]
async fn a_confidential_application_may_do_without_pkce() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    let code = world
        .code_for(
            &app.asks(&[("code_challenge", ""), ("code_challenge_method", "")]),
            &ada,
        )
        .await;
    world
        .exchange(&app, &app.exchanges(&code, &[("code_verifier", "")]))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_code_is_good_for_two_minutes() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    let code = world.code_for(&app.asks(&[]), &ada).await;
    world
        .after(119)
        .exchange(&app, &app.exchanges(&code, &[]))
        .await
        .unwrap();
    let code = world.code_for(&app.asks(&[]), &ada).await;
    let (error, words) = refusal(world.after(121).exchange(&app, &app.exchanges(&code, &[])).await);
    assert_eq!(
        (error, words.as_str()),
        (
            "invalid_grant",
            "the code expired 1 second ago; exchange it right after the redirect"
        )
    );
}

#[tokio::test]
async fn the_second_use_of_a_code_revokes_what_the_first_one_issued() {
    let world = World::new();
    let ada = world.ada().await;
    for app in [world.web_app().await, world.native_app().await] {
        let code = world.code_for(&app.asks(&[]), &ada).await;
        let form = app.exchanges(&code, &[]);
        let tokens = world.exchange(&app, &form).await.unwrap();
        let newer = world.refresh(&app, tokens.refresh()).await.unwrap();
        let (error, words) = refusal(world.after(3_000).exchange(&app, &form).await);
        assert_eq!(error, "invalid_grant");
        assert!(words.contains("used before"), "{words}");
        assert!(world.use_token(newer.access()).await.is_err());
        assert_eq!(
            refusal(world.refresh(&app, newer.refresh()).await).0,
            "invalid_grant"
        );
        assert!(world.last_words(&app).await.contains("presented a second time"));
    }
}

#[tokio::test]
async fn who_merely_found_a_used_code_can_disconnect_nobody() {
    let world = World::new();
    let ada = world.ada().await;
    let (app, other) = (world.native_app().await, world.web_app().await);
    let code = world.code_for(&app.asks(&[]), &ada).await;
    let tokens = world.exchange(&app, &app.exchanges(&code, &[])).await.unwrap();
    // Another application, the right one without the verifier, with a wrong one, with another redirect URI.
    for (client, change) in [
        (&other, ("redirect_uri", app.redirect_uri.as_str())),
        (&app, ("code_verifier", "")),
        (&app, ("code_verifier", CHALLENGE)),
        (&app, ("redirect_uri", "http://127.0.0.1:1/cb")),
    ] {
        refusal(world.exchange(client, &app.exchanges(&code, &[change])).await);
    }
    world.use_token(tokens.access()).await.unwrap();
}

#[tokio::test]
async fn a_failed_try_does_not_use_the_code_up() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    let code = world.code_for(&app.asks(&[]), &ada).await;
    refusal(
        world
            .exchange(&app, &app.exchanges(&code, &[("code_verifier", CHALLENGE)]))
            .await,
    );
    world.exchange(&app, &app.exchanges(&code, &[])).await.unwrap();
}

#[tokio::test]
async fn a_code_is_bound_to_its_application() {
    let world = World::new();
    let ada = world.ada().await;
    let (app, other) = (world.web_app().await, world.web_app().await);
    let code = world.code_for(&app.asks(&[]), &ada).await;
    let (error, words) = refusal(world.exchange(&other, &other.exchanges(&code, &[])).await);
    assert_eq!(
        (error, words.as_str()),
        ("invalid_grant", "the code was issued to another application")
    );
}

#[tokio::test]
async fn a_code_is_bound_to_its_redirect_uri() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    let code = world.code_for(&app.asks(&[]), &ada).await;
    let wrong = app.exchanges(&code, &[("redirect_uri", "https://app.example/cb/")]);
    assert_eq!(refusal(world.exchange(&app, &wrong).await).0, "invalid_grant");
    assert!(
        world
            .last_words(&app)
            .await
            .ends_with("they differ by a trailing slash")
    );
    let plain = [("code_challenge", ""), ("code_challenge_method", "")];
    let code = world.code_for(&app.asks(&plain), &ada).await;
    let missing = app.exchanges(&code, &[("redirect_uri", ""), ("code_verifier", "")]);
    assert_eq!(refusal(world.exchange(&app, &missing).await).0, "invalid_request");
}

#[tokio::test]
async fn a_client_of_oauth_2_1_sends_no_redirect_uri_for_its_code() {
    let world = World::new();
    let ada = world.ada().await;
    for app in [world.web_app().await, world.native_app().await] {
        let code = world.code_for(&app.asks(&[]), &ada).await;
        let without = app.exchanges(&code, &[("redirect_uri", "")]);
        let wrong = [
            ("redirect_uri", ""),
            ("code_verifier", &VERIFIER.replace('d', "e")),
        ];
        let wrong = app.exchanges(&code, &wrong);
        assert_eq!(refusal(world.exchange(&app, &wrong).await).0, "invalid_grant");
        world.exchange(&app, &without).await.unwrap();
    }
}

#[tokio::test]
async fn pkce_cannot_be_downgraded() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    let code = world.code_for(&app.asks(&[]), &ada).await;
    let (error, words) = refusal(
        world
            .exchange(&app, &app.exchanges(&code, &[("code_verifier", "")]))
            .await,
    );
    assert_eq!(error, "invalid_request");
    assert!(words.contains("`code_verifier` is missing"), "{words}");
    let wrong = app.exchanges(&code, &[("code_verifier", &VERIFIER.replace('d', "e"))]);
    let (error, words) = refusal(world.exchange(&app, &wrong).await);
    assert_eq!(error, "invalid_grant");
    assert!(words.contains("does not match"), "{words}");

    // The client's verifier exposes an attacker who strips the challenge from the link.
    let stripped = app.asks(&[("code_challenge", ""), ("code_challenge_method", "")]);
    let code = world.code_for(&stripped, &ada).await;
    assert_eq!(
        refusal(world.exchange(&app, &app.exchanges(&code, &[])).await).0,
        "invalid_grant"
    );
}

#[tokio::test]
async fn a_code_that_was_injected_from_another_session_is_refused() {
    let world = World::new();
    let (mallory, app) = (
        world.person("mallory", latchkey_domain::Role::Member).await,
        world.web_app().await,
    );
    let another = "QQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQQ";
    let code = world
        .code_for(&app.asks(&[("code_challenge", another)]), &mallory)
        .await;
    assert_eq!(
        refusal(world.exchange(&app, &app.exchanges(&code, &[])).await).0,
        "invalid_grant"
    );
}

#[tokio::test]
async fn what_is_no_code_is_refused_in_words() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    let tokens = world.connect(&app, &ada).await;
    let code = world.code_for(&app.asks(&[]), &ada).await;
    for (sent, expected) in [
        (
            "nonsense",
            "this server did not issue it, or it was changed or cut off on the way",
        ),
        (
            &code[..code.len() - 1],
            "this server did not issue it, or it was changed or cut off on the way",
        ),
        (
            tokens.access(),
            "it is an access token, not an authorization code",
        ),
        (
            tokens.refresh(),
            "it is a refresh token, not an authorization code",
        ),
    ] {
        let (error, words) = refusal(world.exchange(&app, &app.exchanges(sent, &[])).await);
        assert_eq!(
            (error, words),
            ("invalid_grant", format!("`code` is not valid: {expected}"))
        );
    }
}

#[tokio::test]
async fn what_is_missing_twice_or_unknown_is_said() {
    let world = World::new();
    let app = world.web_app().await;
    let exchange =
        async |form: &[(&str, &str)]| refusal(world.exchange(&app, &crate::world::pairs(form)).await);
    assert_eq!(exchange(&[]).await.0, "invalid_request");
    assert_eq!(
        exchange(&[("grant_type", "password")]).await.0,
        "unsupported_grant_type"
    );
    assert_eq!(
        exchange(&[("grant_type", "client_credentials")]).await.0,
        "unsupported_grant_type"
    );
    assert_eq!(
        exchange(&[("grant_type", "authorization_code")]).await.0,
        "invalid_request"
    );
    let twice = [("grant_type", "authorization_code"), ("code", "a"), ("code", "a")];
    let (error, words) = exchange(&twice).await;
    assert_eq!(
        (error, words.contains("more than once")),
        ("invalid_request", true)
    );
}

#[tokio::test]
async fn a_code_is_of_no_use_after_the_member_disconnected() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    let code = world.code_for(&app.asks(&[]), &ada).await;
    world
        .store
        .disconnect(ada.member.id, &app.id, world.now())
        .await
        .unwrap();
    assert_eq!(
        refusal(world.exchange(&app, &app.exchanges(&code, &[])).await).0,
        "invalid_grant"
    );
}

#[tokio::test]
async fn each_authorization_gives_another_code() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    let first = world.code_for(&app.asks(&[]), &ada).await;
    let decision = world.visit(&app.asks(&[]), Some(&ada)).await;
    assert!(matches!(decision, Decision::Redirect(_)));
    assert_ne!(answer(&decision).get("code").unwrap(), first);
    // Both are valid: two tabs, two sessions of the application.
    world.exchange(&app, &app.exchanges(&first, &[])).await.unwrap();
}
