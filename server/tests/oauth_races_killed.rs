//! `kill -9` during many requests: what was answered stays valid.

use std::collections::HashSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use reqwest::Client as Program;
use serde_json::Value;
use tokio::task::JoinSet;

use crate::support::oauth::{Client, Form};
use crate::support::{Answer, Binary, Browser, Server};

const MANY: usize = 200;
const ROUNDS: usize = 3;

/// What one application instance did before the power cut, as far as it got responses.
#[derive(Default)]
struct Answered {
    /// The last pair of a chain of refreshes.
    pair: Option<Value>,
    /// Redeemed codes and what they returned.
    redeemed: Vec<(String, Value)>,
    /// Revoked pairs.
    revoked: Vec<Value>,
}

/// Sends a form; `None` once the server is gone.
async fn send(program: &Program, url: &str, path: &str, form: &Form) -> Option<Answer> {
    let response = program
        .post(format!("{url}{path}"))
        .form(form)
        .send()
        .await
        .ok()?;
    let (status, headers) = (response.status(), response.headers().clone());
    let text = response.text().await.ok()?;
    Some(Answer {
        status,
        headers,
        text,
    })
}

/// Refreshes a chain, redeems codes and revokes what they returned, until the server is gone.
async fn work(
    url: String,
    client: Arc<Client>,
    first: Value,
    codes: Vec<String>,
    counter: Arc<AtomicUsize>,
) -> Answered {
    let program = Program::new();
    let mut answered = Answered {
        pair: Some(first),
        ..Answered::default()
    };
    let mut codes = codes.into_iter();
    loop {
        let tokens = answered.pair.as_ref().unwrap();
        let refresh = client.refreshes(tokens["refresh_token"].as_str().unwrap());
        let Some(answer) = send(&program, &url, "/oauth/token", &refresh).await else {
            return answered;
        };
        answered.pair = Some(answer.assert_status(200).json());
        counter.fetch_add(1, Ordering::Relaxed);
        let Some(code) = codes.next() else { continue };
        let Some(answer) = send(&program, &url, "/oauth/token", &client.exchanges(&code, &[])).await else {
            return answered;
        };
        let tokens = answer.assert_status(200).json();
        answered.redeemed.push((code, tokens.clone()));
        if answered.redeemed.len() > answered.revoked.len() + 1 {
            let form = client.names(tokens["access_token"].as_str().unwrap());
            let Some(answer) = send(&program, &url, "/oauth/revoke", &form).await else {
                // It may or may not be revoked: there was no response.
                answered.redeemed.pop();
                return answered;
            };
            answer.assert_status(200);
            answered.redeemed.pop();
            answered.revoked.push(tokens);
        }
    }
}

