//! The roster, page by page, while it changes.

use std::collections::HashSet;

use latchkey_domain::{MemberName, MembersQuery, PageRequest, Role};
use latchkey_storage::content::{Direction, Position, RosterSort, SliceRequest, SortKey};

use crate::content::first;
use crate::fixtures::{at, new_member, new_session, operator, store};

#[tokio::test]
async fn every_order_has_everyone_once() {
    let store = store();
    for n in 0..23_u64 {
        let member = new_member(&format!("m{}@b.example", n * 7 % 23), Role::Member);
        let member = store
            .add_member(member, &operator(), at(n / 3))
            .await
            .unwrap()
            .unwrap();
        if n % 2 == 0 {
            let session = new_session(&member, u8::try_from(n).unwrap(), at(100_000));
            store.open_session(session, at(1_000 + n)).await.unwrap().unwrap();
        }
    }
    for sort in [RosterSort::Joined, RosterSort::LastVisit, RosterSort::Name] {
        let mut orders = Vec::new();
        for direction in [Direction::Ascending, Direction::Descending] {
            let mut names = Vec::new();
            let mut request = SliceRequest {
                direction,
                ..first(4)
            };
            loop {
                let slice = store.profiles(sort, request.clone()).await.unwrap();
                request.after = slice.rows.last().map(|(position, _)| position.clone());
                names.extend(
                    slice
                        .rows
                        .into_iter()
                        .map(|(_, profile)| profile.member.name.to_string()),
                );
                if !slice.has_more {
                    break;
                }
            }
            assert_eq!(
                names.iter().collect::<HashSet<_>>().len(),
                23,
                "{sort:?} {names:?}"
            );
            assert_eq!(names.len(), 23, "{sort:?}");
            orders.push(names);
        }
        orders[1].reverse();
        assert_eq!(orders[0], orders[1], "{sort:?}: one order is the other reversed");
    }
}

#[tokio::test]
async fn names_sort_as_people_expect() {
    let store = store();
    let added = [
        "Zoë", "émile", "Åsa", "Eve", "Élodie", "Bob", "asa", "Łukasz", "Max", "Ärmel", "Émile",
    ];
    for (number, name) in added.into_iter().enumerate() {
        let mut member = new_member(&format!("m{number}@b.example"), Role::Member);
        member.name = MemberName::parse(name).unwrap();
        store
            .add_member(member, &operator(), at(0))
            .await
            .unwrap()
            .unwrap();
    }
    let names = async |request: SliceRequest| {
        let slice = store.profiles(RosterSort::Name, request).await.unwrap();
        let profiles = slice.into_items().into_iter();
        profiles
            .map(|profile| profile.member.name.to_string())
            .collect::<Vec<_>>()
    };
    let sorted = [
        "Ärmel", "Åsa", "asa", "Bob", "Élodie", "émile", "Émile", "Eve", "Łukasz", "Max", "Zoë",
    ];
    assert_eq!(names(first(50)).await, sorted);
    let listed = store
        .members(MembersQuery::default(), PageRequest::new(1, 50), at(0))
        .await
        .unwrap()
        .items;
    let listed: Vec<&str> = listed.iter().map(|listed| listed.member.name.as_str()).collect();
    assert_eq!(listed, sorted);
    // A cursor that an earlier version gave, with the name in lower case, goes on behind the same member.
    let asa = store
        .member_by_email(&"m2@b.example".parse().unwrap())
        .await
        .unwrap()
        .unwrap();
    let behind = SliceRequest {
        after: Some(Position {
            key: SortKey::Text("åsa".into()),
            id: asa.id.0,
        }),
        ..first(50)
    };
    assert_eq!(names(behind).await, sorted[2..]);
}

#[tokio::test]
async fn a_visit_is_noted_to_the_minute() {
    let store = store();
    let ada = crate::fixtures::add_member(&*store, "ada@b.example").await;
    let session = new_session(&ada, 1, at(100_000));
    let session = store.open_session(session, at(100)).await.unwrap().unwrap();
    let mut seen = Vec::new();
    for second in [100, 130, 160, 230] {
        store.touch_session(session.id, at(second)).await.unwrap();
        let profile = store.profile_by_email(&ada.email).await.unwrap().unwrap();
        seen.push(profile.last_active_at.unwrap());
    }
    assert_eq!(seen, [at(100), at(100), at(160), at(230)]);
}
