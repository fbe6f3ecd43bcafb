//! `/admin/settings/oauth-applications/{client_id}/activity`

use latchkey_domain::{Actor, ApplicationDraft};
use latchkey_storage::{ActivityQuery, AuditAction};

use crate::support::oauth::{Client, web_app};
use crate::support::{Answer, TestApp, assert_sound, assert_sound_with_scripts};

pub(crate) fn page_of(client: &Client) -> String {
    format!("/admin/settings/oauth-applications/{}/activity", client.id)
}

/// How many entries a page has.
pub(crate) fn rows(page: &Answer) -> usize {
    page.text.matches("<li id=\"entry-").count()
}

/// The URL behind “Add this redirect URI”.
#[track_caller]
fn offered(page: &Answer) -> String {
    page.text
        .split("href=\"")
        .filter_map(|rest| rest.split('"').next())
        .find(|address| address.ends_with("/add-redirect-uri"))
        .unwrap_or_else(|| panic!("nothing is offered: {}", page.text))
        .to_owned()
}

#[tokio::test]
async fn only_hosts_can_open_it() {
    let app = TestApp::new().await;
    let client = app.web_app().await;
    let page = page_of(&client);
    let encoded: String = form_urlencoded::byte_serialize(page.as_bytes()).collect();
    app.browser()
        .get(&page)
        .await
        .assert_redirect(&format!("/sign-in?return_to={encoded}"));
    for path in [page.clone(), format!("{page}/1/add-redirect-uri")] {
        let answer = app.as_member().await.get(&path).await;
        assert_sound(&answer);
        answer.assert_status(403).assert_text("Only hosts can open Admin");
    }
    app.as_member()
        .await
        .post(&format!("{page}/1/add-redirect-uri"), &[("revision", "1")])
        .await
        .assert_status(403);
}

#[tokio::test]
async fn nothing_yet_is_said_in_words() {
    let app = TestApp::new().await;
    let client = app.web_app().await;
    let answer = app.as_host().await.get(&page_of(&client)).await;
    assert_sound_with_scripts(&answer);
    answer
        .assert_status(200)
        .assert_text("<title>Activity of Mobile App · ")
        .assert_text("Nothing has happened yet")
        .assert_text("aria-label=\"Settings\"");
}

#[tokio::test]
async fn an_application_that_is_not_there_is_404() {
    let app = TestApp::new().await;
    let host = app.as_host().await;
    for id in ["nonsense", &"A".repeat(43)] {
        let path = format!("/admin/settings/oauth-applications/{id}/activity");
        host.get(&path).await.assert_status(404);
    }
}

#[tokio::test]
async fn the_dialogs_of_the_application_are_where_they_were() {
    let app = TestApp::new().await;
    let client = app.web_app().await;
    let host = app.as_host().await;
    for dialog in ["edit", "duplicate", "delete", "disconnect"] {
        let path = format!("/admin/settings/oauth-applications/{}/{dialog}", client.id);
        host.get(&path)
            .await
            .assert_status(200)
            .assert_text("New OAuth Application");
    }
}

#[tokio::test]
async fn shows_what_worked_and_what_failed_with_who_when_and_from_where() {
    let app = TestApp::new().await;
    let (client, person) = (app.web_app().await, app.as_member().await);
    app.connect(&client, &person).await;
    let failed = app.exchange(&client, "nonsense").await;
    let page = app.as_host().await.get(&page_of(&client)).await;
    assert_sound_with_scripts(&page);
    page.assert_text("Authorized for read:posts write:posts; a code was sent to myapp.com.")
        .assert_text("Exchanged a code for tokens with read:posts write:posts.")
        .assert_text("this server did not issue it")
        .assert_text(failed.header("x-request-id"))
        .assert_text("127.0.0.1")
        .assert_text("Ada Lovelace")
        .assert_text("<time")
        .assert_text(" UTC</time>")
        .assert_no_text("lk_");
    let order: Vec<_> = ["Failed", "Exchanged a code", "Authorized for"]
        .iter()
        .map(|words| page.text.find(words).unwrap())
        .collect();
    assert!(order.is_sorted(), "the newest comes first: {order:?}");
}

