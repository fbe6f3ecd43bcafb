//! `…/{client_id}/export.json` and `…/import`: an application as a file, for hosts.

use http::StatusCode;
use http::header::{ACCEPT, CONTENT_TYPE};
use reqwest::Method;
use serde_json::Value;

use crate::support::{Answer, Browser, TestApp, assert_sound};

const IMPORT: &str = "/admin/settings/oauth-applications/import";

/// Sends the form with a file and a text.
async fn send(browser: &Browser, file: &str, text: &str) -> Answer {
    let body = format!(
        "--edge\r\nContent-Disposition: form-data; name=\"file\"; filename=\"app.json\"\r\n\
         Content-Type: application/json\r\n\r\n{file}\r\n\
         --edge\r\nContent-Disposition: form-data; name=\"json\"\r\n\r\n{text}\r\n--edge--\r\n"
    );
    let request = browser
        .bare(Method::POST, IMPORT)
        .header("sec-fetch-site", "same-origin")
        .header(ACCEPT, "text/html")
        .header(CONTENT_TYPE, "multipart/form-data; boundary=edge")
        .body(body);
    browser.send(request).await
}

#[tokio::test]
async fn an_exported_application_is_imported_again() {
    let app = TestApp::new().await;
    let client = app.web_app().await;
    let host = app.as_host().await;
    let path = format!("/admin/settings/oauth-applications/{}/export.json", client.id);
    let file = host.get(&path).await;
    file.assert_status(200);
    assert_eq!(
        file.header("content-disposition"),
        "attachment; filename=\"mobile-app.json\""
    );
    assert!(!file.text.contains(client.secret.as_deref().unwrap()));
    let exported = file.json();
    assert_eq!(exported["client_id"], client.id.as_str());
    assert_eq!(exported["redirect_uris"][0], "https://myapp.com/oauth/callback");

    // It is here already.
    let taken = send(&host, &file.text, "").await;
    assert_sound(&taken);
    taken
        .assert_status(422)
        .assert_text("Another application has this client id");
    let caller = latchkey_registration::Caller::operator();
    app.instance.registrar.delete(&caller, &client.id).await.unwrap();
    let ready = format!("/admin/settings/oauth-applications/{}/ready", client.id);
    send(&host, &file.text, "").await.assert_redirect(&ready);
    let again = app.instance.registrar.find(&caller, &client.id).await.unwrap();
    assert_eq!(again.application.spec.name.as_str(), "Mobile App");
    assert_eq!(again.secrets.len(), 1, "a new secret");

    // Without an id it gets a new one, also where it is pasted.
    let mut pasted: Value = exported;
    pasted.as_object_mut().unwrap().remove("client_id");
    let moved = send(&host, "", &pasted.to_string()).await;
    assert_eq!(moved.status, StatusCode::SEE_OTHER);
    assert_ne!(moved.header("location"), ready);
}

#[tokio::test]
async fn what_is_wrong_with_a_file_is_said_beside_it() {
    let app = TestApp::new().await;
    let host = app.as_host().await;
    let form = host.get(IMPORT).await;
    assert_sound(&form);
    form.assert_status(200).assert_text("Import an application");
    for (text, words) in [
        ("", "The file is empty"),
        ("<b>", "The file is not an exported application"),
        (
            r#"{"name": "", "redirect_uris": ["localhost:3000/cb"], "scopes": ["read:posts"]}"#,
            "type http://localhost:3000/cb",
        ),
        (
            r#"{"name": "", "redirect_uris": [], "scopes": ["read:posts"]}"#,
            "The application name cannot be blank.",
        ),
        (
            r#"{"name": "A", "redirect_uris": [], "scopes": [], "client_secret": "x"}"#,
            "unknown field `client_secret`",
        ),
    ] {
        let page = send(&host, "", text).await;
        assert_sound(&page);
        page.assert_status(422).assert_text(words);
    }
}

#[tokio::test]
async fn only_hosts_export_and_import() {
    let app = TestApp::new().await;
    let client = app.web_app().await;
    let path = format!("/admin/settings/oauth-applications/{}/export.json", client.id);
    let member = app.as_member().await;
    for path in [path.as_str(), IMPORT] {
        member
            .get(path)
            .await
            .assert_status(403)
            .assert_no_text("myapp.com");
    }
    send(&member, "{}", "").await.assert_status(403);
    let encoded: String = form_urlencoded::byte_serialize(IMPORT.as_bytes()).collect();
    let sign_in = format!("/sign-in?return_to={encoded}");
    app.browser().get(IMPORT).await.assert_redirect(&sign_in);
    let unknown = format!(
        "/admin/settings/oauth-applications/{}/export.json",
        "x".repeat(43)
    );
    app.as_host().await.get(&unknown).await.assert_status(404);
}
