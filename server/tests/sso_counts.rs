//! Signing in with an account at a provider: what is counted, for limits and for operators.

use std::time::Duration;

use latchkey_domain::provider::{ProviderKind, ProviderSpec, ProviderUrl};
use latchkey_domain::{Actor, Role, limits};

use crate::support::sso::{START, World, spec};
use crate::support::{Answer, Browser};

fn png() -> Vec<u8> {
    let mut file = std::io::Cursor::new(Vec::new());
    let picture = image::RgbaImage::from_pixel(8, 8, image::Rgba([200, 30, 30, 255]));
    picture.write_to(&mut file, image::ImageFormat::Png).unwrap();
    file.into_inner()
}

/// A club whose members have the picture that they have at the guild.
async fn following() -> World {
    let world = World::bare().await;
    world
        .add(ProviderSpec {
            follows_profile: true,
            ..spec(&world)
        })
        .await;
    world
}

/// Somebody who is signed in at the guild, and has a picture there.
async fn with_picture(world: &World, email: &str) -> Browser {
    let there = world.at_guild(email).await;
    let (store, now) = (&world.guild.instance.store, world.guild.instance.clock.now());
    let member = store.member_by_email(&email.parse().unwrap()).await;
    let picture = ("0123456789abcdef0123456789abcdef".parse().unwrap(), png());
    store
        .set_picture(
            member.unwrap().unwrap().id,
            Some(picture),
            &Actor::operator(),
            now,
        )
        .await
        .unwrap();
    there
}

/// How many pictures the guild gave.
fn pictures_given(world: &World) -> u64 {
    let series = "latchkey_http_requests_total{route=\"/logos/{id}\",method=\"GET\",status=\"2xx\"}";
    let line = format!("{series} ");
    let document = world.guild.metrics().0;
    let given = document.lines().find_map(|text| text.strip_prefix(line.as_str()));
    given.map_or(0, |number| number.parse().unwrap())
}

/// Waits until the guild gave so many pictures, which the club gets in the background.
async fn wait_for_pictures(world: &World, number: u64) {
    for _ in 0..200 {
        if pictures_given(world) >= number {
            return;
        }
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    panic!("{} of {number} pictures came", pictures_given(world));
}

#[tokio::test]
async fn a_picture_follows_the_provider() {
    let world = following().await;
    let there = with_picture(&world, "ada@example.com").await;
    let ada = world.club.member("ada@example.com", Role::Member).await;
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
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("no picture came");
}

#[tokio::test]
async fn a_picture_that_follows_counts_as_an_upload() {
    let world = following().await;
    let there = with_picture(&world, "ada@example.com").await;
    let signs_in = async || {
        world
            .walk(&world.club.browser(), &there, START)
            .await
            .assert_redirect("/account/sessions");
    };
    for number in 1..=limits::UPLOADS_OF_MEMBER {
        signs_in().await;
        wait_for_pictures(&world, number).await;
    }
    // Who comes too often is signed in, and no picture is asked for: the guild would have given the first one by the end of the
    // second sign-in.
    signs_in().await;
    signs_in().await;
    assert_eq!(pictures_given(&world), limits::UPLOADS_OF_MEMBER);
    // Some minutes later there is one more.
    for app in [&world.guild, &world.club] {
        app.wait(Duration::from_secs(6 * 60));
    }
    signs_in().await;
    wait_for_pictures(&world, limits::UPLOADS_OF_MEMBER + 1).await;
    assert_eq!(pictures_given(&world), limits::UPLOADS_OF_MEMBER + 1);
}

/// A provider that sends the browser back with an error.
async fn comes_back_with(world: &World, error: &str) -> Answer {
    let browser = world.club.browser();
    let there = browser.get(START).await;
    let (_, query) = there.header("location").split_once('?').unwrap();
    let mut sent = form_urlencoded::parse(query.as_bytes());
    let (_, state) = sent.find(|(name, _)| name == "state").unwrap();
    let back = form_urlencoded::Serializer::new(String::new())
        .append_pair("error", error)
        .append_pair("state", &state)
        .append_pair("iss", &world.guild.issuer())
        .finish();
    browser.get(&format!("/sign-in/callback/guild?{back}")).await
}

#[tokio::test]
async fn sign_ins_are_counted_by_provider_and_requests_to_providers_by_how_they_ended() {
    let world = World::new().await;
    let metadata = ProviderUrl::parse("http://169.254.169.254/latest").unwrap();
    world
        .add(ProviderSpec {
            slug: "metadata".parse().unwrap(),
            kind: ProviderKind::OpenIdConnect { issuer: metadata },
            ..spec(&world)
        })
        .await;
    let ada = world.at_guild("ada@example.com").await;
    for _ in 0..2 {
        world
            .walk(&world.club.browser(), &ada, START)
            .await
            .assert_redirect("/account/sessions");
    }
    // A host has to sign in first.
    let host = world.guild.signed_in("host@example.com").await;
    world
        .walk(&world.club.browser(), &host, START)
        .await
        .assert_status(403);
    comes_back_with(&world, "access_denied").await.assert_status(403);
    comes_back_with(&world, "server_error").await.assert_status(502);
    let browser = world.club.browser();
    browser.get("/sign-in/with/metadata").await.assert_status(502);
    // An address that is no provider's is no label.
    browser.get("/sign-in/with/stranger").await.assert_status(404);

    let now = world.club.metrics();
    for (provider, outcome, expected) in [
        ("guild", "succeeded", 2),
        ("guild", "refused", 1),
        ("guild", "declined", 1),
        ("guild", "failed", 1),
        ("metadata", "succeeded", 0),
        ("metadata", "failed", 1),
        ("(other)", "failed", 0),
    ] {
        let labels = format!("provider=\"{provider}\",outcome=\"{outcome}\"");
        now.assert(&format!("latchkey_provider_sign_ins_total{{{labels}}}"), expected);
    }
    assert!(!now.0.contains("stranger"), "{}", now.0);
    let requests = |outcome: &str| {
        now.value(&format!(
            "latchkey_outgoing_requests_total{{outcome=\"{outcome}\"}}"
        ))
    };
    assert!(requests("answered") >= 3.0, "{}", now.0);
    now.assert("latchkey_outgoing_requests_total{outcome=\"refused\"}", 1);
    now.assert("latchkey_outgoing_requests_total{outcome=\"failed\"}", 0);
    let took = now.value("latchkey_outgoing_request_duration_seconds_count");
    assert!((took - requests("answered")).abs() < 0.5, "{}", now.0);
}