#[tokio::test]
async fn what_an_error_page_says_can_be_found_by_its_request_id() {
    let app = TestApp::new().await;
    let client = app.web_app().await;
    let seen = app
        .browser()
        .get(&client.asks(&[("redirect_uri", "https://myapp.com/oauth/callback/")]))
        .await;
    let id = seen.header("x-request-id");
    seen.assert_text(id);
    app.as_host()
        .await
        .get(&page_of(&client))
        .await
        .assert_text(id)
        .assert_text("they differ by a trailing slash");
}

#[tokio::test]
async fn a_redirect_uri_that_was_mistyped_is_added_after_a_question() {
    let app = TestApp::new().await;
    let (client, host) = (app.web_app().await, app.as_host().await);
    let uri = "https://myapp.com/oauth/callback/";
    let link = client.asks(&[("redirect_uri", uri)]);
    app.browser().get(&link).await.assert_status(400);

    let ask = offered(&host.get(&page_of(&client)).await);
    let question = host.get(&ask).await;
    assert_sound(&question);
    question
        .assert_status(200)
        .assert_text(&format!("<strong>{uri}</strong>"))
        .assert_text("https://myapp.com/oauth/callback</code>");
    app.browser().get(&link).await.assert_status(400);

    let fields = question.hidden(&ask);
    let done = host.post(&ask, &crate::support::oauth::borrowed(&fields)).await;
    let activity = format!("{}?done=redirect-uri", page_of(&client));
    done.assert_redirect(&activity);
    host.get(&activity)
        .await
        .assert_text("The redirect URI is registered")
        .assert_text("This redirect URI is registered now")
        .assert_no_text("/add-redirect-uri");
    app.as_member().await.get(&link).await.assert_status(200);

    let audit = app.instance.store.audit(1).await.unwrap().remove(0);
    assert_eq!(audit.action, AuditAction::ApplicationUpdated);
    assert_eq!(audit.target, client.id);
    assert!(audit.actor.member.is_some() && audit.actor.request_id.is_some());

    // Asking or confirming again changes nothing.
    host.get(&ask).await.assert_text("is registered now");
    host.post(&ask, &crate::support::oauth::borrowed(&fields))
        .await
        .assert_status(200)
        .assert_text("is registered now");
}

#[tokio::test]
async fn what_could_never_be_registered_is_not_offered() {
    let app = TestApp::new().await;
    let client = app.web_app().await;
    for uri in [
        "javascript:alert(1)",
        "http://myapp.com/oauth/callback",
        "com.example.app:/cb",
    ] {
        app.browser()
            .get(&client.asks(&[("redirect_uri", uri)]))
            .await
            .assert_status(400);
    }
    app.as_host()
        .await
        .get(&page_of(&client))
        .await
        .assert_text("javascript:alert(1)")
        .assert_no_text("/add-redirect-uri");
}

#[tokio::test]
async fn an_edit_in_between_is_noticed() {
    let app = TestApp::new().await;
    let (client, host) = (app.web_app().await, app.as_host().await);
    let link = client.asks(&[("redirect_uri", "https://myapp.com/cb")]);
    app.browser().get(&link).await.assert_status(400);
    let ask = offered(&host.get(&page_of(&client)).await);
    let fields = host.get(&ask).await.hidden(&ask);
    let draft = ApplicationDraft {
        name: "Renamed".into(),
        ..web_app()
    };
    app.edit(&client, draft).await;
    let again = host.post(&ask, &crate::support::oauth::borrowed(&fields)).await;
    assert_sound(&again);
    again
        .assert_status(422)
        .assert_text("Someone else changed the application")
        .assert_text("Renamed");
    let fields = again.hidden(&ask);
    host.post(&ask, &crate::support::oauth::borrowed(&fields))
        .await
        .assert_status(303);
}

