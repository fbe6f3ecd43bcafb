//! A client that copies the roster page by page while the network changes: members join, visit and leave.

use std::collections::HashSet;
use std::time::Duration;

use latchkey_domain::{Actor, MemberName, Role};
use latchkey_storage::PasswordHash;
use latchkey_storage::content::{Community, NewProfile};
use reqwest::Method;
use serde_json::{Value, json};

use crate::support::oauth::web_app;
use crate::support::{PASSWORD, TestApp};

const MEMBERS: usize = 1_000;

const PAGE: &str = "query Roster($after: String) { network { \
    members(first: 50, after: $after, sort: DATE_JOINED, sortOrder: ASC) { \
    pageInfo { hasNextPage endCursor } nodes { resourceId email joinedAt lastActiveAt } } } }";

fn address(number: usize) -> String {
    format!("m{number}@example.com")
}

/// Several members joined at the same time, so that time alone does not order them.
fn community(app: &TestApp) -> Community {
    let members = (0..MEMBERS).map(|number| NewProfile {
        email: address(number).parse().unwrap(),
        name: MemberName::parse(&format!("Member {number}")).unwrap(),
        role: Role::Member,
        joined_at: Some(
            app.instance
                .clock
                .now()
                .minus(Duration::from_secs(3_600 * (1 + number as u64 % 97))),
        ),
        last_active_at: None,
        avatar_url: None,
        password: None,
    });
    Community {
        members: members.collect(),
        ..Community::default()
    }
}

#[tokio::test]
async fn nobody_is_skipped_and_nobody_comes_twice() {
    let app = TestApp::new().await;
    let (by, now) = (Actor::operator(), app.instance.clock.now());
    let added = app.instance.store.add_community(
        community(&app),
        PasswordHash("x".into()),
        Box::new(|_| ()),
        &by,
        now,
    );
    added.await.unwrap().unwrap();
    let mut draft = web_app();
    draft.scopes = vec!["host:read:network_members".into(), "read:userinfo".into()];
    let client = app.register(draft).await;
    let scope = "host:read:network_members read:userinfo";
    let tokens = app.connect_for(&client, &app.as_host().await, scope).await;
    let token = tokens["access_token"].as_str().unwrap();

    let program = app.browser();
    let (mut seen, mut order, mut left, mut after) = (HashSet::new(), vec![], HashSet::new(), Value::Null);
    for page in 0.. {
        let body = json!({ "query": PAGE, "variables": { "after": after } });
        let request = program
            .bare(Method::POST, "/networks/my-community/graphql")
            .bearer_auth(token)
            .json(&body);
        let answer = program.send(request).await.assert_status(200).json();
        assert_eq!(answer.get("errors"), None, "{answer}");
        let members = &answer["data"]["network"]["members"];
        for member in members["nodes"].as_array().unwrap() {
            let email = member["email"].as_str().unwrap().to_owned();
            order.push(member["joinedAt"].as_str().unwrap().to_owned());
            assert!(seen.insert(email.clone()), "{email} came twice");
        }
        if members["pageInfo"]["hasNextPage"] == false {
            break;
        }
        after = members["pageInfo"]["endCursor"].clone();
        // In between someone joins and signs in, and two leave: one from a page already read, and one from a later
        // page.
        app.wait(Duration::from_secs(1));
        let email = format!("new{page}@example.com");
        app.member(&email, Role::Member).await;
        app.browser().sign_in(&email, PASSWORD).await.assert_redirect("/");
        let gone = [
            (0..MEMBERS)
                .map(address)
                .find(|email| seen.contains(email) && !left.contains(email)),
            (0..MEMBERS)
                .map(address)
                .find(|email| !seen.contains(email) && !left.contains(email)),
        ];
        for email in gone.into_iter().flatten() {
            app.instance
                .roster
                .remove(&email.parse().unwrap(), &by)
                .await
                .unwrap();
            left.insert(email);
        }
    }
    assert!(order.is_sorted());
    for email in (0..MEMBERS).map(address) {
        assert!(
            seen.contains(&email) || left.contains(&email),
            "{email} was skipped"
        );
    }
    assert!(seen.len() > MEMBERS - left.len());
}
