//! Client authentication (RFC 6749 section 2.3), at the endpoints that need it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use latchkey_oauth::EndpointError;
use latchkey_oauth::token::ClientRequest;

use crate::world::{Client, Pairs, World, origin, pairs, refusal};

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

/// A form in which nothing is wrong but that its code is none: who gets to `invalid_grant` is authenticated.
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
async fn two_methods_at_once_are_an_invalid_request() {
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
        "invalid_request"
    );
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
    let request = ClientRequest {
        authorization: None,
        form: &form,
    };
    assert_eq!(
        refusal(world.server.revoke(request, &origin()).await).0,
        "invalid_client"
    );
    assert_eq!(
        refusal(world.server.introspect(request, &origin()).await).0,
        "invalid_client"
    );
}