#[tokio::test]
async fn below_the_scale_plan_nothing_is_added() {
    let app = TestApp::new().await;
    let (client, host) = (app.web_app().await, app.as_host().await);
    app.browser()
        .get(&client.asks(&[("redirect_uri", "https://myapp.com/cb")]))
        .await;
    let ask = offered(&host.get(&page_of(&client)).await);
    let fields = host.get(&ask).await.hidden(&ask);
    app.set_plan("launch").await;
    let answer = host.post(&ask, &crate::support::oauth::borrowed(&fields)).await;
    assert_sound(&answer);
    answer.assert_status(422).assert_text("Scale plan and above");
    app.set_plan("scale").await;
    app.as_member()
        .await
        .get(&client.asks(&[("redirect_uri", "https://myapp.com/cb")]))
        .await
        .assert_status(400);
}

#[tokio::test]
async fn the_entry_of_another_application_is_not_found() {
    let app = TestApp::new().await;
    let (client, other, host) = (app.web_app().await, app.web_app().await, app.as_host().await);
    app.browser()
        .get(&client.asks(&[("redirect_uri", "https://myapp.com/cb")]))
        .await;
    let ask = offered(&host.get(&page_of(&client)).await);
    host.get(&ask.replace(&client.id, &other.id))
        .await
        .assert_status(404);
    host.post(&ask.replace(&client.id, &other.id), &[("revision", "1")])
        .await
        .assert_status(404);
}

#[tokio::test]
async fn many_entries_come_in_pages() {
    let app = TestApp::new().await;
    let (client, host, person) = (app.web_app().await, app.as_host().await, app.as_member().await);
    for minute in 0..6 {
        for number in 0..10 {
            let uri = format!("https://myapp.com/cb{minute}{number}");
            let link = client.asks(&[("redirect_uri", &uri)]);
            app.browser().get(&link).await.assert_status(400);
        }
        app.wait(std::time::Duration::from_secs(61));
    }
    app.connect(&client, &person).await;
    let first = host.get(&page_of(&client)).await;
    assert_eq!(rows(&first), 50);
    first.assert_text("Authorized for").assert_no_text(">Newest<");
    let older = first
        .text
        .split("?before=")
        .nth(1)
        .unwrap()
        .split('"')
        .next()
        .unwrap();
    let second = host.get(&format!("{}?before={older}", page_of(&client))).await;
    assert_sound_with_scripts(&second);
    assert_eq!(rows(&second), 12);
    second
        .assert_no_text("Authorized for")
        .assert_no_text("?before=")
        .assert_text(">Newest<");
    let beyond = host.get(&format!("{}?before=1", page_of(&client))).await;
    beyond.assert_status(200).assert_text("There is nothing older");
}

#[tokio::test]
async fn a_member_who_is_gone_is_called_so() {
    let app = TestApp::new().await;
    let (client, person) = (app.web_app().await, app.as_member().await);
    app.connect(&client, &person).await;
    let roster = &app.instance.roster;
    roster
        .remove(&"member@example.com".parse().unwrap(), &Actor::operator())
        .await
        .unwrap();
    app.as_host()
        .await
        .get(&page_of(&client))
        .await
        .assert_text("a member who was removed");
}

