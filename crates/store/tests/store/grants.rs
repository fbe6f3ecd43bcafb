use latchkey_store::{GrantChange, GrantId, GrantState, RevocationReason};

use crate::fixtures::{
    add_application, add_member, at, connect, new_grant, next_generation, operator, rotate, store,
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
        let revoke = move |grant: &latchkey_store::Grant| {
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
            .remembered_consent(ada.id, &application.client_id)
            .await
            .unwrap()
            .to_string()
    };
    assert_eq!(remembered().await, "");
    let mut silent = new_grant(&application, &ada, "read:posts");
    silent.remember = false;
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
    more.remember = false;
    let more = store.create_grant(more, at(20)).await.unwrap().unwrap();
    rotate(&*store, more, at(21)).await;
    connect(&*store, &second, &ada, at(30)).await;
    store
        .create_grant(new_grant(&third, &ada, "read:courses"), at(40))
        .await
        .unwrap()
        .unwrap();
    connect(&*store, &third, &bob, at(50)).await;

    let connections = store.connections_of(ada.id).await.unwrap();
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
            .remembered_consent(ada.id, &application.client_id)
            .await
            .unwrap()
            .is_empty()
    );
    assert_eq!(store.connections_of(ada.id).await.unwrap().len(), 1);
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