/// The restarted server, and the member's browser, which is still signed in.
async fn restart(binary: &Binary, person: &Browser) -> (Server, Browser) {
    let server = binary.serve(&["--demo"]).await;
    let browser = server.browser();
    browser.set_cookie(person.cookie());
    (server, browser)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn what_was_answered_before_the_kill_holds_after_the_restart() {
    let binary = Binary::new();
    let mut server = binary.serve(&["--demo"]).await;
    // One for each worker: a member has only a limited number of waiting codes per application.
    let clients: Vec<_> = (0..6).map(|_| Arc::new(binary.register())).collect();
    let mut person = server.as_member().await;
    let (mut kept, mut redeemed, mut revoked) = (0, 0, 0);
    for round in 0..ROUNDS {
        let counter = Arc::new(AtomicUsize::new(0));
        let mut workers = JoinSet::new();
        for client in &clients {
            let first = server.connect(client, &person).await;
            let mut codes = vec![];
            for _ in 0..8 {
                codes.push(person.lets_in(client, &[]).await);
            }
            let (url, client, counter) = (server.url.clone(), client.clone(), counter.clone());
            workers.spawn(async move { (client.clone(), work(url, client, first, codes, counter).await) });
        }
        // At a different time in each round.
        while counter.load(Ordering::Relaxed) < 30 + 37 * round {
            tokio::task::yield_now().await;
        }
        server.kill();
        let all = workers.join_all().await;
        (server, person) = restart(&binary, &person).await;
        for (client, answered) in all {
            let tokens = answered.pair.unwrap();
            assert_eq!(server.userinfo(&tokens).await, 200, "round {round}");
            server.refresh(&client, &tokens).await.assert_status(200);
            kept += 1;
            for (code, tokens) in answered.redeemed {
                assert_eq!(server.userinfo(&tokens).await, 200);
                let again = client.exchanges(&code, &[]);
                server
                    .send_form("/oauth/token", &again)
                    .await
                    .assert_error(400, "invalid_grant");
                redeemed += 1;
            }
            for tokens in answered.revoked {
                assert_eq!(server.userinfo(&tokens).await, 401);
                server
                    .refresh(&client, &tokens)
                    .await
                    .assert_error(400, "invalid_grant");
                revoked += 1;
            }
        }
    }
    assert_eq!(kept, 6 * ROUNDS);
    assert!(redeemed > 0 && revoked > 0, "{redeemed} {revoked}");
}

/// Sends the same form many times at once and kills the server after `enough` responses; returns them.
async fn killed_after(server: Server, form: &Form, enough: usize) -> Vec<Answer> {
    let counter = Arc::new(AtomicUsize::new(0));
    let mut programs = JoinSet::new();
    for _ in 0..MANY {
        let (url, form, counter) = (server.url.clone(), form.clone(), counter.clone());
        programs.spawn(async move {
            let answer = send(&Program::new(), &url, "/oauth/token", &form).await;
            counter.fetch_add(usize::from(answer.is_some()), Ordering::Relaxed);
            answer
        });
    }
    while counter.load(Ordering::Relaxed) < enough {
        tokio::task::yield_now().await;
    }
    server.kill();
    programs.join_all().await.into_iter().flatten().collect()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_200_redemptions_and_a_kill_at_most_one_wins_and_what_was_revoked_stays_revoked() {
    let binary = Binary::new();
    let mut server = binary.serve(&["--demo"]).await;
    let (client, mut person) = (binary.register(), server.as_member().await);
    for enough in [1, 2, 60] {
        let code = person.lets_in(&client, &[]).await;
        let form = client.exchanges(&code, &[]);
        let answers = killed_after(server, &form, enough).await;
        assert!(answers.len() >= enough);
        (server, person) = restart(&binary, &person).await;
        let (won, lost): (Vec<_>, Vec<_>) = answers.iter().partition(|answer| answer.status == 200);
        assert!(won.len() <= 1);
        for answer in &lost {
            answer.assert_error(400, "invalid_grant");
        }
        // The losers got their response after the winner's tokens had been revoked.
        if let (Some(tokens), false) = (won.first(), lost.is_empty()) {
            assert_eq!(server.userinfo(&tokens.json()).await, 401);
        }
        // The first response is either a success or implies one: the code is used up.
        let again = server.send_form("/oauth/token", &form).await;
        again.assert_error(400, "invalid_grant");
        if let Some(tokens) = won.first() {
            assert_eq!(server.userinfo(&tokens.json()).await, 401);
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_200_refreshes_and_a_kill_all_who_were_answered_hold_the_same_pair_and_it_works() {
    let binary = Binary::new();
    let mut server = binary.serve(&["--demo"]).await;
    let (client, mut person) = (binary.register(), server.as_member().await);
    for enough in [1, 20, 120] {
        let first = server.connect(&client, &person).await;
        let form = client.refreshes(first["refresh_token"].as_str().unwrap());
        let answers = killed_after(server, &form, enough).await;
        assert!(answers.len() >= enough);
        (server, person) = restart(&binary, &person).await;
        let pairs: HashSet<String> = answers
            .iter()
            .map(|answer| answer.assert_status(200).json())
            .map(|tokens| format!("{} {}", tokens["access_token"], tokens["refresh_token"]))
            .collect();
        assert_eq!(pairs.len(), 1);
        let tokens = answers[0].json();
        // A client without a response asks again and gets the same pair as the others.
        let again = server
            .send_form("/oauth/token", &form)
            .await
            .assert_status(200)
            .json();
        assert_eq!(again["refresh_token"], tokens["refresh_token"]);
        assert_eq!(server.userinfo(&tokens).await, 200);
        server.refresh(&client, &tokens).await.assert_status(200);
    }
}
