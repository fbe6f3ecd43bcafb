use latchkey_storage::{GrantChange, GrantId, GrantState, NewGrant, Resource, RevocationReason};

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
async fn a_grant_remembers_what_it_was_asked_for() {
    let store = store();
    let application = add_application(&*store, "App").await;
    let ada = add_member(&*store, "ada@b.example").await;
    for resource in [None, Some(Resource::HeadlessApi)] {
        let grant = NewGrant {
            resource,
            ..new_grant(&application, &ada, "read:posts")
        };
        let id = store.create_grant(grant, at(5)).await.unwrap().unwrap();
        rotate(&*store, id, at(6)).await;
        assert_eq!(store.grant(id).await.unwrap().unwrap().resource, resource);
    }
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
                revoked: Some((at(2), reason)),
                ..grant.state.clone()
            })
        };
        store.change_grant(id, Box::new(revoke)).await.unwrap().unwrap();
        assert_eq!(
            store.grant(id).await.unwrap().unwrap().state.revoked,
            Some((at(2), reason))
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
