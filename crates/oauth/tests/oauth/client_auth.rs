//! Client authentication (RFC 6749 section 2.3), at the endpoints that need it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use latchkey_oauth::EndpointError;
use latchkey_oauth::activity::ActivityKind;
use latchkey_oauth::token_endpoint::ClientRequest;

use crate::world::{Client, Pair, Pairs, World, in_body, origin, pairs, refusal};

async fn post(world: &World, authorization: Option<&str>, form: &Pairs) -> Result<(), EndpointError> {
    world
        .server
        .token(ClientRequest { authorization, form }, &origin())
        .await
        .map(drop)
}

fn basic(id: &str, secret: &str) -> String {
    format!("Basic {}", STANDARD.encode(format!("{id}:{secret}")))
}

/// A correct form except for its code: a client that gets `invalid_grant` has authenticated.
fn form(client: &Client, more: &[(&str, &str)]) -> Pairs {
    let mut form = client.exchanges("nonsense", &[]);
    form.extend(pairs(more));
    form
}

#[tokio::test]
async fn basic_post_and_none_are_accepted() {
    let world = World::new();
    let (web, native) = (world.web_app().await, world.native_app().await);
    let (id, secret) = (web.id.as_str(), web.secret.clone().unwrap());
    let by_basic = post(&world, Some(&basic(id, &secret)), &form(&web, &[])).await;
    assert_eq!(refusal(by_basic).0, "invalid_grant");
    let by_post = post(
        &world,
        None,
        &form(&web, &[("client_id", id), ("client_secret", &secret)]),
    )
    .await;
    assert_eq!(refusal(by_post).0, "invalid_grant");
    let by_none = post(&world, None, &form(&native, &[("client_id", native.id.as_str())])).await;
    assert_eq!(refusal(by_none).0, "invalid_grant");
    let by_empty_basic = post(&world, Some(&basic(native.id.as_str(), "")), &form(&native, &[])).await;
    assert_eq!(refusal(by_empty_basic).0, "invalid_grant");
}

#[tokio::test]
async fn the_same_credentials_in_header_and_body_are_accepted() {
    let world = World::new();
    let app = world.web_app().await;
    let secret = app.secret.clone().unwrap();
    let header = basic(app.id.as_str(), &secret);
    let both = form(
        &app,
        &[("client_id", app.id.as_str()), ("client_secret", &secret)],
    );
    assert_eq!(
        refusal(post(&world, Some(&header), &both).await).0,
        "invalid_grant"
    );
}

#[tokio::test]
async fn a_header_that_is_not_basic_does_not_hide_good_credentials() {
    let world = World::new();
    let (web, native) = (world.web_app().await, world.native_app().await);
    let secret = web.secret.clone().unwrap();
    for header in [
        "",
        "Bearer lk_at_old",
        "Bearer",
        "Negotiate x",
        "Basic",
        "Basic Og==",
    ] {
        let by_web = form(
            &web,
            &[("client_id", web.id.as_str()), ("client_secret", &secret)],
        );
        let by_native = form(&native, &[("client_id", native.id.as_str())]);
        for form in [by_web, by_native] {
            assert_eq!(
                refusal(post(&world, Some(header), &form).await).0,
                "invalid_grant",
                "{header}"
            );
        }
        let token = pairs(&[
            ("client_id", web.id.as_str()),
            ("client_secret", &secret),
            ("token", "x"),
        ]);
        let request = ClientRequest {
            authorization: Some(header),
            form: &token,
        };
        world.server.revoke(request, &origin()).await.unwrap();
        world.server.introspect(request, &origin()).await.unwrap();
    }
}

/// A header, fields of the body, and the refusal's text.
type Refused<'a> = (Option<&'a str>, Vec<(&'a str, &'a str)>, &'a str);