/// A host can register a URI that a stranger sent only if it leads to a host that the application already uses.
#[tokio::test]
async fn a_foreign_address_is_offered_only_if_a_host_sent_it() {
    let app = TestApp::new().await;
    let (client, host) = (app.web_app().await, app.as_host().await);
    let (member, nobody) = (app.as_member().await, app.browser());
    for (browser, uri) in [
        (&nobody, "https://evil.example/cb"),
        (&member, "https://myapp.com.evil.example/cb"),
        (&nobody, "https://myapp.com:8443/oauth/callback"),
        (&member, "http://localhost:5173/cb"),
    ] {
        let link = client.asks(&[("redirect_uri", uri)]);
        browser.get(&link).await.assert_status(400);
        let page = host.get(&page_of(&client)).await;
        assert_sound_with_scripts(&page);
        page.assert_text(uri)
            .assert_text("no host of this network sent this")
            .assert_no_text("/add-redirect-uri");
    }
    // Opening its URL directly cannot register it either.
    let newest = app
        .instance
        .store
        .activity(&ActivityQuery::of(&client.id.parse().unwrap()), None, 1)
        .await
        .unwrap()
        .remove(0);
    let ask = format!("{}/{}/add-redirect-uri", page_of(&client), newest.id);
    host.get(&ask)
        .await
        .assert_text("no host of this network sent this");
    host.post(&ask, &[("revision", "1")])
        .await
        .assert_status(200)
        .assert_text("no host of this network sent this");

    for (browser, uri) in [
        (&nobody, "https://myapp.com/other"),
        (&host, "http://localhost:5173/cb"),
        (&host, "https://staging.example/cb"),
    ] {
        let link = client.asks(&[("redirect_uri", uri)]);
        browser.get(&link).await.assert_status(400);
        let ask = offered(&host.get(&page_of(&client)).await);
        let fields = host.get(&ask).await.hidden(&ask);
        host.post(&ask, &crate::support::oauth::borrowed(&fields))
            .await
            .assert_status(303);
    }
}

#[tokio::test]
async fn a_query_that_changes_is_not_offered_and_the_side_that_has_to_change_is_named() {
    let app = TestApp::new().await;
    let (client, host) = (app.web_app().await, app.as_host().await);
    for number in 0..3 {
        let uri = format!("https://myapp.com/oauth/callback?redirect_state=a{number}");
        let link = client.asks(&[("redirect_uri", &uri)]);
        host.get(&link).await.assert_status(400);
    }
    let page = host.get(&page_of(&client)).await;
    assert_sound_with_scripts(&page);
    page.assert_text("redirect_state=a2")
        .assert_text("the client has to send the registered address to the letter")
        .assert_no_text("/add-redirect-uri");
}

#[tokio::test]
async fn a_code_that_was_not_exchanged_is_there_when_the_page_is_opened() {
    let app = TestApp::new().await;
    let (client, host, person) = (app.web_app().await, app.as_host().await, app.as_member().await);
    person.lets_in(&client, &[]).await;
    person.lets_in(&client, &[]).await;
    host.get(&page_of(&client))
        .await
        .assert_no_text("was not exchanged");
    app.wait(std::time::Duration::from_secs(121));
    for _ in 0..2 {
        let page = host.get(&page_of(&client)).await;
        assert_sound_with_scripts(&page);
        page.assert_text("The code sent to myapp.com was not exchanged within 2 minutes.")
            .assert_text("does it expect the issuer <code")
            .assert_text(&format!(">{}</code> in the callback", app.issuer()))
            .assert_text("2 times, last <time");
        assert_eq!(page.text.matches("was not exchanged").count(), 1);
    }
}

#[tokio::test]
async fn a_member_who_authorizes_over_and_over_leaves_little_behind() {
    let app = TestApp::new().await;
    let (client, host, person) = (app.web_app().await, app.as_host().await, app.as_member().await);
    let code = person.lets_in(&client, &[]).await;
    app.exchange(&client, &code).await.assert_status(200);
    app.exchange(&client, &code)
        .await
        .assert_error(400, "invalid_grant");
    let link = client.asks(&[]);
    for _ in 0..60 {
        person.get(&link).await.assert_status(303);
    }
    let page = host.get(&page_of(&client)).await;
    page.assert_text("the code was used before")
        .assert_text("60 times, last <time");
    assert_eq!(rows(&page), 4);
    let now = app.instance.clock.now().plus(std::time::Duration::from_secs(600));
    let waiting = app.instance.store.expired_codes(None, now, 1_000).await.unwrap();
    assert_eq!(waiting.len(), 10);
}
