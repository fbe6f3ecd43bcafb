//! `/admin/activity`, and what helps against failures.

use latchkey_storage::AuditAction;
use reqwest::Method;
use serde_json::json;

use crate::activity::{page_of, rows};
use crate::support::{Answer, TestApp, assert_sound, assert_sound_with_scripts};

/// The id of a response's request.
fn id_of(answer: &Answer) -> String {
    answer.header("x-request-id").to_owned()
}

#[tokio::test]
async fn every_one_of_equal_failures_is_found_by_its_request_id() {
    let app = TestApp::new().await;
    let (client, other, host) = (app.web_app().await, app.web_app().await, app.as_host().await);
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(id_of(&app.exchange(&client, "nonsense").await));
    }
    let page = host.get(&page_of(&client)).await;
    page.assert_text("3 times, last <time");
    assert_eq!(rows(&page), 1);
    for id in &ids {
        let found = host.get(&format!("{}?q={id}", page_of(&client))).await;
        assert_sound_with_scripts(&found);
        assert_eq!(rows(&found), 1, "{id}");
        let found = host.get(&format!("/admin/activity?request={id}")).await;
        assert_sound_with_scripts(&found);
        assert_eq!(rows(&found), 1, "{id}");
        found.assert_text("Mobile App").assert_text("<details open");
        assert_eq!(rows(&host.get(&format!("{}?q={id}", page_of(&other))).await), 0);
    }
    host.get("/admin/activity?request=0123456789abcdef")
        .await
        .assert_status(200)
        .assert_text("Nothing was recorded under this id");
    host.get("/admin/activity?request=lk_at_x")
        .await
        .assert_text("This is not a request id");
}

#[tokio::test]
async fn only_hosts_see_the_activity_of_all_applications() {
    let app = TestApp::new().await;
    app.browser()
        .get("/admin/activity")
        .await
        .assert_redirect("/sign-in?return_to=%2Fadmin%2Factivity");
    app.as_member()
        .await
        .get("/admin/activity?request=0123456789abcdef")
        .await
        .assert_status(403);
    let page = app.as_host().await.get("/admin/activity").await;
    assert_sound_with_scripts(&page);
    page.assert_status(200).assert_text("Nothing has happened yet");
}

#[tokio::test]
async fn an_error_page_leads_a_host_to_the_entry() {
    let app = TestApp::new().await;
    let client = app.web_app().await;
    let link = client.asks(&[("redirect_uri", "https://myapp.com/oauth/callback/")]);
    for browser in [app.browser(), app.as_member().await] {
        browser
            .get(&link)
            .await
            .assert_status(400)
            .assert_no_text("/admin/activity");
    }
    let host = app.as_host().await;
    let seen = host.get(&link).await;
    let address = format!("/admin/activity?request={}", id_of(&seen));
    seen.assert_text(&format!("href=\"{address}\""));
    host.get(&address)
        .await
        .assert_text("they differ by a trailing slash")
        .assert_text("Add this redirect URI");
}

#[tokio::test]
async fn mistyped_and_deleted_applications_are_not_matched() {
    let app = TestApp::new().await;
    let (client, deleted, host) = (app.web_app().await, app.web_app().await, app.as_host().await);
    let mistyped = &client.id[..42];
    app.browser()
        .get(&client.asks(&[("client_id", mistyped)]))
        .await
        .assert_status(400);
    let failed = id_of(&app.exchange(&deleted, "nonsense").await);
    app.delete(&deleted).await;
    app.exchange(&deleted, "nonsense").await;
    let page = host.get("/admin/activity?filter=unmatched").await;
    assert_sound_with_scripts(&page);
    page.assert_text(mistyped)
        .assert_text("The client id looks like that of Mobile App")
        .assert_text(&deleted.id)
        .assert_text("The application was deleted.")
        .assert_text(&failed);
    assert_eq!(rows(&page), 3);
    host.get(&page_of(&client))
        .await
        .assert_text("Nothing has happened yet");
}

