//! Invalid form input, sent directly to the server functions: every field with the error text it returns, when an
//! application is created and when it is edited. Nothing is stored. `-- --nocapture` prints a table.

use latchkey_domain::PageRequest;
use serde_json::{Value, json};

use crate::support::TestApp;

/// The input for a field, and a part of the error text returned for it.
type Case = (&'static str, Value, &'static str);

fn wrong_names() -> Vec<Case> {
    vec![
        ("nothing", "".into(), "blank"),
        ("blanks", " \t ".into(), "blank"),
        ("1 MB", "x".repeat(1_000_000).into(), "at most"),
        ("a NUL", "a\u{0}b".into(), "invisible"),
        ("a line feed", "a\nb".into(), "invisible"),
        ("an escape sequence", "\u{1b}[31mred".into(), "invisible"),
        (
            "a change of direction (U+202E)",
            "abc\u{202e}gpj".into(),
            "invisible",
        ),
        ("a zero-width space", "Pay\u{200b}Pal".into(), "invisible"),
    ]
}

fn wrong_redirect_uris() -> Vec<Case> {
    let uris = |count: usize| {
        let lines: Vec<_> = (0..count).map(|n| format!("https://a.example/{n}")).collect();
        Value::from(lines.join("\n"))
    };
    let mut cases = vec![
        ("nothing", "".into(), "at least one"),
        ("blank lines", "\n \n".into(), "at least one"),
        ("500 of them", uris(500), "at most 20"),
        ("21 of them", uris(21), "at most 20"),
        (
            "2,049 characters",
            format!("https://a.example/{}", "x".repeat(2_031)).into(),
            "2048",
        ),
        ("a path", "/callback".into(), "https://"),
        ("no scheme", "myapp.com/callback".into(), "https://"),
        ("http on the internet", "http://myapp.com/cb".into(), "use https"),
        ("http on 0.0.0.0", "http://0.0.0.0/cb".into(), "use https"),
        ("https with one slash", "https:/myapp.com/cb".into(), "host"),
        ("no host", "https:///cb".into(), "host"),
        ("a fragment", "https://myapp.com/cb#x".into(), "fragment"),
        ("an empty fragment", "https://myapp.com/cb#".into(), "fragment"),
        ("a wildcard", "https://*.myapp.com/cb".into(), "wildcard"),
        ("a port that is none", "https://myapp.com:99999/cb".into(), "port"),
        ("a space", "https://myapp.com/a b".into(), "space"),
        ("a NUL", "https://myapp.com/\u{0}".into(), "control character"),
        (
            "a private-use scheme, but a secret",
            "com.example.app:/cb".into(),
            "public clients",
        ),
        (
            "a scheme of an operating system",
            "ms-settings:/cb".into(),
            "operating systems",
        ),
        ("https mistyped", "htps://myapp.com/cb".into(), "mistyped"),
        (
            "one good, one bad",
            "https://myapp.com/cb\nhttp://myapp.com/cb".into(),
            "Line 2",
        ),
    ];
    cases.extend(look_alikes());
    cases
}

/// Redirect URIs that look like something else.
fn look_alikes() -> Vec<Case> {
    vec![
        (
            "http on a host that begins like localhost",
            "http://localhost.evil.com/cb".into(),
            "use https",
        ),
        (
            "http on a host that begins like 127.0.0.1",
            "http://127.0.0.1.evil.com/cb".into(),
            "use https",
        ),
        ("javascript:", "javascript:alert(1)".into(), "javascript"),
        (
            "javascript: in capitals",
            "JaVaScRiPt:alert(1)".into(),
            "javascript",
        ),
        (
            "javascript: with a tab in it",
            "java\tscript:alert(1)".into(),
            "control character",
        ),
        (
            "javascript: behind a no-break space",
            "\u{a0}javascript:alert(1)".into(),
            "",
        ),
        ("data:", "data:text/html,x".into(), "data"),
        ("file:", "file:///etc/passwd".into(), "file"),
        ("vbscript:", "vbscript:x".into(), "vbscript"),
        (
            "a look-alike of https (full width)",
            "ｈttps://myapp.com/cb".into(),
            "",
        ),
        ("a look-alike of https (hxxps)", "hxxps://myapp.com/cb".into(), ""),
        ("a Cyrillic letter in the host", "https://myаpp.com/cb".into(), ""),
        ("a password", "https://user:pw@myapp.com/cb".into(), "password"),
        (
            "another host behind an @",
            "https://myapp.com@evil.com/cb".into(),
            "password",
        ),
        ("a backslash", "https://myapp.com\\@evil.com/cb".into(), ""),
        ("a way up", "https://myapp.com/a/../b".into(), "path segment"),
    ]
}

