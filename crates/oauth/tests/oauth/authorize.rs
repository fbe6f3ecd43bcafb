//! `GET /oauth/authorize`: the request and its response (RFC 6749 section 4.1.1, RFC 9207).

use latchkey_domain::{Actor, Plan, Role};
use latchkey_oauth::Decision;
use latchkey_storage::NetworkChange;

use crate::world::{World, answer, error, query_of, spec};

#[tokio::test]
async fn a_code_goes_back_with_state_and_issuer() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    let page = world
        .consent_page(&app.asks(&[("state", "a b&c=d é")]), &ada)
        .await;
    let answer = answer(&world.allow(&page, "read:posts write:posts", &ada).await);
    assert_eq!(answer.address, "https://app.example/cb");
    assert!(answer.get("code").unwrap().starts_with("lk_ac_"));
    assert_eq!(answer.get("state").as_deref(), Some("a b&c=d é"));
    assert_eq!(answer.get("iss").as_deref(), Some("https://net.example"));
    assert_eq!(answer.parameters.len(), 3);
}

#[tokio::test]
async fn nobody_signed_in_means_sign_in_first_and_come_back_to_the_same_request() {
    let world = World::new();
    let app = world.web_app().await;
    let Decision::SignIn(sign_in) = world.visit(&app.asks(&[]), None).await else {
        panic!("no sign-in")
    };
    assert_eq!(sign_in.application.as_str(), "Mobile App");
    assert!(!sign_in.again);
    assert!(
        sign_in
            .return_to
            .starts_with("/oauth/authorize?response_type=code&client_id=")
    );
    let ada = world.after(30).ada().await;
    world.consent_page(&query_of(&sign_in.return_to), &ada).await;
}

#[tokio::test]
async fn what_is_wrong_with_a_request_goes_back_with_state_and_issuer() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    for (change, expected) in [
        (("response_type", ""), "invalid_request"),
        (("response_type", "token"), "unsupported_response_type"),
        (("response_mode", "fragment"), "invalid_request"),
        (("code_challenge_method", "plain"), "invalid_request"),
        (("code_challenge_method", ""), "invalid_request"),
        (("code_challenge", "short"), "invalid_request"),
        (("code_challenge", ""), "invalid_request"),
        (("scope", "read:mail"), "invalid_scope"),
        (("scope", "read:courses"), "invalid_scope"),
        (("prompt", "sing"), "invalid_request"),
        (("prompt", "none login"), "invalid_request"),
        (("request", "eyJhbGciOiJub25lIn0.e30."), "request_not_supported"),
        (
            ("request_uri", "https://app.example/r"),
            "request_uri_not_supported",
        ),
    ] {
        let decision = world.visit(&app.asks(&[change]), Some(&ada)).await;
        assert_eq!(error(&decision), expected, "{change:?}");
        let answer = answer(&decision);
        assert_eq!(answer.get("state").as_deref(), Some("xyz"));
        assert_eq!(answer.get("iss").as_deref(), Some("https://net.example"));
        assert!(
            answer
                .get("error_description")
                .unwrap()
                .ends_with(" (request r-1)")
        );
    }
}

#[tokio::test]
async fn a_parameter_twice_goes_back_as_an_error_without_the_state_that_was_doubled() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    let mut query = app.asks(&[]);
    query.push(("state".into(), "other".into()));
    let decision = world.visit(&query, Some(&ada)).await;
    assert_eq!(error(&decision), "invalid_request");
    assert_eq!(answer(&decision).get("state"), None);
}

#[tokio::test]
async fn a_broken_request_sends_nobody_away_who_is_not_signed_in() {
    let world = World::new();
    let app = world.web_app().await;
    let broken = app.asks(&[("scope", "nonsense")]);
    let Decision::SignIn(sign_in) = world.visit(&broken, None).await else {
        panic!("no sign-in")
    };
    let ada = world.ada().await;
    assert_eq!(
        error(&world.visit(&query_of(&sign_in.return_to), Some(&ada)).await),
        "invalid_scope"
    );
    // A silent request cannot wait for a person.
    let silent = app.asks(&[("scope", "nonsense"), ("prompt", "none")]);
    assert_eq!(error(&world.visit(&silent, None).await), "invalid_scope");
}

#[tokio::test]
async fn state_may_be_missing_only_with_a_challenge() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    let code = world.code_for(&app.asks(&[("state", "")]), &ada).await;
    assert!(code.starts_with("lk_ac_"));
    let neither = [
        ("state", ""),
        ("code_challenge", ""),
        ("code_challenge_method", ""),
    ];
    let decision = world.visit(&app.asks(&neither), Some(&ada)).await;
    assert_eq!(error(&decision), "invalid_request");
}

#[tokio::test]
async fn a_public_application_must_use_pkce() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.native_app().await);
    let without = [("code_challenge", ""), ("code_challenge_method", "")];
    assert_eq!(
        error(&world.visit(&app.asks(&without), Some(&ada)).await),
        "invalid_request"
    );
}

#[tokio::test]
async fn a_scope_that_is_left_out_means_all_that_is_registered() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    let page = world.consent_page(&app.asks(&[("scope", "")]), &ada).await;
    assert_eq!(page.scopes.to_string(), "read:userinfo read:posts write:posts");
}

#[tokio::test]
async fn host_scopes_are_denied_to_anyone_who_is_no_host() {
    let world = World::new();
    let app = world
        .register(spec(
            "https://app.example/cb",
            "read:posts host:read:network_members",
        ))
        .await;
    for role in [Role::Member, Role::Moderator] {
        let person = world.person(role.id(), role).await;
        for scope in ["read:posts host:read:network_members", ""] {
            let decision = world.visit(&app.asks(&[("scope", scope)]), Some(&person)).await;
            assert_eq!(error(&decision), "access_denied");
            let words = answer(&decision).get("error_description").unwrap();
            assert!(
                words.contains("only a host of the network can grant host:read:network_members"),
                "{words}"
            );
        }
        world
            .consent_page(&app.asks(&[("scope", "read:posts")]), &person)
            .await;
    }
    let host = world.person("grace", Role::Host).await;
    world.consent_page(&app.asks(&[("scope", "")]), &host).await;
}

#[tokio::test]
async fn below_the_scale_plan_nothing_is_authorized() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    let page = world.consent_page(&app.asks(&[]), &ada).await;
    let change = NetworkChange {
        plan: Some(Plan::Launch),
        ..NetworkChange::default()
    };
    world
        .store
        .change_network(change, &Actor::operator(), world.now())
        .await
        .unwrap();
    let decision = world.visit(&app.asks(&[]), Some(&ada)).await;
    assert_eq!(error(&decision), "unauthorized_client");
    assert!(
        answer(&decision)
            .get("error_description")
            .unwrap()
            .contains("Launch plan")
    );
    // The server refuses, not only the page.
    assert_eq!(
        error(&world.allow(&page, "read:posts", &ada).await),
        "unauthorized_client"
    );
}

#[tokio::test]
async fn a_paused_application_is_told_so_until_it_is_resumed() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    world
        .store
        .set_paused(&app.id, true, &Actor::operator(), world.now())
        .await
        .unwrap();
    let decision = world.visit(&app.asks(&[]), Some(&ada)).await;
    assert_eq!(error(&decision), "unauthorized_client");
    assert!(
        answer(&decision)
            .get("error_description")
            .unwrap()
            .contains("paused")
    );
    world
        .store
        .set_paused(&app.id, false, &Actor::operator(), world.now())
        .await
        .unwrap();
    world.consent_page(&app.asks(&[]), &ada).await;
}
