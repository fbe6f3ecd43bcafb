//! Pages of a roster that changes while a client reads it.

use std::collections::HashSet;

use latchkey_domain::{Actor, Role};
use latchkey_storage::content::Community;
use latchkey_storage::{AddMember, Members, NewSession, PasswordHash, Proof, SessionKey, Sessions};
use serde_json::json;

use crate::world::{HOST, World, at, email, profile};

/// 2,000 members, several of whom joined at the same time.
async fn big_world() -> World {
    let mut members = vec![profile(HOST, "Robin Hale", Role::Host)];
    for n in 0..2_000_u64 {
        let mut member = profile(&format!("m{n}@b.example"), &format!("Member {n}"), Role::Member);
        member.joined_at = Some(at(n / 7));
        members.push(member);
    }
    World::with(Community {
        members,
        ..Community::default()
    })
    .await
}

#[tokio::test]
async fn nobody_is_skipped_and_nobody_comes_twice_while_others_join_visit_and_leave() {
    let world = big_world().await;
    let token = world.token(HOST, "host:read:network_members read:userinfo").await;
    let query = "query($after: String) { network { members(first: 50, after: $after, sort: DATE_JOINED, sortOrder: ASC) \
                 { nodes { email joinedAt } pageInfo { hasNextPage endCursor } totalCount } } }";
    let (mut seen, mut after, mut page) = (Vec::new(), json!(null), 0_u64);
    let (mut left, mut joined) = (HashSet::new(), Vec::new());
    loop {
        let body = json!({ "query": query, "variables": { "after": after } });
        let answer = world.send(&token, &body).await;
        assert_eq!(answer.get("errors"), None, "{answer}");
        let members = &answer["data"]["network"]["members"];
        for member in members["nodes"].as_array().unwrap() {
            seen.push(member["email"].as_str().unwrap().to_owned());
        }
        if members["pageInfo"]["hasNextPage"] == false {
            break;
        }
        after = members["pageInfo"]["endCursor"].clone();

        // One who was read leaves, one who was not leaves, the cursor's own member leaves; one joins; one visits.
        for gone in [page * 37, 1_999 - page * 11, page * 50 + 48] {
            let address = format!("m{gone}@b.example");
            if world
                .store
                .remove_member(&email(&address), &Actor::operator(), at(9))
                .await
                .unwrap()
                .done()
                .is_some()
            {
                left.insert(address);
            }
        }
        let address = format!("new{page}@b.example");
        let new = AddMember {
            email: email(&address),
            name: latchkey_domain::MemberName::parse("New").unwrap(),
            role: Role::Member,
            password: PasswordHash("x".into()),
            can_sign_in: true,
        };
        world
            .store
            .add_member(new, &Actor::operator(), at(100_000 + page))
            .await
            .unwrap();
        joined.push(address);
        let visitor = world.member(HOST).await;
        let (_, password) = world.store.credentials(&visitor.email).await.unwrap().unwrap();
        let session = NewSession {
            key: SessionKey([u8::try_from(page).unwrap(); 32]),
            member: visitor.id,
            password,
            proof: Proof::Password,
            rehashed: None,
            network: None,
            address: None,
            user_agent: None,
            expires_at: at(9_000_000),
        };
        world
            .store
            .open_session(session, at(200_000 + page * 100))
            .await
            .unwrap()
            .unwrap();
        page += 1;
    }
    let distinct: HashSet<_> = seen.iter().cloned().collect();
    assert_eq!(distinct.len(), seen.len(), "nobody twice");
    assert!(
        left.len() > 50 && joined.len() > 30,
        "{} left, {} joined",
        left.len(),
        joined.len()
    );
    for n in 0..2_000 {
        let address = format!("m{n}@b.example");
        assert!(
            distinct.contains(&address) || left.contains(&address),
            "{address} was skipped"
        );
    }
    for address in joined {
        assert!(
            distinct.contains(&address),
            "{address} joined before the end and was skipped"
        );
    }
}

#[tokio::test]
async fn pages_are_cut_and_cursors_are_checked() {
    let world = big_world().await;
    let token = world.token(HOST, "host:read:network_members").await;
    let data = world
        .data(&token, "{ network { members(first: 500) { nodes { id } edges { cursor } totalCount pageInfo { hasNextPage hasPreviousPage startCursor } } } }")
        .await;
    let members = &data["network"]["members"];
    assert_eq!(members["nodes"].as_array().unwrap().len(), 50);
    assert_eq!(members["totalCount"], 2_001);
    assert_eq!(members["pageInfo"]["startCursor"], members["edges"][0]["cursor"]);
    let cursor = members["edges"][0]["cursor"].as_str().unwrap();
    for (arguments, words) in [
        ("first: -1".to_owned(), "first is negative"),
        ("after: \"x\"".to_owned(), "not a cursor of this list"),
        (
            format!("sort: NAME, after: \"{cursor}\""),
            "not a cursor of this list",
        ),
    ] {
        let answer = world
            .ask(
                &token,
                &format!("{{ network {{ members({arguments}) {{ nodes {{ id }} }} }} }}"),
            )
            .await;
        assert_eq!(crate::world::code(&answer), "BAD_USER_INPUT");
        assert!(
            answer["errors"][0]["message"].as_str().unwrap().contains(words),
            "{answer}"
        );
    }
}