#[tokio::test]
async fn a_scope_is_added_after_a_question() {
    let app = TestApp::new().await;
    let (client, host, person) = (app.web_app().await, app.as_host().await, app.as_member().await);
    let link = client.asks(&[("scope", "read:posts read:courses")]);
    person
        .lets_in(&client, &[("scope", "read:posts read:courses")])
        .await;
    let page = host.get(&page_of(&client)).await;
    page.assert_text("Add read:courses");
    let ask = page
        .text
        .split("href=\"")
        .filter_map(|rest| rest.split('"').next())
        .find(|address| address.ends_with("/add-scopes"))
        .unwrap()
        .to_owned();
    let question = host.get(&ask).await;
    assert_sound(&question);
    let fields = question.hidden(&ask);
    let activity = format!("{}?done=scopes", page_of(&client));
    host.post(&ask, &crate::support::oauth::borrowed(&fields))
        .await
        .assert_redirect(&activity);
    host.get(&activity)
        .await
        .assert_text("The scopes are registered.");
    person.get(&link).await.assert_status(200);
    let audit = app.instance.store.audit(1).await.unwrap().remove(0);
    assert_eq!(audit.action, AuditAction::ApplicationUpdated);
    // Asking or confirming again changes nothing.
    host.get(&ask).await.assert_text("registered now");
    host.post(&ask, &crate::support::oauth::borrowed(&fields))
        .await
        .assert_status(200)
        .assert_text("registered now");
}

#[tokio::test]
async fn a_paused_application_is_resumed_from_its_activity() {
    let app = TestApp::new().await;
    let (client, host) = (app.web_app().await, app.as_host().await);
    app.pause(&client).await;
    app.exchange(&client, "nonsense").await;
    let resume = format!("{}/resume", page_of(&client));
    host.get(&page_of(&client))
        .await
        .assert_text(&format!("action=\"{resume}\""));
    app.as_member().await.post(&resume, &[]).await.assert_status(403);
    host.post(&resume, &[])
        .await
        .assert_redirect(&format!("{}?done=resumed", page_of(&client)));
    host.get(&page_of(&client)).await.assert_no_text(&resume);
}

#[tokio::test]
async fn errors_of_the_headless_api_are_listed_by_code_and_field() {
    let app = TestApp::new().await;
    let (client, host, person) = (app.web_app().await, app.as_host().await, app.as_member().await);
    let tokens = app.connect_for(&client, &person, "read:posts").await;
    let token = tokens["access_token"].as_str().unwrap();
    let ask = async |query: &str| {
        let program = app.browser();
        let request = program
            .bare(Method::POST, "/networks/my-community/graphql")
            .bearer_auth(token)
            .json(&json!({ "query": query }));
        program.send(request).await
    };
    let before = rows(&host.get(&page_of(&client)).await);
    ask("{ me { name } }").await.assert_status(200);
    assert_eq!(rows(&host.get(&page_of(&client)).await), before, "it worked");
    let mut ids = Vec::new();
    for _ in 0..3 {
        ids.push(id_of(&ask("{ me { email } }").await));
    }
    let page = host.get(&format!("{}?filter=api", page_of(&client))).await;
    assert_sound_with_scripts(&page);
    assert_eq!(rows(&page), 1);
    page.assert_text("FORBIDDEN at ")
        .assert_text(">me.email</code>")
        .assert_text("3 times, last <time")
        .assert_text("Ada Lovelace")
        .assert_text("The scope is registered, but this token does not have it.");
    for id in &ids {
        let found = host.get(&format!("/admin/activity?request={id}")).await;
        assert_eq!(rows(&found), 1);
    }
    ask("{ nonsense }").await;
    let page = host.get(&format!("{}?filter=api", page_of(&client))).await;
    assert_eq!(rows(&page), 2);
    page.assert_text("BAD_USER_INPUT");
}

#[tokio::test]
async fn filters_and_a_search_are_kept_from_page_to_page() {
    let app = TestApp::new().await;
    let (client, host, person) = (app.web_app().await, app.as_host().await, app.as_member().await);
    app.connect(&client, &person).await;
    app.exchange(&client, "nonsense").await;
    let page = async |query: &str| host.get(&format!("{}{query}", page_of(&client))).await;
    for (query, count) in [
        ("", 3),
        ("?filter=failed", 1),
        ("?filter=authorizations", 1),
        ("?filter=tokens", 2),
        ("?filter=api", 0),
        ("?filter=nonsense", 3),
        ("?q=ada+lovelace", 2),
        ("?q=did+not+issue", 1),
        ("?filter=failed&q=ada", 0),
    ] {
        let answer = page(query).await;
        assert_sound_with_scripts(&answer);
        assert_eq!(rows(&answer), count, "{query}");
    }
    page("?filter=failed&q=%22%3Cb%3E")
        .await
        .assert_text("value=\"&quot;&lt;b&gt;\"")
        .assert_text("Nothing matches");
}
