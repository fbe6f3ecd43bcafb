//! The roster, page by page, while it changes.

use std::collections::HashSet;

use latchkey_domain::Role;
use latchkey_store::content::{Direction, RosterSort, SliceRequest};

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
