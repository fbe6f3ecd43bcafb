//! `/admin/settings/network`, and the style sheet that follows from it.

use crate::support::{TestApp, assert_sound};

const PAGE: &str = "/admin/settings/network";

fn form<'a>(changes: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
    let mut form = vec![
        ("name", "River Club"),
        ("slug", "river-club"),
        ("plan", "scale"),
        ("color", ""),
        ("terms", ""),
        ("privacy_policy", ""),
    ];
    for (name, value) in changes {
        form.retain(|(other, _)| other != name);
        form.push((name, value));
    }
    form
}

#[tokio::test]
async fn a_host_changes_the_network() {
    let app = TestApp::new().await;
    let (host, nobody) = (app.as_host().await, app.browser());
    let page = host.get(PAGE).await;
    assert_sound(&page);
    page.assert_text("value=\"my-community\"")
        .assert_no_text("/brand.css");
    let changes = [
        ("plan", "pro"),
        ("color", "#FFD400"),
        ("terms", "https://river.example/terms"),
        ("privacy_policy", "https://river.example/privacy"),
    ];
    host.post(PAGE, &form(&changes))
        .await
        .assert_redirect("/admin/settings/network?saved=1");
    let page = host.get("/admin/settings/network?saved=1").await;
    assert_sound(&page);
    page.assert_text("The changes are saved.")
        .assert_text("value=\"#ffd400\"");
    let sign_in = nobody.get("/sign-in").await;
    assert_sound(&sign_in);
    sign_in
        .assert_text("River Club")
        .assert_text("href=\"/brand.css?color=ffd400\"")
        .assert_text("href=\"https://river.example/terms\"")
        .assert_text("href=\"https://river.example/privacy\"");
    host.get("/admin/settings/oauth-applications")
        .await
        .assert_text("href=\"/brand.css?color=ffd400\"");
    host.get("/admin/audit")
        .await
        .assert_text("plan from scale to pro, colour #ffd400, terms https://river.example/terms");

    host.post(PAGE, &form(&[("plan", "pro")]))
        .await
        .assert_status(303);
    nobody
        .get("/sign-in")
        .await
        .assert_no_text("/brand.css")
        .assert_no_text("river.example");
}

#[tokio::test]
async fn what_is_wrong_is_said_and_what_was_typed_is_kept() {
    let app = TestApp::new().await;
    let host = app.as_host().await;
    for (field, value, message) in [
        ("name", " ", "The name cannot be blank."),
        ("slug", "River Club", "cannot be part of a URL"),
        ("plan", "gold", "Choose a plan."),
        ("color", "red", "The colour must be # and six hexadecimal digits"),
        (
            "terms",
            "http://river.example",
            "The address must be a web address that starts with https://",
        ),
        ("privacy_policy", "javascript:alert(1)", "starts with https://"),
    ] {
        let answer = host.post(PAGE, &form(&[(field, value)])).await;
        assert_sound(&answer);
        answer.assert_status(422).assert_text(message);
        if field != "plan" {
            answer.assert_text(&format!("value=\"{value}\""));
        }
    }
    let network = app.instance.store.network().await.unwrap();
    assert_eq!(network.slug.as_str(), "my-community");
}

#[tokio::test]
async fn only_hosts_open_and_change_it() {
    let app = TestApp::new().await;
    let member = app.as_member().await;
    member.get(PAGE).await.assert_status(403);
    member.post(PAGE, &form(&[])).await.assert_status(403);
    let answer = app.browser().get(PAGE).await;
    assert!(answer.header("location").starts_with("/sign-in"), "{answer:?}");
    let network = app.instance.store.network().await.unwrap();
    assert_eq!(network.name.as_str(), "My Community");
}

#[tokio::test]
async fn the_style_sheet_says_what_its_address_says() {
    let app = TestApp::new().await;
    let browser = app.browser();
    let sheet = browser.get("/brand.css?color=1f6feb").await;
    sheet.assert_status(200).assert_text("--accent:#");
    assert_eq!(sheet.header("content-type"), "text/css; charset=utf-8");
    assert!(sheet.header("cache-control").contains("immutable"));
    let logo = "ab".repeat(16);
    browser
        .get(&format!("/brand.css?logo={logo}"))
        .await
        .assert_text(&format!("url(\"/logos/{logo}\")"));
    for query in ["color=red", "color=1f6feb%7D", "logo=x", "logo=../../x"] {
        browser
            .get(&format!("/brand.css?{query}"))
            .await
            .assert_status(404);
    }
}
