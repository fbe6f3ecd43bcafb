//! The sizes of values match `docs/oauth.md`, so that clients can reserve space (RFC 6749 sections 2.2 and 4.1.2).

use std::collections::HashSet;

use crate::support::TestApp;

fn documented() -> Vec<(String, usize)> {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/oauth.md");
    let text = std::fs::read_to_string(path).unwrap();
    text.lines()
        .filter_map(|line| {
            let mut cells = line.strip_prefix("| `")?.split('|');
            let name = cells.next()?.trim().trim_matches('`').to_owned();
            // The table of scopes has no sizes.
            Some((name, cells.next()?.trim().parse().ok()?))
        })
        .collect()
}

#[tokio::test]
async fn are_as_long_as_documented_and_never_the_same_twice() {
    let app = TestApp::new().await;
    let person = app.as_member().await;
    let sizes = documented();
    assert_eq!(sizes.len(), 5);
    let mut seen = HashSet::new();
    for _ in 0..3 {
        let client = app.web_app().await;
        let code = person.lets_in(&client, &[]).await;
        let tokens = app.exchange(&client, &code).await.assert_status(200).json();
        for (name, size) in &sizes {
            let value = match name.as_str() {
                "client_id" => client.id.clone(),
                "client_secret" => client.secret.clone().unwrap(),
                "code" => code.clone(),
                token => tokens[token].as_str().unwrap().to_owned(),
            };
            assert_eq!(value.len(), *size, "{name}");
            assert!(seen.insert(value), "{name} came twice");
        }
    }
}

#[tokio::test]
async fn say_nothing_of_the_challenge_or_the_person() {
    let app = TestApp::new().await;
    let (client, person) = (app.web_app().await, app.as_member().await);
    let page = person.get(&client.asks(&[])).await;
    let callback = person.allow(&page, "read:posts").await.callback();
    let challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";
    assert!(client.asks(&[]).contains(challenge));
    let code = callback.code();
    assert!(!code.contains(challenge) && !code.contains("member"));
    assert_eq!(callback.get("code_challenge"), None);
}
