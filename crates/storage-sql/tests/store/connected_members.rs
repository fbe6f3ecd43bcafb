//! Who is connected to an application, as hosts see it: the same as the members see.

use latchkey_domain::{Member, MemberId, PageRequest};
use latchkey_storage::{AuditAction, ConnectedMember, NewGrant, RevocationReason, Store};

use crate::fixtures::{
    LONG_AGO, add_application, add_applications, add_member, add_members, at, connect, new_grant, operator,
    rotate, store,
};

async fn members(store: &dyn Store, application: &latchkey_domain::Application) -> Vec<ConnectedMember> {
    let page = store.connected_members(&application.client_id, PageRequest::new(1, 50));
    let page = page.await.unwrap();
    assert_eq!(page.total, page.items.len() as u64);
    let listing = store.application_listing(&application.client_id, at(0)).await;
    assert_eq!(listing.unwrap().unwrap().connected_members, page.total);
    page.items
}

fn entry(member: &Member, since: u64, scopes: &str, used: Option<u64>) -> ConnectedMember {
    ConnectedMember {
        member: member.id,
        name: member.name.clone(),
        email: member.email.clone(),
        scopes: scopes.parse().unwrap(),
        since: at(since),
        last_used_at: used.map(at),
    }
}

#[tokio::test]
async fn a_member_is_listed_once_with_all_that_was_granted() {
    let store = store();
    let [application, other] = add_applications(&*store, ["App", "Other"]).await;
    let [ada, bob] = add_members(&*store, ["ada@b.example", "bob@b.example"]).await;
    connect(&*store, &application, &ada, at(10)).await;
    let more = new_grant(&application, &ada, "read:userinfo");
    let more = store.create_grant(more, at(20)).await.unwrap().unwrap();
    rotate(&*store, more, at(30)).await;
    // Bob allowed it, and his code was not exchanged: he sees it as not used yet.
    let unused = new_grant(&application, &bob, "read:posts");
    store.create_grant(unused, at(40)).await.unwrap().unwrap();
    connect(&*store, &other, &bob, at(50)).await;
    assert_eq!(
        members(&*store, &application).await,
        [
            entry(&bob, 40, "read:posts", None),
            entry(&ada, 10, "read:posts read:userinfo", Some(30)),
        ]
    );
    let seen = store.connected_apps_of(bob.id, LONG_AGO).await.unwrap();
    assert_eq!(seen.len(), 2);
    assert_eq!((seen[1].since, seen[1].last_used_at), (at(40), None));
}

#[tokio::test]
async fn what_a_host_tries_in_the_explorer_counts_nowhere() {
    let store = store();
    let application = add_application(&*store, "App").await;
    let ada = add_member(&*store, "ada@b.example").await;
    let login = NewGrant {
        remember: None,
        is_explorer_login: true,
        ..new_grant(&application, &ada, "read:posts")
    };
    let login = store.create_grant(login, at(1)).await.unwrap().unwrap();
    rotate(&*store, login, at(2)).await;
    assert_eq!(members(&*store, &application).await, []);
    let read = store.application(&application.client_id).await.unwrap().unwrap();
    assert_eq!(read.last_used_at, None, "it is still never used");
}

/// A client that revokes its token keeps the consent; both sides go on saying when it was last used.
#[tokio::test]
async fn what_is_left_of_a_revoked_grant_has_its_last_use() {
    let store = store();
    let application = add_application(&*store, "App").await;
    let ada = add_member(&*store, "ada@b.example").await;
    let grant = connect(&*store, &application, &ada, at(10)).await;
    let revoke = Box::new(|grant: &latchkey_storage::Grant| {
        let mut state = grant.state.clone();
        state.revoked = Some((at(20), RevocationReason::Client));
        latchkey_storage::GrantChange::Set(state)
    });
    store.change_grant(grant, revoke).await.unwrap().unwrap();
    assert_eq!(
        members(&*store, &application).await,
        [entry(&ada, 10, "read:posts", Some(10))]
    );
    let seen = store.connected_apps_of(ada.id, LONG_AGO).await.unwrap();
    assert_eq!(seen[0].last_used_at, Some(at(10)));
}

#[tokio::test]
async fn pages_are_cut_behind_those_who_connected_last() {
    let store = store();
    let application = add_application(&*store, "App").await;
    for n in 0..5 {
        let member = add_member(&*store, &format!("m{n}@b.example")).await;
        connect(&*store, &application, &member, at(n)).await;
    }
    let page = async |number| {
        let page = store.connected_members(&application.client_id, PageRequest::new(number, 2));
        let page = page.await.unwrap();
        let names = page.items.iter().map(|member| member.name.to_string());
        (page.total, page.number, names.collect::<Vec<_>>())
    };
    assert_eq!(page(1).await, (5, 1, vec!["m4".into(), "m3".into()]));
    assert_eq!(page(9).await, (5, 3, vec!["m0".into()]));
}

#[tokio::test]
async fn a_host_disconnects_one() {
    let store = store();
    let [application, other] = add_applications(&*store, ["App", "Other"]).await;
    let [ada, bob] = add_members(&*store, ["ada@b.example", "bob@b.example"]).await;
    let grant = connect(&*store, &application, &ada, at(1)).await;
    let kept = [
        connect(&*store, &application, &bob, at(1)).await,
        connect(&*store, &other, &ada, at(1)).await,
    ];
    let disconnect = async |member| {
        store
            .disconnect_member(&application.client_id, member, &operator(), at(5))
            .await
            .unwrap()
    };
    assert_eq!(disconnect(ada.id).await, Some(2), "a grant and a consent");
    assert_eq!(disconnect(ada.id).await, Some(0));
    assert_eq!(disconnect(MemberId(4_711)).await, None);
    let revoked = store.grant(grant).await.unwrap().unwrap().state.revoked;
    assert_eq!(revoked, Some((at(5), RevocationReason::Host)));
    for grant in kept {
        assert_eq!(store.grant(grant).await.unwrap().unwrap().state.revoked, None);
    }
    assert_eq!(members(&*store, &application).await.len(), 1);
    let trail = store.audit(50).await.unwrap();
    let noted: Vec<_> = trail
        .iter()
        .filter(|entry| entry.action == AuditAction::MemberDisconnected)
        .collect();
    assert_eq!(noted.len(), 1);
    assert_eq!(
        (noted[0].target.as_str(), noted[0].detail.as_str()),
        (application.client_id.as_str(), "“App”, member ada@b.example")
    );
}
