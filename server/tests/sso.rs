//! Signing in with an account at a provider: another server of the same kind, over HTTP.

use latchkey_domain::provider::ProviderSpec;
use latchkey_domain::{Actor, Role, limits};
use latchkey_storage::NetworkChange;

use crate::support::oauth::{borrowed, web_app};
use crate::support::sso::{START, World, path_at, spec};
use crate::support::{Answer, PASSWORD};

#[tokio::test]
async fn a_member_signs_in_with_an_account_at_a_provider() {
    let world = World::new().await;
    let ada = world.club.member("ada@example.com", Role::Member).await;
    let at_guild = world.at_guild("ada@example.com").await;
    let browser = world.club.browser();
    browser.get("/sign-in").await.assert_text("Continue with");
    world
        .walk(&browser, &at_guild, START)
        .await
        .assert_redirect("/account/sessions");
    let sessions = world.club.instance.sessions.list(ada.id).await.unwrap();
    assert_eq!(sessions.len(), 1);
    // Once more, from another browser.
    let other = world.club.browser();
    world
        .walk(&other, &at_guild, START)
        .await
        .assert_redirect("/account/sessions");
    // Who is nobody here becomes a member.
    let bob_there = world.at_guild("bob@example.com").await;
    let bob = world.club.browser();
    world
        .walk(&bob, &bob_there, START)
        .await
        .assert_redirect("/account/sessions");
    bob.get("/account/providers").await.assert_text("bob@example.com");
}

#[tokio::test]
async fn nobody_goes_on_with_a_sign_in_that_another_browser_began() {
    let world = World::new().await;
    let attacker_there = world.at_guild("eve@example.com").await;
    let (attacker, victim) = (world.club.browser(), world.club.browser());
    let back = world.to_guild(&attacker, &attacker_there, START).await;
    // With no journey of its own, and with one.
    victim.get(&back).await.assert_status(410);
    assert!(victim.cookie().is_none());
    let back = world.to_guild(&attacker, &attacker_there, START).await;
    victim.get(START).await.assert_status(303);
    victim.get(&back).await.assert_status(410);
    assert!(victim.cookie().is_none());
}

#[tokio::test]
async fn an_answer_works_once() {
    let world = World::new().await;
    let there = world.at_guild("ada@example.com").await;
    let browser = world.club.browser();
    let back = world.to_guild(&browser, &there, START).await;
    browser.get(&back).await.assert_redirect("/account/sessions");
    browser.get(&back).await.assert_status(410);
    // A look-up by something that opens links signs nobody in, and uses nothing up.
    let browser = world.club.browser();
    let back = world.to_guild(&browser, &there, START).await;
    let head = browser.bare(reqwest::Method::HEAD, &back);
    browser.send(head).await.assert_status(405);
    browser.get(&back).await.assert_redirect("/account/sessions");
}

#[tokio::test]
async fn a_code_of_another_sign_in_is_worth_nothing() {
    let world = World::new().await;
    let attacker_there = world.at_guild("eve@example.com").await;
    let victim_there = world.at_guild("ada@example.com").await;
    let (attacker, victim) = (world.club.browser(), world.club.browser());
    let of_victim = world.to_guild(&victim, &victim_there, START).await;
    let of_attacker = world.to_guild(&attacker, &attacker_there, START).await;
    let value = |query: &str, name: &str| {
        let (_, query) = query.split_once('?').unwrap();
        let mut pairs = form_urlencoded::parse(query.as_bytes());
        pairs.find(|(other, _)| other == name).unwrap().1.into_owned()
    };
    // The stolen code, put into the attacker's own sign-in: the verifier is another.
    let injected = form_urlencoded::Serializer::new(String::new())
        .append_pair("code", &value(&of_victim, "code"))
        .append_pair("state", &value(&of_attacker, "state"))
        .append_pair("iss", &world.guild.issuer())
        .finish();
    attacker
        .get(&format!("/sign-in/callback/guild?{injected}"))
        .await
        .assert_status(502);
    assert!(attacker.cookie().is_none());
}

