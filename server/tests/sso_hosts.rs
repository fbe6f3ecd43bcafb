//! Providers as hosts see them: setting them up, testing them, and a network where members sign in only with them.

use latchkey_domain::Actor;
use latchkey_domain::provider::{ProviderKind, ProviderSpec, ProviderUrl};
use latchkey_testing::passkey::Device;

use crate::support::sso::{START, World, spec};
use crate::support::{Answer, Browser, PASSWORD, TestApp};

#[tokio::test]
async fn where_only_providers_count_hosts_keep_a_page_of_their_own() {
    let world = World::new().await;
    let (store, now) = (&world.club.instance.store, world.club.instance.clock.now());
    assert!(
        store
            .set_providers_only(true, &Actor::operator(), now)
            .await
            .unwrap()
    );
    let page = world.club.browser().get("/sign-in?return_to=/admin").await;
    page.assert_text("Continue with")
        .assert_no_text("name=\"password\"");
    let page = world.club.browser().get("/sign-in/hosts?return_to=/admin").await;
    page.assert_status(200).assert_text("name=\"password\"");
    let browser = world.club.browser();
    browser
        .sign_in("host@example.com", PASSWORD)
        .await
        .assert_redirect("/");
    let browser = world.club.browser();
    browser
        .sign_in("member@example.com", PASSWORD)
        .await
        .assert_status(422);
    assert!(browser.cookie().is_none());
    // Nor does a link of a host lead around it: the page says what does.
    let member = store
        .member_by_email(&"member@example.com".parse().unwrap())
        .await;
    let invited = vec![member.unwrap().unwrap()];
    let links = world
        .club
        .instance
        .links
        .invite(invited, &Actor::operator())
        .await;
    let token = links.unwrap().remove(0).token.expose().to_owned();
    let form = [("token", token.as_str()), ("password", "a river in the hills")];
    let page = browser.post("/sign-in/link", &form).await;
    page.assert_status(422).assert_text("Continue with");
    assert!(browser.cookie().is_none());
}

/// An attribute or a value in a page, as it was before it became HTML.
fn between(page: &Answer, before: &str, after: &str) -> String {
    let (_, rest) = page
        .text
        .split_once(before)
        .unwrap_or_else(|| panic!("no {before} in {}", page.text));
    let text = rest.split(after).next().unwrap();
    text.replace("&quot;", "\"")
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&amp;", "&")
}

/// The ceremony of a page with a passkey: the options for the browser, and what the form brings back.
fn ceremony(page: &Answer) -> (String, String) {
    (
        between(page, "data-options=\"", "\""),
        between(page, "name=\"state\" value=\"", "\""),
    )
}

/// Adds a passkey to the account of who is signed in.
async fn add_passkey(app: &TestApp, browser: &Browser, number: u8) -> Device {
    let mut device = Device::new(number, &app.issuer(), "localhost");
    let page = browser.post("/account/passkeys/begin", &[]).await;
    let (options, state) = ceremony(page.assert_status(200));
    let answer = device.create(&options);
    let form = [
        ("state", state.as_str()),
        ("answer", answer.as_str()),
        ("name", "Phone"),
    ];
    browser
        .post("/account/passkeys/add", &form)
        .await
        .assert_redirect("/account/passkeys?done=added");
    device
}

/// Signs in with the passkey form of the page at `path`.
async fn use_passkey(browser: &Browser, device: &Device, path: &str) -> Answer {
    let (options, state) = ceremony(browser.get(path).await.assert_status(200));
    let answer = device.get(&options);
    let form = [
        ("state", state.as_str()),
        ("answer", answer.as_str()),
        ("return_to", "/account/sessions"),
    ];
    browser.post("/sign-in/passkey", &form).await
}

#[tokio::test]
async fn where_only_providers_count_the_passkey_of_a_member_signs_nobody_in() {
    let world = World::new().await;
    let club = &world.club;
    let of_member = add_passkey(club, &club.as_member().await, 1).await;
    let of_host = add_passkey(club, &club.as_host().await, 2).await;
    let browser = club.browser();
    use_passkey(&browser, &of_member, "/sign-in")
        .await
        .assert_redirect("/account/sessions");
    let (store, now) = (&club.instance.store, club.instance.clock.now());
    store
        .set_providers_only(true, &Actor::operator(), now)
        .await
        .unwrap();
    // The page has no form for it. The one for hosts has, and members may find it.
    let browser = club.browser();
    browser
        .get("/sign-in")
        .await
        .assert_status(200)
        .assert_no_text("data-passkey=");
    use_passkey(&browser, &of_member, "/sign-in/hosts")
        .await
        .assert_status(422)
        .assert_text("Members of this network sign in with one of the buttons")
        .assert_text("Continue with");
    assert!(browser.cookie().is_none());
    use_passkey(&browser, &of_host, "/sign-in/hosts")
        .await
        .assert_redirect("/account/sessions");
    assert!(browser.cookie().is_some());
}

