//! `resource` (RFC 8707): tokens for the Headless API alone.

use latchkey_oauth::authorize::RedirectCode;
use latchkey_oauth::{Decision, EndpointError, ErrorCode, TokenResponse};
use latchkey_storage::ActivityReason;

use crate::world::{Client, ISSUER, Pair, World, refreshes};

/// The URLs of the Headless API, the one of its metadata first.
async fn urls(world: &World) -> [String; 4] {
    let network = world.store.network().await.unwrap();
    let [slug, number] = [network.slug.to_string(), network.id.to_string()]
        .map(|name| format!("{ISSUER}/networks/{name}/graphql"));
    [
        slug.clone(),
        format!("{slug}/"),
        number.clone(),
        format!("{number}/"),
    ]
}

/// What is no resource of the network, and the words about it.
async fn others(world: &World) -> Vec<(String, &'static str)> {
    let [url, ..] = urls(world).await;
    vec![
        ("https://other.example/graphql".to_owned(), "is not a resource"),
        (format!("{ISSUER}/oauth"), "is not a resource"),
        (format!("{url}//"), "is not a resource"),
        (format!("{url}/schema"), "is not a resource"),
        (format!("{url}?a=1"), "is not a resource"),
        (url.to_uppercase(), "is not a resource"),
        (format!("{url}#"), "has a fragment"),
        (url.replace(ISSUER, ""), "is not an absolute URI"),
    ]
}

async fn connected(world: &World, app: &Client, resource: &str) -> TokenResponse {
    let ada = world.ada().await;
    let code = world.code_for(&app.asks(&[("resource", resource)]), &ada).await;
    world.exchange(app, &app.exchanges(&code, &[])).await.unwrap()
}

/// Works at the Headless API, and not at userinfo.
async fn assert_is_bound(world: &World, app: &Client, tokens: &TokenResponse) {
    let token = tokens.access();
    world.use_token(token).await.unwrap();
    let refused = world.userinfo(token).await.unwrap_err();
    assert_eq!((refused.status(), refused.id()), (401, Some("invalid_token")));
    assert!(refused.description().contains("authorize without `resource`"));
    let entries = world.activity(app).await;
    let is_told = entries
        .iter()
        .any(|entry| entry.reason == Some(ActivityReason::ResourceOther));
    assert!(is_told, "{entries:?}");
}

#[track_caller]
fn assert_invalid_target(result: Result<TokenResponse, EndpointError>) -> String {
    let error = result.expect_err("a refusal");
    assert_eq!((error.status(), error.code()), (400, ErrorCode::InvalidTarget));
    error.description().to_owned()
}

#[tokio::test]
async fn a_token_that_is_asked_for_with_a_resource_works_there_and_nowhere_else() {
    for spelling in 0..4 {
        let world = World::new();
        let app = world.web_app().await;
        let url = &urls(&world).await[spelling];
        let tokens = connected(&world, &app, url).await;
        assert_is_bound(&world, &app, &tokens).await;
        // The refresh keeps it, whether or not it names the resource again.
        let refresh_token = tokens.refresh_token.unwrap();
        let next = world.refresh(&app, refresh_token.expose()).await.unwrap();
        world.after(3_600);
        let again = refreshes(next.refresh_token.unwrap().expose(), &[("resource", url)]);
        let next = world.exchange(&app, &again).await.unwrap();
        assert_is_bound(&world, &app, &next).await;
    }
}

#[tokio::test]
async fn a_token_that_is_asked_for_without_one_works_as_before() {
    let world = World::new();
    let app = world.web_app().await;
    let tokens = connected(&world, &app, "").await;
    let token = tokens.access();
    world.use_token(token).await.unwrap();
    world.userinfo(token).await.unwrap();
    let told = serde_json::to_value(world.introspect(&app, token).await.unwrap()).unwrap();
    assert_eq!(told.get("aud"), None);
}

#[tokio::test]
async fn introspection_says_what_a_token_is_for() {
    let world = World::new();
    let app = world.web_app().await;
    let [url, _, by_number, _] = urls(&world).await;
    let tokens = connected(&world, &app, &by_number).await;
    let told = world.introspect(&app, tokens.access()).await.unwrap();
    let told = serde_json::to_value(told).unwrap();
    assert_eq!((&told["active"], &told["aud"]), (&true.into(), &url.into()));
    // A refresh token is for this server.
    let told = world
        .introspect(&app, tokens.refresh_token.unwrap().expose())
        .await
        .unwrap();
    let told = serde_json::to_value(told).unwrap();
    assert_eq!((&told["active"], told.get("aud")), (&true.into(), None));
}

