//! `/admin/audit` and `/admin/audit.csv`

use latchkey_domain::Actor;
use latchkey_storage::{AuditAction, AuditEntry};

use crate::support::{Answer, TestApp, assert_sound};

/// The number of entries on a page.
fn entries(page: &Answer) -> usize {
    page.text.matches("class=\"activity-row\"").count()
}

async fn note(app: &TestApp, target: &str, detail: &str) {
    let entry = AuditEntry {
        at: app.instance.clock.now(),
        actor: Actor::operator(),
        action: AuditAction::NetworkChanged,
        target: target.to_owned(),
        detail: detail.to_owned(),
    };
    app.instance.store.note(entry).await.unwrap();
}

#[tokio::test]
async fn only_hosts_can_open_it() {
    let app = TestApp::new().await;
    for path in ["/admin/audit", "/admin/audit.csv"] {
        let signed_out = app.browser().get(path).await;
        signed_out.assert_status(303).assert_no_text("member_added");
        let answer = app.as_member().await.get(path).await;
        assert_sound(&answer);
        answer.assert_status(403).assert_text("Only hosts can open Admin");
    }
}

#[tokio::test]
async fn says_who_did_what_from_where() {
    let app = TestApp::new().await;
    let client = app.web_app().await;
    let host = app.as_host().await;
    let which = serde_json::json!({ "client_id": client.id });
    let card = host.call("applications/find", &which).await.json();
    let reveal = serde_json::json!({ "client_id": client.id, "secret": card["secrets"][0]["id"] });
    let revealed = host.call("applications/secrets/reveal", &reveal).await;
    revealed.assert_status(200);
    let page = host.get("/admin/audit").await;
    assert_sound(&page);
    page.assert_status(200)
        .assert_text("Secret revealed")
        .assert_text("Mobile App")
        .assert_text("host@example.com")
        .assert_text("127.0.0.1")
        .assert_text(revealed.header("x-request-id"))
        .assert_text("The operator, on the command line")
        .assert_text("Host signed in");
}

#[tokio::test]
async fn an_application_leads_to_its_page_and_a_deleted_one_to_its_entries() {
    let app = TestApp::new().await;
    let client = app.web_app().await;
    let host = app.as_host().await;
    let page_of_it = format!("href=\"/admin/settings/oauth-applications/{}\"", client.id);
    let its_entries = format!("/admin/audit?target={}", client.id);
    let link = format!("href=\"{its_entries}\"");
    host.get("/admin/audit")
        .await
        .assert_text(&page_of_it)
        .assert_no_text(&link);

    app.delete(&client).await;
    let page = host.get("/admin/audit?action=application_deleted").await;
    assert_sound(&page);
    page.assert_text("Mobile App")
        .assert_text("Deleted")
        .assert_text(&link)
        .assert_no_text(&page_of_it);
    let export = host.get("/admin/audit.csv?action=application_deleted").await;
    export.assert_text(&format!("\"{}\",\"Mobile App\"", client.id));
    assert_eq!(entries(&host.get(&its_entries).await), 2);

    // Its pages say so, and lead to the same entries.
    let gone = format!("/admin/settings/oauth-applications/{}/activity", client.id);
    let page = host.get(&gone).await;
    assert_sound(&page);
    page.assert_status(404)
        .assert_text("There is no such application")
        .assert_text("It may have been deleted")
        .assert_text(&link);
    host.get("/admin/settings/oauth-applications/x/activity")
        .await
        .assert_status(404)
        .assert_text("There is no such page")
        .assert_no_text("/admin/audit?target=");
}

#[tokio::test]
async fn sign_ins_and_sessions_of_hosts_are_in_it_and_those_of_members_are_not() {
    let app = TestApp::new().await;
    app.browser()
        .sign_in("host@example.com", "wrong")
        .await
        .assert_status(422);
    app.browser()
        .sign_in("member@example.com", "wrong")
        .await
        .assert_status(422);
    app.browser()
        .sign_in("nobody@example.com", "wrong")
        .await
        .assert_status(422);
    let other = app.as_host().await;
    app.as_member().await.post("/sign-out", &[]).await;
    let host = app.as_host().await;
    host.post("/account/sessions/end-others", &[])
        .await
        .assert_status(303);
    other.get("/account").await.assert_status(303);
    app.as_host()
        .await
        .post("/sign-out", &[])
        .await
        .assert_status(303);
    // The failure is recorded after the response.
    let failures = loop {
        let entries = app.instance.store.audit(100).await.unwrap();
        let failed: Vec<_> = entries
            .iter()
            .filter(|entry| entry.action == AuditAction::SignInFailed)
            .cloned()
            .collect();
        if !failed.is_empty() {
            break failed;
        }
        tokio::task::yield_now().await;
    };
    assert_eq!(failures.len(), 1);
    assert_eq!(
        (failures[0].target.as_str(), failures[0].actor.member),
        ("host@example.com", None)
    );
    assert!(failures[0].actor.address.is_some() && failures[0].actor.request_id.is_some());
    let count = async |action: &str| entries(&host.get(&format!("/admin/audit?action={action}")).await);
    assert_eq!(count("signed_in").await, 3);
    assert_eq!(count("session_ended").await, 1);
    assert_eq!(count("signed_out").await, 1);
    assert_eq!(count("sign_in_failed").await, 1);
}