#[tokio::test]
async fn an_answer_of_one_provider_is_none_of_another() {
    let world = World::new().await;
    world
        .add(ProviderSpec {
            slug: "other".parse().unwrap(),
            ..spec(&world)
        })
        .await;
    let there = world.at_guild("ada@example.com").await;
    let browser = world.club.browser();
    let back = world.to_guild(&browser, &there, START).await;
    let moved = back.replace("/callback/guild", "/callback/other");
    browser.get(&moved).await.assert_status(410);
    // At the right address, from somebody who says to be another issuer (RFC 9207).
    let back = world.to_guild(&browser, &there, START).await;
    let (before, _) = back.split_once("iss=").unwrap();
    browser
        .get(&format!("{before}iss=https%3A%2F%2Fevil.example"))
        .await
        .assert_status(502);
    assert!(browser.cookie().is_none());
}

#[tokio::test]
async fn an_unverified_address_takes_nobody_over_and_says_nothing() {
    let world = World::new().await;
    world
        .change(ProviderSpec {
            verifies_emails: false,
            ..spec(&world)
        })
        .await;
    world.club.member("ada@example.com", Role::Member).await;
    let mut pages = Vec::new();
    for email in ["ada@example.com", "nobody@example.com"] {
        let (browser, there) = (world.club.browser(), world.at_guild(email).await);
        let page = world.walk(&browser, &there, START).await;
        page.assert_status(403).assert_no_text(email);
        assert!(browser.cookie().is_none());
        let text = page.text.split("Request id").next().unwrap().to_owned();
        pages.push(text);
    }
    assert_eq!(pages[0], pages[1], "the page says whether somebody is a member");
    // A host reads it with the address.
    let messages = world.activity().await;
    assert!(
        messages
            .iter()
            .any(|message| message.contains("does not say that")),
        "{messages:?}"
    );
}

#[tokio::test]
async fn a_host_signs_in_first_and_links_the_account_then() {
    let world = World::new().await;
    let there = world.guild.signed_in("host@example.com").await;
    let browser = world.club.browser();
    let page = world.walk(&browser, &there, START).await;
    page.assert_status(403).assert_text("Sign in and link");
    assert!(browser.cookie().is_none());
    let host = world.club.as_host().await;
    // Only a form of this site begins to link.
    host.get("/account/providers/guild/link").await.assert_status(405);
    let foreign = host
        .bare(reqwest::Method::POST, "/account/providers/guild/link")
        .header("origin", "https://evil.example");
    host.send(foreign).await.assert_status(403);
    let answer = host.post("/account/providers/guild/link", &[]).await;
    answer.assert_status(303);
    let back = there.get(&path_at(&world.guild, answer.header("location"))).await;
    let back = path_at(&world.club, back.header("location"));
    // Somebody else who is signed in cannot go on with it.
    host.get(&back)
        .await
        .assert_redirect("/account/providers?done=linked");
    world
        .walk(&browser, &there, START)
        .await
        .assert_redirect("/account/sessions");
    host.post("/account/providers/guild/unlink", &[])
        .await
        .assert_redirect("/account/providers?done=unlinked");
    world
        .walk(&world.club.browser(), &there, START)
        .await
        .assert_status(403);
}

/// The request of the application that sent them is not lost on the way round.
#[tokio::test]
async fn who_links_first_goes_on_to_the_application() {
    let world = World::new().await;
    let app = world.club.register(web_app()).await;
    let there = world.guild.signed_in("host@example.com").await;
    for state in ["xyz", "{\"a b\":\"/%2F&\"}"] {
        let browser = world.club.browser();
        let asks = app.asks(&[("state", state)]);
        let sign_in = browser.get(&asks).await.header("location").to_owned();
        let start = sign_in.replace("/sign-in?", "/sign-in/with/guild?");
        let page = world.walk(&browser, &there, &start).await;
        page.assert_status(403);
        let to_sign_in = link(&page, "/sign-in?return_to=/account/providers");
        // The button once more, instead of signing in: the page is the same.
        let again = to_sign_in.replace("/sign-in?", "/sign-in/with/guild?");
        let page = world.walk(&browser, &there, &again).await;
        assert_eq!(link(&page, "/sign-in?return_to=/account/providers"), to_sign_in);
        let form = browser.get(&to_sign_in).await;
        let mut fields = form.hidden("/sign-in");
        fields.push(("email".into(), "host@example.com".into()));
        fields.push(("password".into(), PASSWORD.into()));
        let linked_accounts = browser.post("/sign-in", &borrowed(&fields)).await;
        let linked_accounts = browser.get(linked_accounts.header("location")).await;
        linked_accounts.assert_text("Link your account to continue.");
        // Back from a provider that did not do it, the page still leads on.
        let begin = "/account/providers/guild/link";
        let fields = linked_accounts.hidden(begin);
        let to_guild = browser.post(begin, &borrowed(&fields)).await;
        let (_, sent) = to_guild.header("location").split_once("&state=").unwrap();
        let sent = sent.split('&').next().unwrap();
        let declined = format!("/sign-in/callback/guild?error=access_denied&state={sent}");
        let page = browser.get(&declined).await;
        let linked_accounts = browser.get(&link(&page, "/account/providers?return_to=")).await;
        let fields = linked_accounts.hidden(begin);
        let to_guild = browser.post(begin, &borrowed(&fields)).await;
        let back = there
            .get(&path_at(&world.guild, to_guild.header("location")))
            .await;
        let on = browser.get(&path_at(&world.club, back.header("location"))).await;
        assert!(
            on.header("location").starts_with(&asks),
            "{}",
            on.header("location")
        );
        let unlink = "/account/providers/guild/unlink";
        browser.post(unlink, &[]).await.assert_status(303);
    }
}