/// The integrator can read every refusal of credentials.
#[tokio::test]
async fn what_is_refused_because_of_its_credentials_is_recorded_under_the_id_that_can_be_read() {
    let world = World::new();
    let (app, other) = (world.web_app().await, world.web_app().await);
    let (id, secret) = (app.id.as_str(), app.secret.clone().unwrap());
    let good = basic(id, &secret);
    let others = other.id.as_str();
    let cases: [Refused<'_>; 6] = [
        (
            Some(&good),
            vec![("client_secret", "another")],
            "different secrets",
        ),
        (
            Some(&good),
            vec![("client_id", others)],
            "not the one in the Authorization header",
        ),
        (Some("Basic ???"), vec![("client_id", id)], "is not HTTP Basic"),
        (
            None,
            vec![("client_id", id), ("client_id", id)],
            "`client_id` is there more than once",
        ),
        (
            None,
            vec![("client_id", id), ("client_secret", "a"), ("client_secret", "b")],
            "`client_secret` is there more than once",
        ),
        (
            Some("Bearer x"),
            vec![("client_id", id)],
            "send its `client_secret` too",
        ),
    ];
    for (authorization, more, words) in cases {
        let form = pairs(&[&more[..], &[("grant_type", "refresh_token"), ("token", "x")]].concat());
        let request = ClientRequest {
            authorization,
            form: &form,
        };
        let before = world.activity(&app).await.len();
        let token = world.server.token(request, &origin()).await.map(drop);
        let revoke = world.server.revoke(request, &origin()).await;
        let introspect = world.server.introspect(request, &origin()).await.map(drop);
        for (kind, result) in [
            (ActivityKind::Refresh, token),
            (ActivityKind::Revocation, revoke),
            (ActivityKind::TokenUse, introspect),
        ] {
            let (_, told) = refusal(result);
            assert!(told.contains(words), "{told}");
            let listed = world.activity(&app).await;
            assert!(
                listed
                    .iter()
                    .any(|event| event.kind == kind && event.message.contains(words)),
                "{words} at {kind:?}"
            );
        }
        assert_eq!(world.activity(&app).await.len(), before + 3, "{words}");
        world.after(60);
    }
    assert!(world.activity(&other).await.is_empty());
    // An unknown client id, or none, belongs to no application.
    let nobody = pairs(&[("client_id", &"x".repeat(43)), ("client_id", "y")]);
    post(&world, None, &nobody).await.unwrap_err();
}

#[tokio::test]
async fn a_public_client_is_known_by_its_token_where_it_leaves_its_id_out() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.native_app().await);
    let tokens = world.connect(&app, &ada).await;
    let refresh = |token: &str| pairs(&[("grant_type", "refresh_token"), ("refresh_token", token)]);
    let send = async |form: &Pairs| {
        let request = ClientRequest {
            authorization: Some("Bearer of-something-else"),
            form,
        };
        world.server.token(request, &origin()).await
    };
    let next = send(&refresh(tokens.refresh())).await.unwrap();
    world.use_token(next.access()).await.unwrap();
    // A token of another kind gets the same explanation as with a client id.
    let (error, words) = refusal(send(&refresh(next.access())).await);
    assert_eq!(error, "invalid_grant");
    assert!(words.contains("it is an access token"), "{words}");
    // A public client must not send any secret.
    let mut with_secret = refresh(next.refresh());
    with_secret.push(("client_secret".into(), "x".into()));
    assert_eq!(refusal(send(&with_secret).await).0, "invalid_client");
    assert!(world.last_words(&app).await.contains("public and has no secret"));

    for token in [next.access(), next.refresh()] {
        let form = pairs(&[("token", token)]);
        let request = in_body(&form);
        world.server.revoke(request, &origin()).await.unwrap();
        world.use_token(next.access()).await.unwrap_err();
        assert_eq!(
            refusal(world.server.introspect(request, &origin()).await).0,
            "invalid_client",
            "introspection needs a secret"
        );
    }
    // Theft is noticed too.
    let again = world.connect(&app, &ada).await;
    let second = send(&refresh(again.refresh())).await.unwrap();
    send(&refresh(second.refresh())).await.unwrap();
    assert_eq!(refusal(send(&refresh(again.refresh())).await).0, "invalid_grant");
}

