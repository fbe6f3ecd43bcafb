//! `/account/second-factor`, `/sign-in/code` and the switch for hosts.

use std::time::Duration;

use latchkey_domain::{Actor, Member};
use latchkey_storage::NetworkChange;
use totp_rs::{Builder, Secret};

use crate::support::{Answer, Browser, PASSWORD, TestApp, assert_sound};

const PAGE: &str = "/account/second-factor";
const STEP: Duration = Duration::from_secs(30);

async fn member(app: &TestApp, email: &str) -> Member {
    let email = email.parse().unwrap();
    app.instance.store.member_by_email(&email).await.unwrap().unwrap()
}

/// The code that the member's app shows now; a moment later, so that it was not used yet.
async fn code(app: &TestApp, email: &str) -> String {
    app.wait(STEP);
    let member = member(app, email).await;
    let found = app
        .instance
        .store
        .authenticator(member.id)
        .await
        .unwrap()
        .unwrap();
    let secret = Secret::try_from_base32(found.secret.as_str()).unwrap();
    let seconds = u64::try_from(app.instance.clock.now().as_secs()).unwrap();
    Builder::new()
        .with_secret(secret)
        .build()
        .unwrap()
        .generate(seconds)
        .to_string()
}

/// What the form with the code brings along.
fn half_way(page: &Answer) -> String {
    let (_, value) = page.text.split_once("name=\"half_way\" value=\"").unwrap();
    value.split('"').next().unwrap().to_owned()
}

async fn gives(browser: &Browser, half_way: &str, code: &str) -> Answer {
    let form = [
        ("half_way", half_way),
        ("code", code),
        ("return_to", "/account/sessions"),
    ];
    browser.post("/sign-in/code", &form).await
}

/// Sets an app up in Account; the recovery codes.
async fn set_up(app: &TestApp, browser: &Browser, email: &str) -> Vec<String> {
    browser
        .post(&format!("{PAGE}/begin"), &[])
        .await
        .assert_redirect(PAGE);
    let code = code(app, email).await;
    let page = browser.post(&format!("{PAGE}/confirm"), &[("code", &code)]).await;
    assert_sound(&page);
    page.assert_status(200).assert_text("Each signs you in once");
    assert_eq!(page.header("cache-control"), "no-store");
    let (_, list) = page.text.split_once("recovery-codes").unwrap();
    let (list, _) = list.split_once("</ul>").unwrap();
    list.split("<li>")
        .skip(1)
        .map(|item| item.split('<').next().unwrap().trim().to_owned())
        .collect()
}

#[tokio::test]
async fn an_app_is_set_up_and_then_stands_before_every_sign_in() {
    let app = TestApp::new().await;
    let ada = app.as_member().await;
    let page = ada.get(PAGE).await;
    assert_sound(&page);
    page.assert_text("Set up an authenticator app");
    ada.post(&format!("{PAGE}/begin"), &[])
        .await
        .assert_redirect(PAGE);
    let page = ada.get(PAGE).await;
    assert_sound(&page);
    page.assert_text("<svg").assert_text("id=\"secret\"");
    let wrong = ada.post(&format!("{PAGE}/confirm"), &[("code", "000000")]).await;
    assert_sound(&wrong);
    wrong.assert_status(422).assert_text("That code is wrong");
    // Not in use before its first code.
    app.as_member()
        .await
        .get("/account/sessions")
        .await
        .assert_status(200);
    let codes = set_up(&app, &ada, "member@example.com").await;
    assert_eq!(codes.len(), 10);
    let page = ada.get(PAGE).await;
    assert_sound(&page);
    page.assert_text("10 recovery codes are left")
        .assert_no_text(&codes[0]);

    let browser = app.browser();
    let page = browser.sign_in("member@example.com", PASSWORD).await;
    assert_sound(&page);
    page.assert_status(200)
        .assert_text("Your code")
        .assert_text("one-time-code");
    browser.get("/account/sessions").await.assert_status(303);
    let half = half_way(&page);
    let wrong = gives(&browser, &half, "000000").await;
    assert_sound(&wrong);
    wrong.assert_status(422).assert_text("That code is wrong");
    let right = code(&app, "member@example.com").await;
    gives(&browser, &half, &right)
        .await
        .assert_redirect("/account/sessions");
    browser.get("/account/sessions").await.assert_status(200);

    // The same code again, in its window, and with the same first half.
    let thief = app.browser();
    gives(&thief, &half, &right).await.assert_status(422);
    thief.get("/account/sessions").await.assert_status(303);
    // A recovery code, once.
    gives(&thief, &half, &codes[3]).await.assert_status(303);
    gives(&app.browser(), &half, &codes[3]).await.assert_status(422);
    ada.get(PAGE).await.assert_text("9 recovery codes are left");
}

