//! `kill -9` during saves: answered saves are there afterwards.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::json;

use crate::support::{Binary, Browser};

/// The number of answered saves before the server is killed.
const ENOUGH: usize = 60;

#[tokio::test(flavor = "multi_thread")]
async fn every_save_that_was_answered_is_there_afterwards() {
    let binary = Binary::new();
    let mut acknowledged = HashSet::new();
    for round in 0..3 {
        let mut server = binary.serve(&["--demo"]).await;
        let browser = Arc::new(server.browser());
        browser
            .sign_in("host@demo.example", "latchkey-demo")
            .await
            .assert_redirect("/");
        let answered = Arc::new(AtomicUsize::new(0));
        let mut workers = tokio::task::JoinSet::new();
        for worker in 0..4 {
            workers.spawn(save_until_it_fails(
                browser.clone(),
                format!("{round}-{worker}"),
                answered.clone(),
            ));
        }
        while answered.load(Ordering::Relaxed) < ENOUGH {
            tokio::task::yield_now().await;
        }
        server.send("-KILL");
        server.wait();
        for names in workers.join_all().await {
            acknowledged.extend(names);
        }
        let list = binary.run(&["app", "list", "--json"]).json();
        let kept: HashSet<String> = list
            .as_array()
            .unwrap()
            .iter()
            .map(|app| app["client_id"].as_str().unwrap().to_owned())
            .collect();
        let missing: Vec<_> = acknowledged.difference(&kept).collect();
        assert!(missing.is_empty(), "lost {missing:?}");
    }
    assert!(acknowledged.len() >= 3 * ENOUGH);
}

async fn save_until_it_fails(
    browser: Arc<Browser>,
    number: String,
    answered: Arc<AtomicUsize>,
) -> Vec<String> {
    let mut names = vec![];
    loop {
        let draft = json!({ "draft": {
            "name": format!("App {number}-{}", names.len()),
            "redirect_uris": "https://myapp.com/oauth/callback",
            "scopes": ["read:posts"],
            "confidential": true,
            "skip_consent": false,
        } });
        let request = browser.bare(reqwest::Method::POST, "/api/applications/create");
        let Ok(response) = request
            .header("sec-fetch-site", "same-origin")
            .json(&draft)
            .send()
            .await
        else {
            break;
        };
        let Ok(answer) = response.json::<serde_json::Value>().await else {
            break;
        };
        names.push(
            answer["client_id"]
                .as_str()
                .unwrap_or_else(|| panic!("{answer}"))
                .to_owned(),
        );
        answered.fetch_add(1, Ordering::Relaxed);
    }
    names
}
