use latchkey_domain::{Member, Timestamp};
use latchkey_store::{NewSession, Session, SessionKey, Store};

use crate::fixtures::{add_member, at, store};

fn key(number: u8) -> SessionKey {
    SessionKey([number; 32])
}

async fn open(store: &dyn Store, member: &Member, number: u8, opened_at: Timestamp) -> Session {
    let session = NewSession {
        key: key(number),
        member: member.id,
        address: Some("192.0.2.7".into()),
        user_agent: Some("ü".repeat(400)),
        expires_at: at(1_000),
    };
    store.open_session(session, opened_at).await.unwrap()
}

#[tokio::test]
async fn are_open_until_they_expire_or_end() {
    let store = store();
    let ada = add_member(&*store, "ada@b.example").await;
    let session = open(&*store, &ada, 1, at(10)).await;
    assert_eq!(session.user_agent.as_deref(), Some("ü".repeat(300).as_str()));
    assert_eq!(
        store.session(key(1), at(999)).await.unwrap(),
        Some((session, ada.clone()))
    );
    assert!(store.session(key(1), at(1_000)).await.unwrap().is_none());
    assert!(store.session(key(2), at(20)).await.unwrap().is_none());

    store.end_session(key(2)).await.unwrap();
    store.end_session(key(1)).await.unwrap();
    assert!(store.session(key(1), at(20)).await.unwrap().is_none());
    assert!(store.sessions_of(ada.id, at(20)).await.unwrap().is_empty());
}

#[tokio::test]
async fn being_seen_is_noted_and_orders_the_list() {
    let store = store();
    let ada = add_member(&*store, "ada@b.example").await;
    let first = open(&*store, &ada, 1, at(10)).await;
    let second = open(&*store, &ada, 2, at(20)).await;
    store.touch_session(first.id, at(100)).await.unwrap();
    store.touch_session(first.id, at(90)).await.unwrap();
    let sessions = store.sessions_of(ada.id, at(100)).await.unwrap();
    assert_eq!(
        sessions.iter().map(|session| session.id).collect::<Vec<_>>(),
        [first.id, second.id]
    );
    assert_eq!(sessions[0].last_seen_at, at(100), "never back in time");
    assert!(store.sessions_of(ada.id, at(1_000)).await.unwrap().is_empty());
}

#[tokio::test]
async fn a_member_ends_only_sessions_of_their_own() {
    let store = store();
    let (ada, eve) = (
        add_member(&*store, "ada@b.example").await,
        add_member(&*store, "eve@b.example").await,
    );
    let session = open(&*store, &ada, 1, at(10)).await;
    assert!(!store.end_session_of(eve.id, session.id).await.unwrap());
    assert!(store.session(key(1), at(20)).await.unwrap().is_some());
    assert!(store.end_session_of(ada.id, session.id).await.unwrap());
    assert!(!store.end_session_of(ada.id, session.id).await.unwrap());
    assert!(store.session(key(1), at(20)).await.unwrap().is_none());
}

#[tokio::test]
async fn a_member_has_at_most_fifty() {
    let store = store();
    let (ada, bob) = (
        add_member(&*store, "ada@b.example").await,
        add_member(&*store, "bob@b.example").await,
    );
    open(&*store, &bob, 200, at(0)).await;
    for number in 0..60 {
        open(&*store, &ada, number, at(u64::from(number))).await;
    }
    assert_eq!(store.sessions_of(ada.id, at(60)).await.unwrap().len(), 50);
    assert!(store.session(key(9), at(60)).await.unwrap().is_none());
    assert!(store.session(key(10), at(60)).await.unwrap().is_some());
    assert!(store.session(key(200), at(60)).await.unwrap().is_some());
}
