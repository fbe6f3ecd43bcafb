//! Concurrent requests against the real binary: one of those with the same code wins, and refreshing in several tabs
//! is not punished.

use std::collections::HashSet;
use std::sync::Arc;

use reqwest::{Client as Program, StatusCode};
use serde_json::Value;
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use crate::support::oauth::Form;
use crate::support::{Binary, Server};

const MANY: usize = 200;

/// Sends the same form `MANY` times at once, each on its own connection, and returns each response's status and body.
async fn all_at_once(server: &Server, form: &Form) -> Vec<(StatusCode, Value)> {
    let start = Arc::new(Barrier::new(MANY));
    let mut programs = JoinSet::new();
    for _ in 0..MANY {
        let (start, form) = (start.clone(), form.clone());
        let address = format!("{}/oauth/token", server.url);
        programs.spawn(async move {
            let program = Program::new();
            start.wait().await;
            let answer = program.post(address).form(&form).send().await.unwrap();
            (answer.status(), answer.json().await.unwrap())
        });
    }
    programs.join_all().await
}

fn pair(tokens: &Value) -> (String, String) {
    let text = |name: &str| tokens[name].as_str().unwrap().to_owned();
    (text("access_token"), text("refresh_token"))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_200_redemptions_of_one_code_one_wins_and_is_revoked_by_the_others() {
    let binary = Binary::new();
    let server = binary.serve(&["--demo"]).await;
    let (client, person) = (binary.register(), server.as_member().await);
    let code = person.lets_in(&client, &[]).await;
    let answers = all_at_once(&server, &client.exchanges(&code, &[])).await;
    let (won, lost): (Vec<_>, Vec<_>) = answers
        .into_iter()
        .partition(|(status, _)| *status == StatusCode::OK);
    assert_eq!((won.len(), lost.len()), (1, MANY - 1));
    for (status, error) in &lost {
        assert_eq!((status.as_u16(), &error["error"]), (400, &"invalid_grant".into()));
    }
    // RFC 6749 section 4.1.2: one of them may have been a thief, so nobody keeps access.
    let tokens = &won[0].1;
    assert_eq!(server.userinfo(tokens).await, 401);
    server
        .refresh(&client, tokens)
        .await
        .assert_error(400, "invalid_grant");
}

#[tokio::test]
async fn one_redemption_alone_gives_tokens_that_work() {
    let binary = Binary::new();
    let server = binary.serve(&["--demo"]).await;
    let (client, person) = (binary.register(), server.as_member().await);
    let tokens = server.connect(&client, &person).await;
    assert_eq!(server.userinfo(&tokens).await, 200);
    server.refresh(&client, &tokens).await.assert_status(200);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn all_of_200_refreshes_of_one_token_get_the_same_pair_and_nothing_is_revoked() {
    let binary = Binary::new();
    let server = binary.serve(&["--demo"]).await;
    let (client, person) = (binary.register(), server.as_member().await);
    let mut tokens = server.connect(&client, &person).await;
    for _ in 0..3 {
        let before = pair(&tokens);
        let answers = all_at_once(&server, &client.refreshes(&before.1)).await;
        let pairs: HashSet<_> = answers
            .iter()
            .map(|(status, tokens)| {
                assert_eq!(*status, StatusCode::OK, "{tokens}");
                pair(tokens)
            })
            .collect();
        assert_eq!((answers.len(), pairs.len()), (MANY, 1));
        assert!(!pairs.contains(&before));
        tokens = answers.into_iter().next().unwrap().1;
        assert_eq!(server.userinfo(&tokens).await, 200);
    }
    server.refresh(&client, &tokens).await.assert_status(200);
}
