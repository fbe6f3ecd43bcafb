//! Two nodes on one `PostgreSQL` database, over HTTP: a change on one takes effect on the other with the next
//! request.

use std::collections::HashSet;
use std::sync::Arc;

use latchkey_domain::{ApplicationDraft, Role};
use latchkey_registration::Caller;
use reqwest::{Client as Program, StatusCode};
use serde_json::Value;
use tokio::sync::Barrier;
use tokio::task::JoinSet;

use crate::support::oauth::{Form, web_app};
use crate::support::{Browser, Nodes, PASSWORD, TestApp};

const MANY: usize = 200;

/// The same browser, whose requests the load balancer sends to `node` from now on.
fn moved(person: &Browser, node: &TestApp) -> Browser {
    let browser = node.browser();
    browser.set_cookie(person.cookie());
    browser
}

#[tokio::test]
async fn a_code_of_one_node_is_redeemed_on_the_other() {
    let Nodes { one, other } = Nodes::new().await;
    let (client, person) = (one.web_app().await, one.as_member().await);
    let code = person.lets_in(&client, &[]).await;
    let tokens = other.exchange(&client, &code).await.assert_status(200).json();
    one.userinfo(&tokens).await.assert_status(200);
    let refreshed = one.refresh(&client, &tokens).await.assert_status(200).json();
    other.userinfo(&refreshed).await.assert_status(200);
    let form = client.names(refreshed["access_token"].as_str().unwrap());
    assert_eq!(
        other.send_form("/oauth/introspect", &form).await.json()["active"],
        true
    );
    // The second use is a replay on any node and revokes what the first one issued.
    one.exchange(&client, &code)
        .await
        .assert_error(400, "invalid_grant");
    other
        .userinfo(&refreshed)
        .await
        .assert_error(401, "invalid_token");
}

#[tokio::test]
async fn a_session_works_on_both_and_ends_on_both() {
    let Nodes { one, other } = Nodes::new().await;
    let person = one.as_member().await;
    let there = moved(&person, &other);
    there.get("/account/connected-apps").await.assert_status(200);
    person.post("/sign-out", &[]).await.assert_status(303);
    there.get("/account/connected-apps").await.assert_status(303);
    // A new password that the operator sets on one node ends a session from the other.
    let person = other.as_member().await;
    let password = latchkey_domain::member::NewPassword::new("another horse entirely".into()).unwrap();
    one.instance
        .roster
        .set_password(
            &"member@example.com".parse().unwrap(),
            &password,
            false,
            &latchkey_domain::Actor::operator(),
        )
        .await
        .unwrap();
    person.get("/account/connected-apps").await.assert_status(303);
}

#[tokio::test]
async fn deletion_holds_at_once() {
    let Nodes { one, other } = Nodes::new().await;
    let (client, person) = (one.web_app().await, one.as_member().await);
    let tokens = one.connect(&client, &person).await;
    let code = person.lets_in(&client, &[]).await;
    other.userinfo(&tokens).await.assert_status(200);
    one.delete(&client).await;
    other.userinfo(&tokens).await.assert_error(401, "invalid_token");
    other
        .refresh(&client, &tokens)
        .await
        .assert_error(401, "invalid_client");
    other
        .exchange(&client, &code)
        .await
        .assert_error(401, "invalid_client");
}

#[tokio::test]
async fn pausing_and_resuming_hold_at_once() {
    let Nodes { one, other } = Nodes::new().await;
    let (client, person) = (one.web_app().await, one.as_member().await);
    let tokens = one.connect(&client, &person).await;
    other.userinfo(&tokens).await.assert_status(200);
    one.pause(&client).await;
    other.userinfo(&tokens).await.assert_error(401, "invalid_token");
    other
        .refresh(&client, &tokens)
        .await
        .assert_error(400, "unauthorized_client");
    one.instance
        .registrar
        .set_paused(&Caller::operator(), &client.id, false)
        .await
        .unwrap();
    other.userinfo(&tokens).await.assert_status(200);
}

#[tokio::test]
async fn revoking_and_disconnecting_hold_at_once() {
    let Nodes { one, other } = Nodes::new().await;
    let (client, person) = (one.web_app().await, one.as_member().await);
    let tokens = one.connect(&client, &person).await;
    other.userinfo(&tokens).await.assert_status(200);
    let form = client.names(tokens["refresh_token"].as_str().unwrap());
    one.send_form("/oauth/revoke", &form).await.assert_status(200);
    other.userinfo(&tokens).await.assert_error(401, "invalid_token");

    let tokens = other.connect(&client, &moved(&person, &other)).await;
    one.userinfo(&tokens).await.assert_status(200);
    let revoke = format!("/account/connected-apps/{}/revoke", client.id);
    moved(&person, &other).post(&revoke, &[]).await.assert_status(303);
    one.userinfo(&tokens).await.assert_error(401, "invalid_token");
    one.refresh(&client, &tokens)
        .await
        .assert_error(400, "invalid_grant");

    let tokens = one.connect(&client, &person).await;
    other.userinfo(&tokens).await.assert_status(200);
    one.instance
        .registrar
        .disconnect_everyone(&Caller::operator(), &client.id)
        .await
        .unwrap();
    other.userinfo(&tokens).await.assert_error(401, "invalid_token");
}

