use latchkey_domain::limits::UNREDEEMED_CODES;
use latchkey_domain::{Member, Role};
use latchkey_storage::{
    ActivityKind, ActivityQuery, ExpiredCode, GrantChange, GrantId, GrantState, MemberChange, NewActivity,
    NewGrant, RevocationReason,
};

use crate::fixtures::{
    LONG_AGO, add_application, add_member, at, connect, new_grant, next_generation, operator, rotate, store,
};

#[tokio::test]
async fn a_grant_reads_back_with_its_application_and_member() {
    let store = store();
    let application = add_application(&*store, "App").await;
    let ada = add_member(&*store, "ada@b.example").await;
    let new = new_grant(&application, &ada, "read:posts read:userinfo");
    let id = store.create_grant(new.clone(), at(5)).await.unwrap().unwrap();
    let grant = store.grant(id).await.unwrap().unwrap();
    assert_eq!(
        (grant.id, &grant.application, &grant.member),
        (id, &application, &ada)
    );
    assert_eq!(
        (grant.scopes, grant.requested_redirect_uri),
        (new.scopes, new.requested_redirect_uri)
    );
    assert_eq!((grant.code_challenge, grant.salt), (new.code_challenge, new.salt));
    assert_eq!(
        (grant.created_at, grant.code_expires_at),
        (at(5), new.code_expires_at)
    );
    let fresh = GrantState {
        generation: 0,
        issued_at: at(5),
        generation_used_at: None,
        repeated_at: None,
        last_used_at: None,
        revoked: None,
    };
    assert_eq!(grant.state, fresh);
    assert!(store.grant(GrantId(id.0 + 1)).await.unwrap().is_none());
    assert!(
        store
            .change_grant(GrantId(id.0 + 1), next_generation(at(6)))
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn a_change_is_stored_and_answers_before_and_after() {
    let store = store();
    let application = add_application(&*store, "App").await;
    let ada = add_member(&*store, "ada@b.example").await;
    let id = store
        .create_grant(new_grant(&application, &ada, "read:posts"), at(5))
        .await
        .unwrap()
        .unwrap();
    let (before, after) = store
        .change_grant(id, next_generation(at(6)))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (
            before.state.generation,
            after.state.generation,
            after.state.issued_at
        ),
        (0, 1, at(6))
    );
    assert_eq!(store.grant(id).await.unwrap().as_ref(), Some(&after));

    let (before, kept) = store
        .change_grant(id, Box::new(|_| GrantChange::Keep))
        .await
        .unwrap()
        .unwrap();
    assert_eq!((&before, &kept), (&after, &after));

    let everything = GrantState {
        generation: 8,
        issued_at: at(7),
        generation_used_at: Some(at(8)),
        repeated_at: Some(at(8)),
        last_used_at: Some(at(9)),
        revoked: Some((at(10), RevocationReason::RefreshTokenReplayed)),
    };
    let set = everything.clone();
    store
        .change_grant(id, Box::new(move |_| GrantChange::Set(set.clone())))
        .await
        .unwrap()
        .unwrap();
    assert_eq!(store.grant(id).await.unwrap().unwrap().state, everything);
}

#[tokio::test]
async fn every_reason_reads_back() {
    let store = store();
    let application = add_application(&*store, "App").await;
    let ada = add_member(&*store, "ada@b.example").await;
    for reason in RevocationReason::ALL {
        let id = connect(&*store, &application, &ada, at(1)).await;
        let revoke = move |grant: &latchkey_storage::Grant| {
            GrantChange::Set(GrantState {
                revoked: Some((at(2), *reason)),
                ..grant.state.clone()
            })
        };
        store.change_grant(id, Box::new(revoke)).await.unwrap().unwrap();
        assert_eq!(
            store.grant(id).await.unwrap().unwrap().state.revoked,
            Some((at(2), *reason))
        );
    }
}

#[tokio::test]
async fn the_application_was_last_used_to_the_minute() {
    let store = store();
    let application = add_application(&*store, "App").await;
    let ada = add_member(&*store, "ada@b.example").await;
    let id = connect(&*store, &application, &ada, at(10)).await;
    let last_used = async || {
        store
            .application(&application.client_id)
            .await
            .unwrap()
            .unwrap()
            .last_used_at
    };
    assert_eq!(last_used().await, Some(at(10)));
    rotate(&*store, id, at(69)).await;
    assert_eq!(last_used().await, Some(at(10)));
    rotate(&*store, id, at(70)).await;
    assert_eq!(last_used().await, Some(at(70)));
    rotate(&*store, id, at(20)).await;
    assert_eq!(
        last_used().await,
        Some(at(70)),
        "a clock that was set back changes nothing"
    );
    store
        .remove_member(&ada.email, &operator(), at(80))
        .await
        .unwrap();
    assert_eq!(last_used().await, Some(at(70)));
}

#[tokio::test]
async fn consent_is_remembered_and_grows() {
    let store = store();
    let application = add_application(&*store, "App").await;
    let ada = add_member(&*store, "ada@b.example").await;
    let remembered = async || {
        store
            .remembered_consent(ada.id, &application.client_id, LONG_AGO)
            .await
            .unwrap()
            .to_string()
    };
    assert_eq!(remembered().await, "");
    let mut silent = new_grant(&application, &ada, "read:posts");
    silent.remember = None;
    store.create_grant(silent, at(1)).await.unwrap().unwrap();
    assert_eq!(remembered().await, "");
    for scopes in ["read:posts", "read:userinfo"] {
        store
            .create_grant(new_grant(&application, &ada, scopes), at(1))
            .await
            .unwrap()
            .unwrap();
    }
    assert_eq!(remembered().await, "read:userinfo read:posts");
}

#[tokio::test]
async fn connections_join_grants_and_consent() {
    let store = store();
    let (first, second) = (
        add_application(&*store, "First").await,
        add_application(&*store, "Second").await,
    );
    let third = add_application(&*store, "Third").await;
    let (ada, bob) = (
        add_member(&*store, "ada@b.example").await,
        add_member(&*store, "bob@b.example").await,
    );
    connect(&*store, &first, &ada, at(10)).await;
    let mut more = new_grant(&first, &ada, "read:userinfo");
    more.remember = None;
    let more = store.create_grant(more, at(20)).await.unwrap().unwrap();
    rotate(&*store, more, at(21)).await;
    connect(&*store, &second, &ada, at(30)).await;
    store
        .create_grant(new_grant(&third, &ada, "read:courses"), at(40))
        .await
        .unwrap()
        .unwrap();
    connect(&*store, &third, &bob, at(50)).await;

    let connections = store.connected_apps_of(ada.id, LONG_AGO).await.unwrap();
    let names: Vec<&str> = connections
        .iter()
        .map(|connection| connection.application.spec.name.as_str())
        .collect();
    assert_eq!(
        names,
        ["Second", "First", "Third"],
        "the last used first, then what was never used"
    );
    assert_eq!(connections[1].scopes.to_string(), "read:userinfo read:posts");
    assert_eq!(
        (connections[1].since, connections[1].last_used_at),
        (at(10), Some(at(21)))
    );
    assert_eq!(
        (
            connections[2].scopes.to_string().as_str(),
            connections[2].last_used_at
        ),
        ("read:courses", None)
    );
}

#[tokio::test]
async fn disconnecting_ends_what_one_member_granted_to_one_application() {
    let store = store();
    let (application, other) = (
        add_application(&*store, "App").await,
        add_application(&*store, "Other").await,
    );
    let (ada, bob) = (
        add_member(&*store, "ada@b.example").await,
        add_member(&*store, "bob@b.example").await,
    );
    let ended = [
        connect(&*store, &application, &ada, at(1)).await,
        connect(&*store, &application, &ada, at(2)).await,
    ];
    let kept = [
        connect(&*store, &other, &ada, at(1)).await,
        connect(&*store, &application, &bob, at(1)).await,
    ];

    assert!(
        store
            .disconnect(ada.id, &application.client_id, at(5))
            .await
            .unwrap()
    );
    for id in ended {
        assert_eq!(
            store.grant(id).await.unwrap().unwrap().state.revoked,
            Some((at(5), RevocationReason::Member))
        );
    }
    for id in kept {
        assert_eq!(store.grant(id).await.unwrap().unwrap().state.revoked, None);
    }
    assert!(
        store
            .remembered_consent(ada.id, &application.client_id, LONG_AGO)
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(store.connected_apps_of(ada.id, LONG_AGO).await.unwrap().len(), 1);
    assert!(
        !store
            .disconnect(ada.id, &application.client_id, at(6))
            .await
            .unwrap()
    );
    assert!(
        !store
            .disconnect(ada.id, &crate::fixtures::client_id(), at(6))
            .await
            .unwrap()
    );
}

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
    let (ada, bob) = (
        add_member(&*store, "ada@b.example").await,
        add_member(&*store, "bob@b.example").await,
    );
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
async fn a_consent_that_has_expired_neither_counts_nor_grows() {
    let store = store();
    let application = add_application(&*store, "App").await;
    let ada = add_member(&*store, "ada@b.example").await;
    let remembered = async |after| {
        store
            .remembered_consent(ada.id, &application.client_id, after)
            .await
            .unwrap()
            .to_string()
    };
    let consent = async |scopes: &str, second, after| {
        let grant = NewGrant {
            remember: Some(after),
            ..new_grant(&application, &ada, scopes)
        };
        store.create_grant(grant, at(second)).await.unwrap().unwrap();
    };
    consent("read:posts", 10, LONG_AGO).await;
    assert_eq!(remembered(at(9)).await, "read:posts");
    assert_eq!(remembered(at(10)).await, "");
    // One that counts grows, and its time stays.
    consent("read:userinfo", 20, at(9)).await;
    assert_eq!(remembered(at(9)).await, "read:userinfo read:posts");
    assert_eq!(remembered(at(10)).await, "");
    assert_eq!(store.connected_apps_of(ada.id, at(9)).await.unwrap().len(), 1);
    assert_eq!(store.connected_apps_of(ada.id, at(10)).await.unwrap().len(), 0);
    // One that does not is replaced.
    consent("read:posts", 30, at(10)).await;
    assert_eq!(remembered(at(29)).await, "read:posts");
}

#[tokio::test]
async fn a_grant_that_is_too_old_is_no_connected_app() {
    let store = store();
    let application = add_application(&*store, "App").await;
    let ada = add_member(&*store, "ada@b.example").await;
    for second in [10, 20] {
        let silent = NewGrant {
            remember: None,
            ..new_grant(&application, &ada, "read:posts")
        };
        let id = store.create_grant(silent, at(second)).await.unwrap().unwrap();
        rotate(&*store, id, at(second + 100)).await;
    }
    let since = async |after| {
        let connections = store.connected_apps_of(ada.id, after).await.unwrap();
        connections.first().map(|connection| connection.since)
    };
    assert_eq!(since(at(9)).await, Some(at(10)));
    assert_eq!(since(at(10)).await, Some(at(20)));
    assert_eq!(since(at(20)).await, None);
}

async fn explorer_login(
    store: &dyn latchkey_storage::Store,
    grant: NewGrant,
    member: &Member,
    second: u64,
) -> GrantId {
    let grant = NewGrant {
        member: member.id,
        remember: None,
        is_explorer_login: true,
        ..grant
    };
    let id = store.create_grant(grant, at(second)).await.unwrap().unwrap();
    rotate(store, id, at(second)).await;
    id
}

#[tokio::test]
async fn explorer_logins_are_counted_nowhere_and_end_together() {
    let store = store();
    let application = add_application(&*store, "App").await;
    let (ada, bob) = (
        add_member(&*store, "ada@b.example").await,
        add_member(&*store, "bob@b.example").await,
    );
    let new = new_grant(&application, &ada, "read:posts");
    let logins = [
        explorer_login(&*store, new.clone(), &ada, 1).await,
        explorer_login(&*store, new.clone(), &ada, 2).await,
    ];
    let bobs = explorer_login(&*store, new, &bob, 3).await;
    assert!(store.grant(bobs).await.unwrap().unwrap().is_explorer_login);
    assert_eq!(store.connected_apps_of(ada.id, LONG_AGO).await.unwrap().len(), 0);
    let listing = async || {
        store
            .application_listing(&application.client_id, latchkey_domain::Timestamp::from_millis(0))
            .await
            .unwrap()
            .unwrap()
            .connected_members
    };
    assert_eq!(listing().await, 0);
    let real = connect(&*store, &application, &ada, at(4)).await;
    assert_eq!(listing().await, 1);

    assert_eq!(store.end_explorer_logins(ada.id, at(5)).await.unwrap(), 2);
    assert_eq!(store.end_explorer_logins(ada.id, at(6)).await.unwrap(), 0);
    for id in logins {
        assert_eq!(
            store.grant(id).await.unwrap().unwrap().state.revoked,
            Some((at(5), RevocationReason::ExplorerLoginEnded))
        );
    }
    for id in [bobs, real] {
        assert_eq!(store.grant(id).await.unwrap().unwrap().state.revoked, None);
    }
}

#[tokio::test]
async fn explorer_logins_end_with_the_role_of_a_host() {
    let store = store();
    let application = add_application(&*store, "App").await;
    let (ada, bob) = (
        add_member(&*store, "ada@b.example").await,
        add_member(&*store, "bob@b.example").await,
    );
    for member in [&ada, &bob] {
        let made_host = store
            .set_role(&member.email, Role::Host, &operator(), at(1))
            .await;
        assert!(matches!(made_host.unwrap(), MemberChange::Done(_)));
    }
    let new = new_grant(&application, &ada, "read:posts");
    let (adas, bobs) = (
        explorer_login(&*store, new.clone(), &ada, 2).await,
        explorer_login(&*store, new, &bob, 3).await,
    );
    let real = connect(&*store, &application, &ada, at(4)).await;
    let demoted = store
        .set_role(&ada.email, Role::Moderator, &operator(), at(5))
        .await;
    assert!(matches!(demoted.unwrap(), MemberChange::Done(_)));
    assert_eq!(
        store.grant(adas).await.unwrap().unwrap().state.revoked,
        Some((at(5), RevocationReason::ExplorerLoginEnded))
    );
    for id in [bobs, real] {
        assert_eq!(store.grant(id).await.unwrap().unwrap().state.revoked, None);
    }
}

#[tokio::test]
async fn a_code_that_expired_is_found_and_closed_once() {
    let store = store();
    let (application, other) = (
        add_application(&*store, "App").await,
        add_application(&*store, "Other").await,
    );
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