#[tokio::test]
async fn half_of_a_sign_in_is_of_one_member_and_one_password() {
    let app = TestApp::new().await;
    let ada = app.as_member().await;
    set_up(&app, &ada, "member@example.com").await;
    let browser = app.browser();
    let half = half_way(&browser.sign_in("member@example.com", PASSWORD).await);
    let code = code(&app, "member@example.com").await;
    for made_up in ["", "x", &"A".repeat(107), &half[1..], &format!("{half}A")] {
        gives(&browser, made_up, &code)
            .await
            .assert_redirect("/sign-in?return_to=%2Faccount%2Fsessions");
    }
    // Over after ten minutes, and with a new password.
    app.wait(Duration::from_secs(10 * 60));
    gives(&browser, &half, &code).await.assert_status(303);
    browser.get("/account/sessions").await.assert_status(303);
}

#[tokio::test]
async fn a_link_strips_no_factor() {
    let app = TestApp::new().await;
    let ada = app.as_member().await;
    set_up(&app, &ada, "member@example.com").await;
    let by = Actor::operator();
    let members = vec![member(&app, "member@example.com").await];
    let link = app.instance.links.invite(members, &by).await.unwrap().remove(0);
    let browser = app.browser();
    let form = [
        ("token", link.token.expose()),
        ("password", "a river in the hills"),
    ];
    let page = browser.post("/sign-in/link", &form).await;
    assert_sound(&page);
    page.assert_status(200).assert_text("Your code");
    browser.get("/account/sessions").await.assert_status(303);
    let code = code(&app, "member@example.com").await;
    gives(&browser, &half_way(&page), &code)
        .await
        .assert_redirect("/account/sessions");
}

#[tokio::test]
async fn removing_it_asks_for_the_password_later_and_hosts_reset_that_of_others() {
    let app = TestApp::new().await;
    let (ada, host) = (app.as_member().await, app.as_host().await);
    set_up(&app, &ada, "member@example.com").await;
    let codes = ada.post(&format!("{PAGE}/codes"), &[]).await;
    assert_sound(&codes);
    codes.assert_text("Each signs you in once");
    ada.post(&format!("{PAGE}/remove"), &[])
        .await
        .assert_redirect("/account/second-factor?removed=1");
    app.browser()
        .sign_in("member@example.com", PASSWORD)
        .await
        .assert_status(303);

    set_up(&app, &ada, "member@example.com").await;
    app.wait(Duration::from_secs(15 * 60));
    let late = ada
        .send(
            ada.bare(reqwest::Method::POST, &format!("{PAGE}/remove"))
                .header("accept", "text/html")
                .header("sec-fetch-site", "same-origin"),
        )
        .await;
    late.assert_status(403).assert_text("Your password again");
    let page = format!("/admin/members/{}", member(&app, "member@example.com").await.id);
    let host = {
        drop(host);
        app.as_host().await
    };
    host.get(&page).await.assert_text("Reset second factor");
    host.post(&format!("{page}/reset-second-factor"), &[])
        .await
        .assert_redirect(&format!("{page}?done=second-factor"));
    ada.get("/account/sessions").await.assert_status(303);
    app.browser()
        .sign_in("member@example.com", PASSWORD)
        .await
        .assert_status(303);
    host.get("/admin/audit?target=member")
        .await
        .assert_text("Second factor reset")
        .assert_text("Authenticator app added");
    let own = format!("/admin/members/{}", member(&app, "host@example.com").await.id);
    host.post(&format!("{own}/reset-second-factor"), &[])
        .await
        .assert_status(409);
}

