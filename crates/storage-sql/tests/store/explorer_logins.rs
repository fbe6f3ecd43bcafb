//! Grants that a host made in the API explorer.

use latchkey_domain::{Member, Role};
use latchkey_storage::{GrantId, MemberChange, NewGrant, RevocationReason};

use crate::fixtures::{
    LONG_AGO, add_application, add_members, at, connect, new_grant, operator, rotate, store,
};

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
    let [ada, bob] = add_members(&*store, ["ada@b.example", "bob@b.example"]).await;
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
    let [ada, bob] = add_members(&*store, ["ada@b.example", "bob@b.example"]).await;
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
