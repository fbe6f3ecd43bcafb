//! Keeping a member out, and letting them in again.

use latchkey_domain::{Actor, Role};
use latchkey_storage::sign_in_links::LinkKey;
use latchkey_storage::{AuditAction, LinkPurpose, MemberChange, NewSignInLink, SessionKey, StoreError};

use crate::fixtures::{
    add_application, add_member, add_members, at, connect, new_grant, new_member, new_session, operator,
    store,
};

#[tokio::test]
async fn ends_sessions_and_the_link_and_keeps_what_was_granted() {
    let store = store();
    let ada = add_member(&*store, "ada@b.example").await;
    let application = add_application(&*store, "App").await;
    let grant = connect(&*store, &application, &ada, at(1)).await;
    for key in [1, 2] {
        store
            .open_session(new_session(&ada, key, at(9_999)), at(1))
            .await
            .unwrap()
            .unwrap();
    }
    let link = NewSignInLink {
        key: LinkKey([7; 32]),
        member: ada.id,
        expires_at: at(9_999),
        purpose: LinkPurpose::ByHand,
    };
    store
        .add_links(vec![link], String::new(), &operator(), at(1))
        .await
        .unwrap();

    let change = store
        .set_suspended(&ada.email, true, &operator(), at(5))
        .await
        .unwrap();
    assert_eq!(change.done().unwrap().suspended_at, Some(at(5)));
    assert!(store.session(SessionKey([1; 32]), at(6)).await.unwrap().is_none());
    assert!(
        store
            .open_session(new_session(&ada, 3, at(9_999)), at(6))
            .await
            .unwrap()
            .is_none()
    );
    assert!(
        store
            .member_of_link(LinkKey([7; 32]), at(6))
            .await
            .unwrap()
            .is_none()
    );
    let granted = store
        .create_grant(new_grant(&application, &ada, "read:posts"), at(6))
        .await;
    assert_eq!(granted.unwrap(), None);
    let kept = store.grant(grant).await.unwrap().unwrap();
    assert!(kept.member.is_suspended() && kept.state.revoked.is_none());

    // Once more changes nothing, and adds no entry.
    let entries = store.audit(99).await.unwrap();
    assert_eq!(entries[0].action, AuditAction::MemberSuspended);
    assert_eq!(entries[0].detail, "2 sessions ended");
    store
        .set_suspended(&ada.email, true, &operator(), at(7))
        .await
        .unwrap();
    assert_eq!(store.audit(99).await.unwrap().len(), entries.len());

    let change = store
        .set_suspended(&ada.email, false, &operator(), at(8))
        .await
        .unwrap();
    assert_eq!(change.done().unwrap(), ada);
    assert_eq!(
        store.audit(1).await.unwrap()[0].action,
        AuditAction::MemberResumed
    );
    assert!(
        store
            .open_session(new_session(&ada, 3, at(9_999)), at(9))
            .await
            .unwrap()
            .is_some()
    );
    assert!(!store.grant(grant).await.unwrap().unwrap().member.is_suspended());
    let nobody = "eve@b.example".parse().unwrap();
    let change = store.set_suspended(&nobody, true, &operator(), at(9)).await;
    assert_eq!(change.unwrap(), MemberChange::Unknown);
}

#[tokio::test]
async fn a_host_who_can_act_stays_and_no_one_acts_on_themselves() {
    let store = store();
    let host = async |email: &str| {
        let new = new_member(email, Role::Host);
        store.add_member(new, &operator(), at(0)).await.unwrap().unwrap()
    };
    let (ada, bob) = (host("ada@b.example").await, host("bob@b.example").await);
    let by = |member: &latchkey_domain::Member| Actor {
        member: Some(member.id),
        ..operator()
    };
    for change in [
        store.set_suspended(&ada.email, true, &by(&ada), at(1)).await,
        store.set_role(&ada.email, Role::Member, &by(&ada), at(1)).await,
        store.remove_member(&ada.email, &by(&ada), at(1)).await,
    ] {
        assert_eq!(change.unwrap(), MemberChange::Yourself);
    }
    store
        .set_suspended(&ada.email, true, &by(&bob), at(2))
        .await
        .unwrap()
        .done()
        .unwrap();
    // Ada is a host still, and cannot act.
    let refused = store.set_suspended(&bob.email, true, &by(&ada), at(3)).await;
    assert!(matches!(refused, Ok(MemberChange::LastHost)));
    let refused = store.set_suspended(&ada.email, false, &by(&ada), at(3)).await;
    assert!(matches!(refused, Ok(MemberChange::Yourself)));
    let cyd = host("cyd@b.example").await;
    let refused = store.set_suspended(&bob.email, true, &by(&ada), at(3)).await;
    assert!(matches!(refused, Err(StoreError::NotAHost)));
    store
        .remove_member(&cyd.email, &operator(), at(4))
        .await
        .unwrap()
        .done()
        .unwrap();
    for change in [
        store.set_role(&bob.email, Role::Member, &operator(), at(5)).await,
        store.remove_member(&bob.email, &operator(), at(5)).await,
    ] {
        assert_eq!(change.unwrap(), MemberChange::LastHost);
    }
    // A suspended host may go.
    store
        .remove_member(&ada.email, &by(&bob), at(6))
        .await
        .unwrap()
        .done()
        .unwrap();
}

#[tokio::test]
async fn a_host_ends_the_sessions_of_a_member() {
    let store = store();
    let [ada, bob] = add_members(&*store, ["ada@b.example", "bob@b.example"]).await;
    let open = async |member, key| {
        store
            .open_session(new_session(member, key, at(999)), at(1))
            .await
            .unwrap()
            .unwrap()
            .id
    };
    let first = open(&ada, 1).await;
    open(&ada, 2).await;
    let of_bob = open(&bob, 3).await;
    let end = async |which| {
        store
            .end_sessions(ada.id, which, &operator(), at(2))
            .await
            .unwrap()
    };
    assert_eq!(end(Some(of_bob)).await, 0);
    assert_eq!(end(Some(first)).await, 1);
    assert_eq!((end(None).await, end(None).await), (1, 0));
    assert!(store.session(SessionKey([3; 32]), at(2)).await.unwrap().is_some());
    let entries = store.audit(9).await.unwrap();
    let ended = entries
        .iter()
        .filter(|entry| entry.action == AuditAction::MemberSessionsEnded);
    assert_eq!(ended.count(), 2);
    assert_eq!(
        (entries[0].target.as_str(), entries[0].detail.as_str()),
        ("ada@b.example", "1 session")
    );
    // Nobody but a host, in the same transaction.
    open(&ada, 4).await;
    let by = Actor {
        member: Some(bob.id),
        ..operator()
    };
    let refused = store.end_sessions(ada.id, None, &by, at(3)).await;
    assert!(matches!(refused, Err(StoreError::NotAHost)));
    assert!(store.session(SessionKey([4; 32]), at(3)).await.unwrap().is_some());
}