#[tokio::test]
async fn a_host_is_led_through_it_at_the_next_sign_in() {
    let app = TestApp::new().await;
    let before = app.as_host().await;
    let network = app.instance.store.network().await.unwrap();
    let form = [
        ("name", network.name.as_str()),
        ("slug", network.slug.as_str()),
        ("plan", network.plan.id()),
        ("hosts_second_factor", "1"),
    ];
    before
        .post("/admin/settings/network", &form)
        .await
        .assert_status(303);
    before
        .get("/admin/settings/network")
        .await
        .assert_text("id=\"hosts_second_factor\"");
    // Members are as before, and so is who is signed in.
    app.as_member()
        .await
        .get("/account/sessions")
        .await
        .assert_status(200);
    before.get("/admin/members").await.assert_status(200);
    let page = before.get(PAGE).await;
    page.assert_text("Hosts of this network need one");

    let browser = app.browser();
    let page = browser.sign_in("host@example.com", PASSWORD).await;
    assert_sound(&page);
    page.assert_status(200)
        .assert_text("Set up a second factor")
        .assert_text("<svg");
    browser.get("/admin/members").await.assert_status(303);
    let half = half_way(&page);
    let gives = async |code: &str| {
        let form = [
            ("half_way", half.as_str()),
            ("code", code),
            ("return_to", "/admin/members"),
        ];
        browser.post("/sign-in/second-factor", &form).await
    };
    let wrong = gives("000000").await;
    assert_sound(&wrong);
    wrong.assert_status(422).assert_text("<svg");
    let page = gives(&code(&app, "host@example.com").await).await;
    assert_sound(&page);
    page.assert_status(200)
        .assert_text("Your recovery codes")
        .assert_text("href=\"/admin/members\"");
    browser.get("/admin/members").await.assert_status(200);
    browser
        .post(&format!("{PAGE}/remove"), &[])
        .await
        .assert_status(409)
        .assert_text("Hosts of this network need a second factor");
    // The next one wants the code.
    app.browser()
        .sign_in("host@example.com", PASSWORD)
        .await
        .assert_text("Your code");
    let change = NetworkChange {
        hosts_second_factor: Some(false),
        ..NetworkChange::default()
    };
    let now = app.instance.clock.now();
    app.instance
        .store
        .change_network(change, &Actor::operator(), now)
        .await
        .unwrap();
    browser
        .get("/admin/audit?action=network_changed")
        .await
        .assert_text("hosts need a second factor");
}

#[tokio::test]
async fn the_code_stands_on_the_way_to_an_application_too() {
    let app = TestApp::new().await;
    let client = app.web_app().await;
    let ada = app.as_member().await;
    set_up(&app, &ada, "member@example.com").await;
    let browser = app.browser();
    let link = client.asks(&[]);
    let form = [
        ("email", "member@example.com"),
        ("password", PASSWORD),
        ("return_to", &link),
    ];
    let page = browser.post("/sign-in", &form).await;
    // This also checks that the browser may follow the form to the application.
    assert_sound(&page);
    page.assert_text("to continue to <strong>");
    let (half, code) = (half_way(&page), code(&app, "member@example.com").await);
    let wrong = [
        ("half_way", half.as_str()),
        ("code", "000000"),
        ("return_to", &link),
    ];
    let again = browser.post("/sign-in/code", &wrong).await;
    assert_sound(&again);
    again.assert_status(422).assert_text("to continue to <strong>");
    let right = [("half_way", half.as_str()), ("code", &code), ("return_to", &link)];
    browser.post("/sign-in/code", &right).await.assert_redirect(&link);
    browser
        .get(&link)
        .await
        .assert_status(200)
        .assert_text("name=\"decision\"");
}