#[tokio::test]
async fn filters_by_form_and_pages_by_cursor() {
    let app = TestApp::new().await;
    for number in 0..120 {
        note(&app, &format!("target-{number}"), "").await;
    }
    let host = app.as_host().await;
    let first = host.get("/admin/audit?who=operator&target=target-").await;
    assert_sound(&first);
    assert_eq!(entries(&first), 50);
    let older = first
        .text
        .split("href=\"")
        .filter_map(|rest| rest.split('"').next())
        .find(|address| address.contains("before="))
        .unwrap()
        .replace("&amp;", "&");
    let second = host.get(&older).await;
    assert_eq!(entries(&second), 50);
    second
        .assert_text("target-69")
        .assert_no_text("target-70<")
        .assert_text("Newest");
    assert_eq!(entries(&host.get("/admin/audit?target=target-11").await), 11);
    assert_eq!(
        entries(&host.get("/admin/audit?from=2020-01-01&to=2020-01-02").await),
        0
    );
    let none = host.get("/admin/audit?target=%25%27%3B--").await;
    assert_sound(&none);
    none.assert_status(200).assert_text("Nothing matches");
    for wrong in ["from=soon", "to=2027-02-30", "action=king_crowned"] {
        let answer = host.get(&format!("/admin/audit?{wrong}")).await;
        assert_sound(&answer);
        answer.assert_status(200).assert_text("role=\"alert\"");
        host.get(&format!("/admin/audit.csv?{wrong}"))
            .await
            .assert_status(400);
    }
}

#[tokio::test]
async fn is_searched_without_regard_to_case_and_accents() {
    let app = TestApp::new().await;
    note(&app, "ÉCOLE", "the Straße, 新しい自転車").await;
    let host = app.as_host().await;
    for query in [
        "target=%C3%A9cole",
        "target=ecole",
        "target=STRASSE",
        "target=%E8%87%AA%E8%BB%A2%E8%BB%8A",
    ] {
        let page = host.get(&format!("/admin/audit?{query}")).await;
        assert_eq!(entries(&page), 1, "{query}");
        let export = host.get(&format!("/admin/audit.csv?{query}")).await;
        export.assert_text("ÉCOLE");
    }
}

#[tokio::test]
async fn the_export_has_every_entry_and_no_formula() {
    let app = TestApp::new().await;
    for number in 0..1_200 {
        note(&app, &format!("row-{number}"), "").await;
    }
    note(&app, "=HYPERLINK(\"https://evil.example\")", "@SUM(1+1), \"two\"").await;
    note(&app, "x;=cmd|' /C calc'!A0", "").await;
    let host = app.as_host().await;
    let answer = host.get("/admin/audit.csv?action=network_changed").await;
    answer.assert_status(200);
    assert_eq!(answer.header("content-type"), "text/csv; charset=utf-8");
    assert!(answer.header("content-disposition").contains("audit.csv"));
    assert_eq!(answer.header("cache-control"), "no-store");
    let mut reader = csv::Reader::from_reader(answer.text.as_bytes());
    let rows: Vec<csv::StringRecord> = reader.records().map(Result::unwrap).collect();
    assert_eq!(rows.len(), 1_202);
    assert_eq!(&rows[0][7], "x;'=cmd|' /C calc'!A0");
    assert_eq!(&rows[1][7], "'=HYPERLINK(\"https://evil.example\")");
    assert_eq!(&rows[1][9], "'@SUM(1+1), \"two\"");
    assert_eq!((&rows[2][7], &rows[1_201][7]), ("row-1199", "row-0"));
    // Every cell is quoted, so a locale with another separator sees the same cells.
    for row in answer.text.lines() {
        assert!(row.starts_with('"') && row.ends_with('"'), "{row}");
        assert!(row.matches("\",\"").count() >= 9, "{row}");
    }
    let exports = host.get("/admin/audit?action=audit_exported").await;
    assert_eq!(entries(&exports), 1);
    exports.assert_text("action=network_changed");
}

#[tokio::test]
async fn it_stands_in_the_navigation_of_the_admin() {
    let app = TestApp::new().await;
    let host = app.as_host().await;
    for path in ["/admin/settings/oauth-applications", "/admin/audit"] {
        host.get(path)
            .await
            .assert_text("href=\"/admin/audit\"")
            .assert_text("href=\"/admin/settings/oauth-applications\"");
    }
}
