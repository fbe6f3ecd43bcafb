//! Whom an application expects (`login_hint`), on the way to a provider.

use crate::support::oauth::Client;
use crate::support::sso::World;

/// The `login_hint` that the guild gets after an application of the club sent this one.
async fn hint_at_guild(world: &World, app: &Client, hint: &str) -> Option<String> {
    let browser = world.club.browser();
    let sign_in = browser.get(&app.asks(&[("login_hint", hint)])).await;
    let page = browser.get(sign_in.header("location")).await;
    // The page here fills in nothing but an email.
    page.assert_no_text(&format!("value=\"{hint}\""));
    let link = page.text.split("href=\"/sign-in/with/guild").nth(1).unwrap();
    let link = link.split('"').next().unwrap().replace("&amp;", "&");
    let to_guild = browser.get(&format!("/sign-in/with/guild{link}")).await;
    let (_, query) = to_guild
        .assert_status(303)
        .header("location")
        .split_once('?')
        .unwrap();
    form_urlencoded::parse(query.as_bytes())
        .find(|(name, _)| name == "login_hint")
        .map(|(_, hint)| hint.into_owned())
}

#[tokio::test]
async fn a_provider_gets_a_hint_that_is_no_email() {
    let world = World::new().await;
    let app = world.club.web_app().await;
    for hint in ["ada.lovelace", "Ada & Ägnes"] {
        assert_eq!(hint_at_guild(&world, &app, hint).await.as_deref(), Some(hint));
    }
    let too_long = "a".repeat(257);
    for hint in [too_long.as_str(), "ada\nlovelace"] {
        assert_eq!(hint_at_guild(&world, &app, hint).await, None, "{hint}");
    }
}