#[tokio::test]
async fn a_token_proves_nothing_for_a_confidential_client_and_the_integrator_reads_of_it() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    let tokens = world.connect(&app, &ada).await;
    let (access, refresh) = (tokens.access(), tokens.refresh());
    let secret = app.secret.clone().unwrap();
    for form in [
        vec![
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh),
            ("token", access),
        ],
        vec![
            ("grant_type", "refresh_token"),
            ("refresh_token", refresh),
            ("token", access),
            ("client_secret", &secret),
        ],
    ] {
        let form = pairs(&form);
        let request = in_body(&form);
        let results = [
            world.server.token(request, &origin()).await.map(drop),
            world.server.revoke(request, &origin()).await,
            world.server.introspect(request, &origin()).await.map(drop),
        ];
        for result in results {
            let (error, words) = refusal(result);
            assert_eq!(error, "invalid_client");
            assert!(words.contains("is confidential"), "{words}");
            let event = world.activity(&app).await.remove(0);
            assert_eq!(
                (event.message.as_str(), event.member),
                (words.as_str(), Some(ada.member.id))
            );
        }
    }
    world.use_token(access).await.unwrap();
    world.refresh(&app, refresh).await.unwrap();
}

#[tokio::test]
async fn a_code_is_exchanged_with_a_client_id_and_that_is_said() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.native_app().await);
    let code = world.code_for(&app.asks(&[]), &ada).await;
    let (error, words) = refusal(post(&world, None, &app.exchanges(&code, &[])).await);
    assert_eq!(error, "invalid_client");
    assert!(
        words.contains("`client_id` is missing") && words.contains("4.1.3"),
        "{words}"
    );
    assert_eq!(world.last_words(&app).await, words);
    world.exchange(&app, &app.exchanges(&code, &[])).await.unwrap();
}

#[tokio::test]
async fn who_cannot_prove_who_it_is_gets_401_and_is_told_how() {
    let world = World::new();
    let (web, native) = (world.web_app().await, world.native_app().await);
    let (id, secret) = (web.id.as_str(), web.secret.clone().unwrap());
    let wrong = secret.chars().rev().collect::<String>();
    for (authorization, form) in [
        (None, form(&web, &[])),
        (None, form(&web, &[("client_id", id)])),
        (None, form(&web, &[("client_id", id), ("client_secret", &wrong)])),
        (
            None,
            form(
                &web,
                &[("client_id", &"x".repeat(43)), ("client_secret", &secret)],
            ),
        ),
        (Some(basic(id, &wrong)), form(&web, &[])),
        (Some(basic(id, "")), form(&web, &[])),
        (Some("Bearer abc".to_owned()), form(&web, &[("client_id", id)])),
        (
            None,
            form(
                &native,
                &[("client_id", native.id.as_str()), ("client_secret", &secret)],
            ),
        ),
    ] {
        let error = post(&world, authorization.as_deref(), &form).await.unwrap_err();
        assert_eq!((error.code().id(), error.status()), ("invalid_client", 401));
        assert!(error.www_authenticate().unwrap().starts_with("Basic realm="));
        assert!(!error.description().contains(&secret) && !error.description().contains(&wrong));
    }
}

#[tokio::test]
async fn a_secret_that_was_cut_off_is_explained_to_the_integrator() {
    let world = World::new();
    let app = world.web_app().await;
    let secret = app.secret.clone().unwrap();
    let cut = form(
        &app,
        &[("client_id", app.id.as_str()), ("client_secret", &secret[..42])],
    );
    post(&world, None, &cut).await.unwrap_err();
    assert_eq!(
        world.last_words(&app).await,
        "the secret has 42 characters, 43 expected: cut off when copied?"
    );
    let spaced = format!("{secret} ");
    let spaced = form(
        &app,
        &[("client_id", app.id.as_str()), ("client_secret", &spaced)],
    );
    post(&world, None, &spaced).await.unwrap_err();
    assert_eq!(world.last_words(&app).await, "the secret ends with white space");
}

#[tokio::test]
async fn revocation_and_introspection_authenticate_as_well() {
    let world = World::new();
    let app = world.web_app().await;
    let form = pairs(&[("client_id", app.id.as_str()), ("token", "x")]);
    let request = in_body(&form);
    assert_eq!(
        refusal(world.server.revoke(request, &origin()).await).0,
        "invalid_client"
    );
    assert_eq!(
        refusal(world.server.introspect(request, &origin()).await).0,
        "invalid_client"
    );
}
