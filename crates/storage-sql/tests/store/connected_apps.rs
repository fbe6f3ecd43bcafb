//! Consent, and grants as their member sees them.

use latchkey_storage::{NewGrant, RevocationReason};

use crate::fixtures::{
    LONG_AGO, add_application, add_applications, add_member, add_members, at, connect, new_grant, rotate,
    store,
};

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
    let [first, second, third] = add_applications(&*store, ["First", "Second", "Third"]).await;
    let [ada, bob] = add_members(&*store, ["ada@b.example", "bob@b.example"]).await;
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
    let [application, other] = add_applications(&*store, ["App", "Other"]).await;
    let [ada, bob] = add_members(&*store, ["ada@b.example", "bob@b.example"]).await;
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
