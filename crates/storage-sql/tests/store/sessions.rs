use latchkey_domain::{Member, Role, Timestamp};
use latchkey_storage::{NewSession, PasswordHash, Session, SessionKey, SetPassword, Store};
use tokio::task::JoinSet;

use crate::fixtures::{
    LONG_AGO, add_application, add_member, add_members, at, new_grant, new_member, new_session, operator,
    password, store,
};

fn key(number: u8) -> SessionKey {
    SessionKey([number; 32])
}

async fn open(store: &dyn Store, member: &Member, number: u8, opened_at: Timestamp) -> Session {
    let session = NewSession {
        address: Some("192.0.2.7".into()),
        user_agent: Some("ü".repeat(400)),
        ..new_session(member, number, at(1_000))
    };
    store.open_session(session, opened_at).await.unwrap().unwrap()
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
    let [ada, eve] = add_members(&*store, ["ada@b.example", "eve@b.example"]).await;
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
    let [ada, bob] = add_members(&*store, ["ada@b.example", "bob@b.example"]).await;
    open(&*store, &bob, 200, at(0)).await;
    for number in 0..60 {
        open(&*store, &ada, number, at(u64::from(number))).await;
    }
    assert_eq!(store.sessions_of(ada.id, at(60)).await.unwrap().len(), 50);
    assert!(store.session(key(9), at(60)).await.unwrap().is_none());
    assert!(store.session(key(10), at(60)).await.unwrap().is_some());
    assert!(store.session(key(200), at(60)).await.unwrap().is_some());
}

#[tokio::test]
async fn one_opens_only_with_the_password_that_was_checked() {
    let store = store();
    let ada = add_member(&*store, "ada@b.example").await;
    let stale = NewSession {
        password: PasswordHash("hash of another".into()),
        network: Some("home".into()),
        ..new_session(&ada, 1, at(1_000))
    };
    assert!(store.open_session(stale.clone(), at(10)).await.unwrap().is_none());
    let stale_rehash = NewSession {
        rehashed: Some(PasswordHash("made anew".into())),
        ..stale
    };
    assert!(store.open_session(stale_rehash, at(10)).await.unwrap().is_none());
    assert!(store.sessions_of(ada.id, at(10)).await.unwrap().is_empty());
    assert!(!store.has_signed_in_from(&"home".into()).await.unwrap());
    let hash = async || store.credentials(&ada.email).await.unwrap().unwrap().1;
    assert_eq!(hash().await, password("ada@b.example"));

    let rehash = NewSession {
        rehashed: Some(PasswordHash("made anew".into())),
        ..new_session(&ada, 2, at(1_000))
    };
    assert!(
        store
            .open_session(rehash.clone(), at(10))
            .await
            .unwrap()
            .is_some()
    );
    assert_eq!(hash().await, PasswordHash("made anew".into()));
    assert!(store.open_session(rehash, at(11)).await.unwrap().is_none());

    store
        .remove_member(&ada.email, &operator(), at(12))
        .await
        .unwrap();
    let gone = new_session(&ada, 3, at(1_000));
    assert!(store.open_session(gone, at(13)).await.unwrap().is_none());
}

#[tokio::test]
async fn the_newest_networks_of_each_member_are_remembered() {
    let store = store();
    let [ada, bob] = add_members(&*store, ["ada@b.example", "bob@b.example"]).await;
    let from = async |member: &Member, network: String, second| {
        let session = NewSession {
            network: Some(network),
            ..new_session(member, u8::try_from(second).unwrap(), at(1_000))
        };
        store.open_session(session, at(second)).await.unwrap().unwrap();
    };
    let is_known = async |network: &str| store.has_signed_in_from(&network.to_owned()).await.unwrap();
    from(&bob, "of bob".into(), 0).await;
    for second in 1..=30 {
        from(&ada, format!("network {second}"), second).await;
        // A network that comes back stays known.
        from(&ada, "home".into(), second + 100).await;
    }
    assert!(is_known("of bob").await && is_known("home").await);
    assert!(!is_known("network 11").await && is_known("network 12").await && is_known("network 30").await);
    // Neither the end of a session nor a new password makes a network a stranger's.
    let new = PasswordHash("new".into());
    let set = store
        .set_password(&ada.email, SetPassword::of(new), &operator(), at(200))
        .await;
    set.unwrap().unwrap();
    assert!(is_known("home").await);
    store
        .remove_member(&ada.email, &operator(), at(201))
        .await
        .unwrap();
    assert!(!is_known("home").await && is_known("of bob").await);
}