#[tokio::test]
async fn what_is_no_resource_here_is_an_invalid_target_and_activity_says_so() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    let [url, ..] = urls(&world).await;
    for (other, words) in others(&world).await {
        let decision = world.visit(&app.asks(&[("resource", &other)]), Some(&ada)).await;
        let Decision::Redirect(redirect) = decision else {
            panic!("{decision:?}")
        };
        assert_eq!(redirect.error, Some(RedirectCode::InvalidTarget), "{other}");
        assert!(redirect.location.contains("error=invalid_target"));
        let entry = &world.activity(&app).await[0];
        assert_eq!(entry.reason, Some(ActivityReason::ResourceUnknown));
        assert!(entry.message.contains(words), "{}", entry.message);
        assert!(entry.message.contains(&format!("send exactly `{url}`")));
    }
}

/// A link alone leads nobody to an application, not even with an error.
#[tokio::test]
async fn who_is_not_signed_in_is_not_sent_away_with_an_error() {
    let world = World::new();
    let app = world.web_app().await;
    let asks = app.asks(&[("resource", "https://other.example")]);
    let decision = world.visit(&asks, None).await;
    assert!(matches!(decision, Decision::SignIn(_)), "{decision:?}");
}

#[tokio::test]
async fn a_wrong_resource_at_the_token_endpoint_uses_nothing_up() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    let [url, ..] = urls(&world).await;
    let code = world.code_for(&app.asks(&[("resource", &url)]), &ada).await;
    for (other, words) in others(&world).await {
        let exchange = app.exchanges(&code, &[("resource", &other)]);
        let description = assert_invalid_target(world.exchange(&app, &exchange).await);
        assert!(description.contains(words), "{description}");
        assert_eq!(
            world.activity(&app).await[0].reason,
            Some(ActivityReason::ResourceUnknown)
        );
    }
    let exchange = app.exchanges(&code, &[("resource", &url)]);
    let tokens = world.exchange(&app, &exchange).await.unwrap();
    let refresh_token = tokens.refresh_token.unwrap();
    let refresh = refreshes(refresh_token.expose(), &[("resource", "https://other.example")]);
    assert_invalid_target(world.exchange(&app, &refresh).await);
    world.refresh(&app, refresh_token.expose()).await.unwrap();
}

#[tokio::test]
async fn tokens_are_not_asked_for_a_resource_that_the_member_was_not_asked_about() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    let [url, ..] = urls(&world).await;
    let named = [("resource", url.as_str())];
    let code = world.code_for(&app.asks(&[]), &ada).await;
    let refused = assert_invalid_target(world.exchange(&app, &app.exchanges(&code, &named)).await);
    assert!(
        refused.contains("was not in the authorization request"),
        "{refused}"
    );
    assert_eq!(
        world.activity(&app).await[0].reason,
        Some(ActivityReason::ResourceNotGranted)
    );
    let tokens = world.exchange(&app, &app.exchanges(&code, &[])).await.unwrap();
    let refresh_token = tokens.refresh_token.unwrap();
    let refresh = refreshes(refresh_token.expose(), &named);
    assert_invalid_target(world.exchange(&app, &refresh).await);
    world.refresh(&app, refresh_token.expose()).await.unwrap();
}

#[tokio::test]
async fn naming_the_whole_server_later_widens_nothing() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    let [url, ..] = urls(&world).await;
    let code = world.code_for(&app.asks(&[("resource", &url)]), &ada).await;
    let exchange = app.exchanges(&code, &[("resource", ISSUER)]);
    let tokens = world.exchange(&app, &exchange).await.unwrap();
    assert_is_bound(&world, &app, &tokens).await;
}

#[tokio::test]
async fn of_several_resources_each_has_to_be_known() {
    let world = World::new();
    let (ada, app) = (world.ada().await, world.web_app().await);
    let [url, slash, ..] = urls(&world).await;
    let mut asks = app.asks(&[("resource", &url)]);
    asks.push(("resource".into(), slash.clone()));
    // They come along through the consent page.
    let code = world.code_for(&asks, &ada).await;
    let mut exchange = app.exchanges(&code, &[("resource", &url)]);
    exchange.push(("resource".into(), "https://other.example".into()));
    assert_invalid_target(world.exchange(&app, &exchange).await);
    exchange.pop();
    exchange.push(("resource".into(), slash));
    let tokens = world.exchange(&app, &exchange).await.unwrap();
    assert_is_bound(&world, &app, &tokens).await;
    asks.push(("resource".into(), "https://other.example".into()));
    let Decision::Redirect(redirect) = world.visit(&asks, Some(&ada)).await else {
        panic!("no redirect")
    };
    assert_eq!(redirect.error, Some(RedirectCode::InvalidTarget));
}