#[tokio::test]
async fn a_narrowed_scope_and_a_demoted_host_hold_at_once() {
    let Nodes { one, other } = Nodes::new().await;
    one.member("second@example.com", Role::Host).await;
    let (client, host) = (one.web_app().await, one.as_host().await);
    let tokens = one
        .connect_for(
            &client,
            &host,
            "read:posts read:userinfo host:read:network_events",
        )
        .await;
    let scope = async || {
        let form = client.names(tokens["access_token"].as_str().unwrap());
        other.send_form("/oauth/introspect", &form).await.json()["scope"].clone()
    };
    assert_eq!(scope().await, "host:read:network_events read:userinfo read:posts");
    one.set_role("host@example.com", Role::Member).await;
    assert_eq!(scope().await, "read:userinfo read:posts");
    let narrow = ApplicationDraft {
        scopes: vec!["read:posts".into()],
        ..web_app()
    };
    one.edit(&client, narrow).await;
    assert_eq!(scope().await, "read:posts");
    let refreshed = other.refresh(&client, &tokens).await.assert_status(200).json();
    assert_eq!(refreshed["scope"], "read:posts");
}

#[tokio::test]
async fn who_guesses_on_one_node_waits_on_the_other() {
    let Nodes { one, other } = Nodes::new().await;
    for attempt in 0..5 {
        let node = if attempt % 2 == 0 { &one } else { &other };
        let answer = node.browser().sign_in("member@example.com", "wrong").await;
        assert_ne!(answer.status, 429, "attempt {attempt}");
    }
    for node in [&one, &other] {
        let answer = node.browser().sign_in("member@example.com", PASSWORD).await;
        answer.assert_status(429);
    }
    // Another account from the same address can sign in, and the right password clears the earlier failures.
    other.signed_in("host@example.com").await;
    one.wait(std::time::Duration::from_secs(2));
    other.signed_in("member@example.com").await;
    one.signed_in("member@example.com").await;
}

/// Sends the same form `MANY` times at once, alternating between the nodes, each on its own connection.
async fn all_at_once(nodes: &Nodes, form: &Form) -> Vec<(StatusCode, Value)> {
    let start = Arc::new(Barrier::new(MANY));
    let mut programs = JoinSet::new();
    for n in 0..MANY {
        let (start, form) = (start.clone(), form.clone());
        let node = if n % 2 == 0 { &nodes.one } else { &nodes.other };
        let address = format!("{}/oauth/token", node.url);
        programs.spawn(async move {
            let program = Program::new();
            start.wait().await;
            let answer = program
                .post(address)
                .header("host", "localhost:3000")
                .form(&form)
                .send()
                .await
                .unwrap();
            (answer.status(), answer.json().await.unwrap())
        });
    }
    programs.join_all().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_200_redemptions_on_two_nodes_one_wins_and_is_revoked_by_the_others() {
    let nodes = Nodes::new().await;
    let (client, person) = (nodes.one.web_app().await, nodes.one.as_member().await);
    let code = person.lets_in(&client, &[]).await;
    let answers = all_at_once(&nodes, &client.exchanges(&code, &[])).await;
    let (won, lost): (Vec<_>, Vec<_>) = answers
        .into_iter()
        .partition(|(status, _)| *status == StatusCode::OK);
    assert_eq!((won.len(), lost.len()), (1, MANY - 1));
    for (status, error) in &lost {
        assert_eq!((status.as_u16(), &error["error"]), (400, &"invalid_grant".into()));
    }
    for node in [&nodes.one, &nodes.other] {
        node.userinfo(&won[0].1).await.assert_error(401, "invalid_token");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn all_of_200_refreshes_on_two_nodes_get_the_same_pair_and_nothing_is_revoked() {
    let nodes = Nodes::new().await;
    let (client, person) = (nodes.one.web_app().await, nodes.one.as_member().await);
    let mut tokens = nodes.one.connect(&client, &person).await;
    for _ in 0..3 {
        let before = tokens["refresh_token"].as_str().unwrap().to_owned();
        let answers = all_at_once(&nodes, &client.refreshes(&before)).await;
        let pairs: HashSet<_> = answers
            .iter()
            .map(|(status, tokens)| {
                assert_eq!(*status, StatusCode::OK, "{tokens}");
                let text = |name: &str| tokens[name].as_str().unwrap().to_owned();
                (text("access_token"), text("refresh_token"))
            })
            .collect();
        assert_eq!((answers.len(), pairs.len()), (MANY, 1));
        tokens = answers.into_iter().next().unwrap().1;
        for node in [&nodes.one, &nodes.other] {
            node.userinfo(&tokens).await.assert_status(200);
        }
    }
    nodes.other.refresh(&client, &tokens).await.assert_status(200);
}