#[tokio::test]
async fn all_others_end_at_once_if_the_one_that_asks_is_open() {
    let store = store();
    let [ada, bob] = add_members(&*store, ["ada@b.example", "bob@b.example"]).await;
    let (first, second) = (
        open(&*store, &ada, 1, at(1)).await,
        open(&*store, &ada, 2, at(2)).await,
    );
    open(&*store, &ada, 3, at(3)).await;
    let of_bob = open(&*store, &bob, 4, at(4)).await;
    assert_eq!(store.end_other_sessions(ada.id, of_bob.id).await.unwrap(), 0);
    assert_eq!(store.end_other_sessions(ada.id, first.id).await.unwrap(), 2);
    // It has ended by now, so it ends nothing.
    assert_eq!(store.end_other_sessions(ada.id, second.id).await.unwrap(), 0);
    assert_eq!(store.sessions_of(ada.id, at(5)).await.unwrap(), [first]);
    assert_eq!(store.sessions_of(bob.id, at(5)).await.unwrap(), [of_bob]);
}

/// Of two that end each other at the same time, exactly one is left.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_sessions_that_end_each_other_one_is_left() {
    let store = store();
    for round in 0..50 {
        let ada = add_member(&*store, &format!("ada{round}@b.example")).await;
        let (one, other) = (
            open(&*store, &ada, 2 * round, at(1)).await,
            open(&*store, &ada, 2 * round + 1, at(2)).await,
        );
        let mut ends = JoinSet::new();
        for id in [one.id, other.id] {
            let store = store.share();
            ends.spawn(async move { store.end_other_sessions(ada.id, id).await.unwrap() });
        }
        assert_eq!(ends.join_all().await.iter().sum::<u64>(), 1, "round {round}");
        assert_eq!(store.sessions_of(ada.id, at(3)).await.unwrap().len(), 1);
    }
}

/// However they meet, nothing of the old password is left: no session, no code, no hash made anew.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_new_password_wins_against_sign_ins_and_codes_at_the_same_time() {
    let store = store();
    let application = add_application(&*store, "App").await;
    for round in 0..50_u8 {
        let ada = add_member(&*store, &format!("ada{round}@b.example")).await;
        let session = open(&*store, &ada, 200, at(1)).await;
        let mut sign_ins = JoinSet::new();
        for number in 0..6 {
            let (store, mut new) = (store.share(), new_session(&ada, number, at(1_000)));
            if number % 3 == 0 {
                new.rehashed = Some(PasswordHash(format!("anew {number}")));
            }
            sign_ins.spawn(async move { store.open_session(new, at(2)).await.unwrap().is_some() });
        }
        let mut codes = JoinSet::new();
        for _ in 0..4 {
            let (store, mut new) = (store.share(), new_grant(&application, &ada, "read:posts"));
            new.session = Some(session.id);
            codes.spawn(async move { store.create_grant(new, at(2)).await.unwrap() });
        }
        let (changing, email) = (store.share(), ada.email.clone());
        let change = tokio::spawn(async move {
            let new = PasswordHash("new".into());
            let set = changing
                .set_password(&email, SetPassword::of(new), &operator(), at(3))
                .await;
            set.unwrap().unwrap()
        });
        sign_ins.join_all().await;
        let codes = codes.join_all().await;
        change.await.unwrap();
        assert!(
            store.sessions_of(ada.id, at(4)).await.unwrap().is_empty(),
            "round {round}"
        );
        let (_, hash) = store.credentials(&ada.email).await.unwrap().unwrap();
        assert_eq!(hash, PasswordHash("new".into()), "round {round}");
        for id in codes.into_iter().flatten() {
            let grant = store.grant(id).await.unwrap().unwrap();
            assert!(grant.state.revoked.is_some(), "round {round}");
        }
        let consent = store.remembered_consent(ada.id, &application.client_id, LONG_AGO);
        assert!(consent.await.unwrap().is_empty(), "round {round}");
    }
}

#[tokio::test]
async fn a_code_needs_an_open_session_and_the_role_for_its_scopes() {
    let store = store();
    let application = add_application(&*store, "App").await;
    let host = new_member("ada@b.example", Role::Host);
    let ada = store.add_member(host, &operator(), at(0)).await.unwrap().unwrap();
    let host = new_member("eve@b.example", Role::Host);
    let eve = store.add_member(host, &operator(), at(0)).await.unwrap().unwrap();
    let session = open(&*store, &ada, 1, at(1)).await;
    let of_eve = open(&*store, &eve, 2, at(1)).await;
    let code = async |session, scopes, second| {
        let mut new = new_grant(&application, &ada, scopes);
        new.session = Some(session);
        let id = store.create_grant(new, at(second)).await.unwrap();
        id.is_some()
    };
    let (for_hosts, for_all) = ("read:posts host:read:network_members", "read:posts");
    assert!(code(session.id, for_hosts, 2).await);
    assert!(!code(of_eve.id, for_hosts, 2).await);
    assert!(
        !code(session.id, for_hosts, 1_000).await,
        "the session has expired"
    );
    let demoted = store.set_role(&ada.email, Role::Member, &operator(), at(3)).await;
    demoted.unwrap().done().unwrap();
    assert!(!code(session.id, for_hosts, 4).await);
    assert!(code(session.id, for_all, 4).await);
    assert!(store.end_session_of(ada.id, session.id).await.unwrap());
    assert!(!code(session.id, for_all, 5).await);
}