fn wrong_scopes() -> Vec<Case> {
    vec![
        ("none", json!([]), "at least one"),
        (
            "one that does not exist",
            json!(["read:everything"]),
            "read:everything",
        ),
        ("one in capitals", json!(["READ:POSTS"]), "READ:POSTS"),
        (
            "two in one",
            json!(["read:posts,write:posts"]),
            "separated by spaces",
        ),
        ("10,000 of them", json!(vec!["nonsense"; 10_000]), ""),
    ]
}

/// All cases, with their fields.
fn wrong() -> Vec<(&'static str, &'static str, Value, &'static str)> {
    let fields = [
        ("name", wrong_names()),
        ("redirect_uris", wrong_redirect_uris()),
        ("scopes", wrong_scopes()),
    ];
    let cases = fields.into_iter().map(|(field, cases)| {
        cases
            .into_iter()
            .map(move |(what, value, words)| (field, what, value, words))
    });
    cases.flatten().collect()
}

fn good() -> Value {
    json!({
        "name": "Mobile App",
        "redirect_uris": "https://myapp.com/oauth/callback",
        "scopes": ["read:posts"],
        "confidential": true,
        "skip_consent": false,
    })
}

async fn stored(app: &TestApp) -> u64 {
    let page = app
        .instance
        .store
        .applications(
            &latchkey_domain::ListQuery::default(),
            PageRequest::new(1, 1),
            latchkey_domain::Timestamp::from_millis(0),
        )
        .await;
    page.unwrap().total
}

#[tokio::test]
async fn a_wrong_field_is_named_and_nothing_is_stored() {
    let app = TestApp::new().await;
    let host = app.as_host().await;
    println!("| field | what was put in | what came back |\n|---|---|---|");
    for (field, what, value, words) in wrong() {
        let mut draft = good();
        draft[field] = value;
        let answer = host.call("applications/create", &json!({ "draft": draft })).await;
        answer.assert_status(422);
        let answer = answer.json();
        assert_eq!(answer["error"], "invalid", "{what}");
        let said = answer["errors"][field].as_str().unwrap_or_default();
        assert!(
            !said.is_empty() && said.contains(words),
            "{field}, {what}: {answer}"
        );
        // A person reads this beside the field: it stays short for any input.
        assert!(said.len() < 4_000, "{field}, {what}: {} characters", said.len());
        let shown: String = said
            .lines()
            .next()
            .unwrap_or_default()
            .chars()
            .take(160)
            .collect();
        println!("| {field} | {what} | {shown} |");
    }
    assert_eq!(stored(&app).await, 0);
}

#[tokio::test]
async fn an_edit_is_held_to_the_same_and_changes_nothing() {
    let app = TestApp::new().await;
    let host = app.as_host().await;
    let made = host
        .call("applications/create", &json!({ "draft": good() }))
        .await
        .json();
    let id = made["client_id"].as_str().unwrap();
    for (field, what, value, _) in wrong() {
        let mut draft = good();
        draft[field] = value;
        let edit = json!({ "client_id": id, "revision": 1, "draft": draft });
        let answer = host.call("applications/update", &edit).await;
        answer.assert_status(422);
        assert!(answer.json()["errors"][field].is_string(), "{field}, {what}");
    }
    let card = host
        .call("applications/find", &json!({ "client_id": id }))
        .await
        .json();
    let mut expected = good();
    for field in [
        "description",
        "website",
        "privacy_policy",
        "post_logout_redirect_uris",
    ] {
        expected[field] = "".into();
    }
    for field in ["spaces_in_groups", "es256"] {
        expected[field] = false.into();
    }
    assert_eq!(card["form"], expected);
    assert_eq!(card["revision"], 1);
}

#[tokio::test]
async fn all_that_is_wrong_is_said_at_once() {
    let app = TestApp::new().await;
    let host = app.as_host().await;
    let draft = json!({
        "name": "", "redirect_uris": "", "scopes": [], "confidential": true, "skip_consent": false
    });
    let answer = host.call("applications/create", &json!({ "draft": draft })).await;
    answer.assert_status(422);
    for field in ["name", "redirect_uris", "scopes"] {
        assert!(answer.json()["errors"][field].is_string(), "{field}");
    }
}

#[tokio::test]
async fn values_of_another_type_and_fields_that_do_not_exist_are_refused() {
    let app = TestApp::new().await;
    let host = app.as_host().await;
    for (field, value) in [
        ("name", json!(7)),
        ("name", Value::Null),
        ("redirect_uris", json!(["https://myapp.com/cb"])),
        ("scopes", json!("read:posts")),
        ("confidential", json!("yes")),
        ("skip_consent", json!(1)),
        ("client_secret", json!("mine")),
    ] {
        let mut draft = good();
        draft[field] = value;
        let answer = host.call("applications/create", &json!({ "draft": draft })).await;
        answer.assert_status(400);
        assert_eq!(answer.json()["error"], "bad_request", "{field}");
        let message = answer.json()["message"].as_str().unwrap().to_owned();
        assert!(
            message.starts_with("The request was not understood"),
            "{field}: {message}"
        );
    }
    assert_eq!(stored(&app).await, 0);
}
