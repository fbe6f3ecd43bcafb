//! Signing in with an account at a provider: another server of the same kind, over HTTP.

use latchkey_domain::provider::{CredentialsIn, ProviderKind, ProviderSpec, ProviderUrl};
use latchkey_domain::{Actor, ApplicationDraft, Role, limits};
use latchkey_storage::providers::{ProviderChange, SecretChange};
use latchkey_storage::{ActivityOf, ActivityQuery, NetworkChange};

use crate::support::oauth::{Client, web_app};
use crate::support::{Answer, Browser, PASSWORD, TestApp};

/// The network that people sign in at, and one where they do so with it.
struct World {
    guild: TestApp,
    club: TestApp,
    /// The club, as the guild knows it.
    client: Client,
}

fn spec(world: &World) -> ProviderSpec {
    ProviderSpec {
        name: "Guild".to_owned().try_into().unwrap(),
        slug: "guild".parse().unwrap(),
        kind: ProviderKind::OpenIdConnect {
            issuer: ProviderUrl::parse(&world.guild.issuer()).unwrap(),
        },
        client_id: world.client.id.clone().try_into().unwrap(),
        credentials_in: CredentialsIn::Header,
        scopes: "openid profile email".to_owned().try_into().unwrap(),
        verifies_emails: true,
        admits_new_people: true,
        follows_profile: false,
        is_on: true,
    }
}

impl World {
    async fn bare() -> Self {
        let guild = Box::pin(TestApp::new()).await;
        let club = Box::pin(TestApp::new()).await;
        let draft = ApplicationDraft {
            name: "Club".into(),
            redirect_uris: format!("{}/sign-in/callback/guild", club.issuer()),
            scopes: ["openid", "profile", "email"].map(str::to_owned).into(),
            skip_consent: true,
            ..web_app()
        };
        let client = guild.register(draft).await;
        Self { guild, club, client }
    }

    async fn new() -> Self {
        let world = Self::bare().await;
        world.add(spec(&world)).await;
        world
    }

    async fn add(&self, spec: ProviderSpec) {
        let secret = self.client.secret.clone().map(Into::into);
        let (store, now) = (&self.club.instance.store, self.club.instance.clock.now());
        let added = store.add_provider(spec, secret, &Actor::operator(), now).await;
        assert!(matches!(added, Ok(ProviderChange::Done(_))), "{added:?}");
    }

    async fn change(&self, spec: ProviderSpec) {
        let (store, now) = (&self.club.instance.store, self.club.instance.clock.now());
        let change = store
            .change_provider(spec, SecretChange::Keep, &Actor::operator(), now)
            .await;
        assert!(matches!(change, Ok(ProviderChange::Done(_))), "{change:?}");
    }

    /// Somebody who is signed in at the guild.
    async fn at_guild(&self, email: &str) -> Browser {
        self.guild.member(email, Role::Member).await;
        self.guild.signed_in(email).await
    }

    /// From the club to the guild: the path of the callback that it answers with.
    async fn to_guild(&self, at_club: &Browser, at_guild: &Browser, start: &str) -> String {
        let there = at_club.get(start).await;
        there.assert_status(303);
        let there = path_at(&self.guild, there.header("location"));
        let back = at_guild.get(&there).await;
        assert!(back.status.is_redirection(), "{} {}", back.status, back.text);
        path_at(&self.club, back.header("location"))
    }

    /// All the way from the sign-in page and back.
    async fn walk(&self, at_club: &Browser, at_guild: &Browser, start: &str) -> Answer {
        let back = self.to_guild(at_club, at_guild, start).await;
        at_club.get(&back).await
    }

    /// What Activity says of the last sign-ins at providers that failed.
    async fn activity(&self) -> Vec<String> {
        let query = ActivityQuery {
            of: ActivityOf::All,
            ..ActivityQuery::of(&self.client.id.parse().unwrap())
        };
        let entries = self
            .club
            .instance
            .store
            .activity(&query, None, 100)
            .await
            .unwrap();
        entries.into_iter().map(|entry| entry.event.message).collect()
    }
}

/// The path of an address of this server.
fn path_at(app: &TestApp, address: &str) -> String {
    let origin = app.issuer();
    let path = address.strip_prefix(&origin);
    path.unwrap_or_else(|| panic!("{address} is not at {origin}"))
        .to_owned()
}

const START: &str = "/sign-in/with/guild?return_to=/account/sessions";

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
    let link = page.text.split("href=\"/sign-in/with/guild").nth(1).unwrap();
    let link = link.split('"').next().unwrap().replace("&amp;", "&");
    let to_guild = browser.get(&format!("/sign-in/with/guild{link}")).await;
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

fn png() -> Vec<u8> {
    let mut file = std::io::Cursor::new(Vec::new());
    let picture = image::RgbaImage::from_pixel(8, 8, image::Rgba([200, 30, 30, 255]));
    picture.write_to(&mut file, image::ImageFormat::Png).unwrap();
    file.into_inner()
}

#[tokio::test]
async fn a_picture_follows_the_provider() {
    let world = World::bare().await;
    world
        .add(ProviderSpec {
            follows_profile: true,
            ..spec(&world)
        })
        .await;
    let there = world.at_guild("ada@example.com").await;
    let ada = world.club.member("ada@example.com", Role::Member).await;
    let at_guild = world.guild.instance.store.member_by_email(&ada.email).await;
    let picture = ("0123456789abcdef0123456789abcdef".parse().unwrap(), png());
    let (store, now) = (&world.guild.instance.store, world.guild.instance.clock.now());
    let at_guild = at_guild.unwrap().unwrap().id;
    store
        .set_picture(at_guild, Some(picture), &Actor::operator(), now)
        .await
        .unwrap();
    world
        .walk(&world.club.browser(), &there, START)
        .await
        .assert_redirect("/account/sessions");
    // It is got in the background.
    for _ in 0..100 {
        let profile = world.club.instance.store.sign_in_profile(ada.id).await;
        if profile.unwrap().unwrap().picture.uploaded.is_some() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("no picture came");
}