/// The first link of a page whose address begins with `start`.
fn link(page: &Answer, start: &str) -> String {
    let text = page.text.replace("&amp;", "&");
    let links = text.split("href=\"").skip(1);
    let mut links = links.filter_map(|rest| rest.split('"').next());
    let found = links.find(|link| link.starts_with(start));
    found
        .unwrap_or_else(|| panic!("no link to {start} in {text}"))
        .to_owned()
}

#[tokio::test]
async fn a_second_factor_that_was_set_up_here_is_asked_for() {
    let world = World::new().await;
    let there = world.guild.signed_in("host@example.com").await;
    let host = world.club.as_host().await;
    let answer = host.post("/account/providers/guild/link", &[]).await;
    let back = there.get(&path_at(&world.guild, answer.header("location"))).await;
    host.get(&path_at(&world.club, back.header("location"))).await;
    let change = NetworkChange {
        hosts_second_factor: Some(true),
        ..NetworkChange::default()
    };
    let (store, now) = (&world.club.instance.store, world.club.instance.clock.now());
    store
        .change_network(change, &Actor::operator(), now)
        .await
        .unwrap();
    let browser = world.club.browser();
    world
        .walk(&browser, &there, START)
        .await
        .assert_status(200)
        .assert_text("Set up a second factor");
    assert!(browser.cookie().is_none());
}

#[tokio::test]
async fn a_request_of_an_application_comes_through_with_its_state() {
    let world = World::new().await;
    let app = world.club.register(web_app()).await;
    let there = world.at_guild("ada@example.com").await;
    let state = "s".repeat(4_000);
    let asks = app.asks(&[("state", &state), ("login_hint", "ada@example.com")]);
    let browser = world.club.browser();
    let sign_in = browser.get(&asks).await;
    let page = browser.get(sign_in.header("location")).await;
    let to_guild = browser.get(&link(&page, "/sign-in/with/guild")).await;
    assert!(
        to_guild
            .header("location")
            .contains("login_hint=ada%40example.com")
    );
    let back = there
        .get(&path_at(&world.guild, to_guild.header("location")))
        .await;
    let on = browser.get(&path_at(&world.club, back.header("location"))).await;
    // With the time when it began, which this server adds.
    assert!(on.header("location").starts_with(&asks));
    browser
        .get(&asks)
        .await
        .assert_status(200)
        .assert_text("wants to use");
}

#[tokio::test]
async fn nobody_is_sent_to_another_site_afterwards() {
    let world = World::new().await;
    let there = world.at_guild("ada@example.com").await;
    for to in [
        "https://evil.example",
        "//evil.example",
        "/\\evil.example",
        "/sign-in/with/guild",
    ] {
        let browser = world.club.browser();
        let start = format!("/sign-in/with/guild?return_to={to}");
        world.walk(&browser, &there, &start).await.assert_redirect("/");
    }
}

#[tokio::test]
async fn an_address_begins_so_many_sign_ins_and_no_more() {
    let world = World::new().await;
    let browser = world.club.browser();
    for _ in 0..limits::PROVIDER_SIGN_INS_OF_ADDRESS {
        browser.get(START).await.assert_status(303);
    }
    let refused = browser.get(START).await;
    refused.assert_status(429);
    assert!(!refused.header("retry-after").is_empty());
}
