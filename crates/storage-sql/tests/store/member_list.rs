//! The list of members that hosts see.

use latchkey_domain::{Member, MemberState, MembersQuery, PageRequest, Role};
use latchkey_storage::sign_in_links::LinkKey;
use latchkey_storage::{LinkPurpose, NewSignInLink, Store};

use crate::fixtures::{at, new_member, new_session, operator, store};

async fn add(store: &dyn Store, email: &str, role: Role, can_sign_in: bool) -> Member {
    let mut new = new_member(email, role);
    new.can_sign_in = can_sign_in;
    store.add_member(new, &operator(), at(0)).await.unwrap().unwrap()
}

async fn link(store: &dyn Store, member: &Member, key: u8, until: u64) {
    let link = NewSignInLink {
        key: LinkKey([key; 32]),
        member: member.id,
        expires_at: at(until),
        purpose: LinkPurpose::ByHand,
    };
    let about = member.email.to_string();
    store
        .add_links(vec![link], about, &operator(), at(1))
        .await
        .unwrap();
}

#[tokio::test]
async fn is_searched_and_filtered_by_role_and_state() {
    let store = store();
    let ada = add(&*store, "ada@b.example", Role::Host, true).await;
    let bob = add(&*store, "bob@b.example", Role::Moderator, true).await;
    let cyd = add(&*store, "cyd@b.example", Role::Member, false).await;
    let dan = add(&*store, "dan@b.example", Role::Member, false).await;
    let eve = add(&*store, "eve@b.example", Role::Member, false).await;
    // One link works, one is over, and one belongs to somebody who can sign in.
    link(&*store, &cyd, 1, 100).await;
    link(&*store, &dan, 2, 10).await;
    link(&*store, &bob, 3, 100).await;
    store
        .set_suspended(&eve.email, true, &operator(), at(2))
        .await
        .unwrap();
    store
        .open_session(new_session(&ada, 1, at(999)), at(5))
        .await
        .unwrap()
        .unwrap();

    let found = async |query: MembersQuery| {
        let page = store
            .members(query, PageRequest::new(1, 10), at(50))
            .await
            .unwrap();
        assert_eq!(page.total, page.items.len() as u64);
        let names = page.items.iter().map(|listed| listed.member.name.to_string());
        names.collect::<Vec<_>>().join(" ")
    };
    let of_state = |state| MembersQuery {
        state: Some(state),
        ..MembersQuery::default()
    };
    assert_eq!(found(MembersQuery::default()).await, "ada bob cyd dan eve");
    assert_eq!(found(of_state(MemberState::CanSignIn)).await, "ada bob");
    assert_eq!(found(of_state(MemberState::Invited)).await, "cyd");
    assert_eq!(found(of_state(MemberState::NotInvited)).await, "dan");
    assert_eq!(found(of_state(MemberState::Suspended)).await, "eve");
    let of_role = |role| MembersQuery {
        role: Some(role),
        ..MembersQuery::default()
    };
    assert_eq!(found(of_role(Role::Host)).await, "ada");
    assert_eq!(found(of_role(Role::Member)).await, "cyd dan eve");
    for (search, names) in [
        (" CYD@ ", "cyd"),
        ("b.example", "ada bob cyd dan eve"),
        ("%", ""),
        ("_", ""),
    ] {
        let query = MembersQuery {
            search: search.into(),
            ..MembersQuery::default()
        };
        assert_eq!(found(query).await, names, "{search}");
    }
    let all_three = MembersQuery {
        search: "d".into(),
        role: Some(Role::Member),
        state: Some(MemberState::NotInvited),
    };
    assert_eq!(found(all_three).await, "dan");

    // Each state is what one of them says of itself.
    for (member, state) in [
        (&ada, MemberState::CanSignIn),
        (&bob, MemberState::CanSignIn),
        (&cyd, MemberState::Invited),
        (&dan, MemberState::NotInvited),
        (&eve, MemberState::Suspended),
    ] {
        let listed = store.listed_member(member.id, at(50)).await.unwrap().unwrap();
        assert_eq!(listed.state(), state);
        assert_eq!(listed.last_active_at, (member.id == ada.id).then_some(at(5)));
    }
    let nobody = latchkey_domain::MemberId(999);
    assert_eq!(store.listed_member(nobody, at(50)).await.unwrap(), None);

    let without = async |again| {
        let members = store.members_without_sign_in(again, at(50)).await.unwrap();
        members
            .iter()
            .map(|member| member.name.to_string())
            .collect::<Vec<_>>()
            .join(" ")
    };
    assert_eq!(without(false).await, "dan");
    assert_eq!(without(true).await, "cyd dan");
}
