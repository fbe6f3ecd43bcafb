//! Codes that were not redeemed: how many are kept, and how they expire.

use latchkey_domain::limits::UNREDEEMED_CODES;
use latchkey_storage::{ActivityKind, ActivityQuery, ExpiredCode, NewActivity, NewGrant, RevocationReason};

use crate::fixtures::{
    add_application, add_applications, add_member, add_members, at, connect, new_grant, rotate, store,
};

#[tokio::test]
async fn codes_that_nobody_redeemed_do_not_pile_up() {
    let store = store();
    let application = add_application(&*store, "App").await;
    let ada = add_member(&*store, "ada@b.example").await;
    let stale = store
        .create_grant(new_grant(&application, &ada, "read:posts"), at(0))
        .await
        .unwrap()
        .unwrap();
    let redeemed = connect(&*store, &application, &ada, at(0)).await;
    store
        .create_grant(new_grant(&application, &ada, "read:posts"), at(3_600))
        .await
        .unwrap()
        .unwrap();
    assert!(store.grant(stale).await.unwrap().is_some());
    store
        .create_grant(new_grant(&application, &ada, "read:posts"), at(2 * 86_400))
        .await
        .unwrap()
        .unwrap();
    assert!(store.grant(stale).await.unwrap().is_none());
    assert!(store.grant(redeemed).await.unwrap().is_some());
}

#[tokio::test]
async fn of_codes_that_nobody_redeemed_the_newest_stay() {
    let store = store();
    let application = add_application(&*store, "App").await;
    let other = add_application(&*store, "Other").await;
    let [ada, bob] = add_members(&*store, ["ada@b.example", "bob@b.example"]).await;
    let code = async |application, member, second| {
        store
            .create_grant(new_grant(application, member, "read:posts"), at(second))
            .await
            .unwrap()
            .unwrap()
    };
    let redeemed = connect(&*store, &application, &ada, at(0)).await;
    let kept = [code(&other, &ada, 0).await, code(&application, &bob, 0).await];
    let mut codes = Vec::new();
    for second in 0..u64::from(UNREDEEMED_CODES) * 3 {
        codes.push(code(&application, &ada, second).await);
        let mut alive = Vec::new();
        for id in &codes {
            if store.grant(*id).await.unwrap().is_some() {
                alive.push(*id);
            }
        }
        let first = codes
            .len()
            .saturating_sub(usize::try_from(UNREDEEMED_CODES).unwrap());
        assert_eq!(alive, codes[first..]);
    }
    // Revoking them makes no room for more.
    store
        .disconnect(ada.id, &application.client_id, at(50))
        .await
        .unwrap();
    code(&application, &ada, 51).await;
    let oldest = codes[codes.len() - usize::try_from(UNREDEEMED_CODES).unwrap()];
    assert_eq!(store.grant(oldest).await.unwrap(), None);
    for id in kept.into_iter().chain([redeemed]) {
        assert!(store.grant(id).await.unwrap().is_some());
    }
}

#[tokio::test]
async fn a_code_that_expired_is_found_and_closed_once() {
    let store = store();
    let [application, other] = add_applications(&*store, ["App", "Other"]).await;
    let ada = add_member(&*store, "ada@b.example").await;
    let new = NewGrant {
        requested_redirect_uri: Some("http://127.0.0.1:5000/cb".into()),
        ..new_grant(&application, &ada, "read:posts")
    };
    let first = store.create_grant(new.clone(), at(0)).await.unwrap().unwrap();
    let second = NewGrant {
        requested_redirect_uri: None,
        ..new.clone()
    };
    let second = store.create_grant(second, at(0)).await.unwrap().unwrap();
    let others = store
        .create_grant(new_grant(&other, &ada, "read:posts"), at(0))
        .await
        .unwrap()
        .unwrap();
    connect(&*store, &application, &ada, at(0)).await;
    let found =
        async |client_id, second, limit| store.expired_codes(client_id, at(second), limit).await.unwrap();
    let numbers = |codes: Vec<ExpiredCode>| codes.iter().map(|code| code.grant).collect::<Vec<_>>();
    let of_app = Some(&application.client_id);
    assert_eq!(found(of_app, 119, 10).await, []);
    let codes = found(of_app, 120, 10).await;
    assert_eq!(
        codes[0],
        ExpiredCode {
            grant: first,
            client_id: application.client_id.clone(),
            member: ada.id,
            sent_to: "http://127.0.0.1:5000/cb".parse().unwrap(),
            expired_at: at(120),
            is_explorer_login: false,
        }
    );
    assert_eq!(codes[1].sent_to, new.redirect_uri);
    assert_eq!(numbers(codes), [first, second]);
    assert_eq!(numbers(found(None, 120, 10).await), [first, second, others]);
    assert_eq!(numbers(found(None, 120, 1).await), [first]);

    // The second is exchanged meanwhile, by a node whose clock is behind.
    rotate(&*store, second, at(119)).await;
    let event = NewActivity {
        member: Some(ada.id),
        ..NewActivity::failed(
            &application.client_id,
            at(120),
            ActivityKind::CodeExchange,
            "not exchanged",
        )
    };
    for _ in 0..2 {
        let codes = vec![(first, Some(event.clone())), (second, Some(event.clone()))];
        store.close_codes(codes, at(130)).await.unwrap();
    }
    let entries = store
        .activity(&ActivityQuery::of(&application.client_id), None, 10)
        .await
        .unwrap();
    assert_eq!((entries.len(), entries[0].times), (1, 1));
    assert_eq!(numbers(found(None, 200, 10).await), [others]);
    let state = async |id| store.grant(id).await.unwrap().unwrap().state;
    assert_eq!(
        state(first).await.revoked,
        Some((at(130), RevocationReason::CodeExpired))
    );
    assert_eq!(state(second).await.revoked, None);
    // Without an event, a code is closed all the same.
    store.close_codes(vec![(others, None)], at(140)).await.unwrap();
    assert_eq!(found(None, 200, 10).await, []);
}