#[tokio::test]
async fn a_provider_that_fails_is_told_in_words_here_and_in_detail_to_hosts() {
    let world = World::bare().await;
    // An address that this server may not call, one where nobody is, and one that is no provider.
    for (slug, issuer, words) in [
        (
            "metadata",
            "http://169.254.169.254/latest".to_owned(),
            "--allow-outgoing",
        ),
        ("nobody", "http://127.0.0.1:9".to_owned(), "127.0.0.1"),
        ("club", world.club.url.clone(), "issuer"),
    ] {
        world
            .add(ProviderSpec {
                slug: slug.parse().unwrap(),
                kind: ProviderKind::OpenIdConnect {
                    issuer: ProviderUrl::parse(&issuer).unwrap(),
                },
                ..spec(&world)
            })
            .await;
        let page = world.club.browser().get(&format!("/sign-in/with/{slug}")).await;
        page.assert_status(502)
            .assert_no_text("169.254")
            .assert_no_text(words);
        let messages = world.activity().await;
        assert!(
            messages.iter().any(|message| message.contains(words)),
            "{words} in {messages:?}"
        );
    }
    // A host who tests it reads every step.
    let host = world.club.as_host().await;
    host.get("/admin/settings/sso/metadata/test")
        .await
        .assert_status(200)
        .assert_text("169.254.169.254");
    let page = host.get("/admin/settings/sso").await;
    page.assert_text("--allow-outgoing");
}

#[tokio::test]
async fn a_test_shows_each_step_and_signs_nobody_in() {
    let world = World::bare().await;
    world
        .add(ProviderSpec {
            is_on: false,
            ..spec(&world)
        })
        .await;
    let there = world.at_guild("ada@example.com").await;
    let host = world.club.as_host().await;
    let before = host.cookie();
    let page = world.walk(&host, &there, "/admin/settings/sso/guild/test").await;
    page.assert_status(200).assert_text("ada@example.com");
    let secret = world.client.secret.as_deref().unwrap();
    page.assert_no_text(secret);
    assert_eq!(host.cookie(), before);
    let ada = "ada@example.com".parse().unwrap();
    let added = world.club.instance.store.member_by_email(&ada).await.unwrap();
    assert_eq!(added, None);
    // It is off: nobody else gets there.
    world.club.browser().get(START).await.assert_status(404);
    let member = world.club.as_member().await;
    member
        .get("/admin/settings/sso/guild/test")
        .await
        .assert_status(403);
}

#[tokio::test]
async fn only_hosts_change_providers_and_only_from_this_site() {
    let world = World::new().await;
    let (host, member) = (world.club.as_host().await, world.club.as_member().await);
    for path in [
        "/admin/settings/sso",
        "/admin/settings/sso/guild",
        "/admin/settings/sso/add?preset=google",
    ] {
        host.get(path).await.assert_status(200);
        member.get(path).await.assert_status(403);
    }
    for path in ["only", "add", "guild", "guild/on", "guild/off", "guild/delete"] {
        let path = format!("/admin/settings/sso/{path}");
        member.post(&path, &[]).await.assert_status(403);
        let foreign = host
            .bare(reqwest::Method::POST, &path)
            .header("origin", "https://evil.example");
        host.send(foreign).await.assert_status(403);
    }
    // The secret is written and never read.
    let secret = world.client.secret.as_deref().unwrap();
    host.get("/admin/settings/sso/guild").await.assert_no_text(secret);
    let form = [
        ("kind", "openid_connect"),
        ("name", "The Guild"),
        ("issuer", "https://guild.example"),
        ("client_id", "abc"),
        ("scopes", "openid"),
        ("client_secret", ""),
    ];
    host.post("/admin/settings/sso/guild", &form)
        .await
        .assert_redirect("/admin/settings/sso/guild?done=saved");
    let provider = world
        .club
        .instance
        .store
        .provider(&"guild".parse().unwrap())
        .await;
    let provider = provider.unwrap().unwrap();
    assert!(provider.has_secret && provider.spec.is_on);
    let mut reserved = form.to_vec();
    reserved.push(("slug", "only"));
    host.post("/admin/settings/sso/add?preset=openid", &reserved)
        .await
        .assert_status(422)
        .assert_text("choose another");
    let wrong = [
        ("kind", "openid_connect"),
        ("name", ""),
        ("issuer", "guild"),
        ("scopes", "email"),
    ];
    host.post("/admin/settings/sso/guild", &wrong)
        .await
        .assert_status(422)
        .assert_text("https://")
        .assert_text("openid");
}
