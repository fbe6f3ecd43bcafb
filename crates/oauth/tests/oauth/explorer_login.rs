//! Trying an application out in the API explorer.

use latchkey_domain::Role;
use latchkey_oauth::{Decision, SignedIn, TokenResponse};
use secrecy::ExposeSecret;

use crate::world::{Client, Pair, World, answer, error, in_body, origin, query_of, refusal, spec};

/// `host` tries the application out and allows everything it asks for.
async fn tries(world: &World, client: &Client, host: &SignedIn) -> TokenResponse {
    let application = world.store.application(&client.id).await.unwrap().unwrap();
    let login = world
        .server
        .begin_explorer_login(&application, host.member.id)
        .await
        .unwrap()
        .unwrap();
    let code = world.code_for(&query_of(&login.location), host).await;
    world
        .server
        .finish_explorer_login(&client.id, host.member.id, &code, &login.code_verifier, &origin())
        .await
        .unwrap()
}

async fn app(world: &World) -> Client {
    let scopes = "read:posts write:posts host:read:network_members";
    world.register(spec("https://app.example/cb", scopes)).await
}

#[tokio::test]
async fn what_is_allowed_in_an_explorer_login_is_not_remembered() {
    let world = World::new();
    let (host, app) = (world.person("grace", Role::Host).await, app(&world).await);
    for _ in 0..2 {
        let tokens = tries(&world, &app, &host).await;
        world.use_token(tokens.access()).await.unwrap();
        let silent = app.asks(&[("prompt", "none"), ("scope", "host:read:network_members")]);
        assert_eq!(
            error(&world.visit(&silent, Some(&host)).await),
            "consent_required"
        );
        assert!(
            world
                .server
                .connected_apps(&host.member)
                .await
                .unwrap()
                .is_empty()
        );
    }
}

#[tokio::test]
async fn an_explorer_login_ends_after_an_hour_or_when_the_host_is_done_with_it() {
    let world = World::new();
    let (host, app) = (world.person("grace", Role::Host).await, app(&world).await);
    let first = tries(&world, &app, &host).await;
    assert_eq!(first.expires_in, 3_600);
    let second = tries(&world, &app, &host).await;
    let ended = world.use_token(first.access()).await.unwrap_err();
    assert!(ended.to_string().contains("API explorer"), "{ended}");
    world.use_token(second.access()).await.unwrap();
    world.server.end_explorer_logins(host.member.id).await.unwrap();
    world.use_token(second.access()).await.unwrap_err();

    let third = tries(&world, &app, &host).await;
    // The application's own grants are separate.
    let real = world.connect(&app, &host).await;
    world.server.end_explorer_logins(host.member.id).await.unwrap();
    world.use_token(real.access()).await.unwrap();
    world.use_token(third.access()).await.unwrap_err();

    let fourth = tries(&world, &app, &host).await;
    let (error, words) = refusal(world.refresh(&app, fourth.refresh()).await);
    assert_eq!(error, "invalid_grant");
    assert!(words.contains("is not refreshed"), "{words}");
    world.after(3_600);
    world.use_token(fourth.access()).await.unwrap_err();
}

#[tokio::test]
async fn of_two_explorer_logins_that_began_in_two_browsers_the_last_that_is_finished_stays() {
    let world = World::new();
    let (host, app) = (world.person("grace", Role::Host).await, app(&world).await);
    let application = world.store.application(&app.id).await.unwrap().unwrap();
    let mut started = Vec::new();
    for _ in 0..2 {
        let login = world
            .server
            .begin_explorer_login(&application, host.member.id)
            .await
            .unwrap()
            .unwrap();
        let code = world.code_for(&query_of(&login.location), &host).await;
        started.push((login, code));
    }
    let mut tokens = Vec::new();
    for (login, code) in &started {
        let finished = world
            .server
            .finish_explorer_login(&app.id, host.member.id, code, &login.code_verifier, &origin())
            .await;
        tokens.push(finished.unwrap().access_token);
    }
    world.use_token(tokens[0].expose()).await.unwrap_err();
    world.use_token(tokens[1].expose()).await.unwrap();
}

#[tokio::test]
async fn a_code_of_the_explorer_is_of_no_use_to_the_application() {
    let world = World::new();
    let (host, app) = (world.person("grace", Role::Host).await, app(&world).await);
    let application = world.store.application(&app.id).await.unwrap().unwrap();
    let login = world
        .server
        .begin_explorer_login(&application, host.member.id)
        .await
        .unwrap()
        .unwrap();
    let query = query_of(&login.location);
    let Decision::Consent(page) = world.visit(&query, Some(&host)).await else {
        panic!("not asked")
    };
    assert!(page.is_explorer_login);
    let code = answer(&world.allow(&page, "read:posts", &host).await)
        .get("code")
        .unwrap();
    let uri = query.iter().find(|(name, _)| name == "redirect_uri").unwrap();
    let form = app.exchanges(
        &code,
        &[
            ("redirect_uri", &uri.1),
            ("code_verifier", login.code_verifier.expose_secret()),
            ("client_id", app.id.as_str()),
            ("client_secret", app.secret.as_deref().unwrap()),
        ],
    );
    let request = in_body(&form);
    let (error, words) = refusal(world.server.token(request, &origin()).await);
    assert_eq!(error, "invalid_grant");
    assert!(words.contains("API explorer"), "{words}");
    // An unused code of the explorer is not the application's fault.
    world.after(200);
    world.server.record_expired_codes(None).await.unwrap();
    assert!(!world.last_words(&app).await.contains("was not exchanged"));
}
