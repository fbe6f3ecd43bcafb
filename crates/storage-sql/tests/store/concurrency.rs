//! Many at once.

use std::sync::Arc;

use latchkey_domain::Role;
use latchkey_storage::{GrantChange, GrantState, MemberChange, Store};
use tokio::task::JoinSet;

use crate::fixtures::{
    add_application, add_member, at, client_id, count_applications, new_application, new_grant, new_member,
    operator, spec, store,
};

const MANY: u32 = 200;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn every_one_of_many_writers_reads_what_it_wrote() {
    let store = store();
    let mut writers = JoinSet::new();
    for n in 0..MANY {
        let store = store.share();
        writers.spawn(async move {
            let application = new_application(spec(&format!("App {n}")));
            let made = store
                .create_application(application, &operator(), at(u64::from(n)))
                .await
                .unwrap();
            assert_eq!(store.application(&made.client_id).await.unwrap(), Some(made));
        });
    }
    writers.join_all().await;
    assert_eq!(count_applications(&*store).await, u64::from(MANY));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_redemptions_one_wins() {
    let store = store();
    let application = add_application(&*store, "App").await;
    let ada = add_member(&*store, "ada@b.example").await;
    let id = store
        .create_grant(new_grant(&application, &ada, "read:posts"), at(1))
        .await
        .unwrap()
        .unwrap();
    let mut redemptions = JoinSet::new();
    for _ in 0..MANY {
        let store = store.share();
        redemptions.spawn(async move {
            let redeem = |grant: &latchkey_storage::Grant| {
                if grant.state.generation > 0 {
                    return GrantChange::Keep;
                }
                GrantChange::Set(GrantState {
                    generation: 1,
                    last_used_at: Some(at(2)),
                    ..grant.state.clone()
                })
            };
            let (before, after) = store.change_grant(id, Box::new(redeem)).await.unwrap().unwrap();
            assert_eq!(after.state.generation, 1);
            before.state.generation == 0
        });
    }
    let winners = redemptions
        .join_all()
        .await
        .into_iter()
        .filter(|won| *won)
        .count();
    assert_eq!(winners, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn an_email_that_many_want_is_given_once() {
    let store = store();
    let mut writers = JoinSet::new();
    for _ in 0..MANY {
        let store = store.share();
        writers.spawn(async move {
            store
                .add_member(new_member("ada@b.example", Role::Member), &operator(), at(0))
                .await
                .unwrap()
                .is_some()
        });
    }
    assert_eq!(
        writers
            .join_all()
            .await
            .into_iter()
            .filter(|added| *added)
            .count(),
        1
    );
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn those_that_fail_do_not_disturb_the_others() {
    let store = store();
    let taken = client_id();
    let mut writers = JoinSet::new();
    for n in 0..MANY {
        let store = store.share();
        let mut application = new_application(spec(&format!("App {n}")));
        if n % 2 == 0 {
            application.client_id = taken.clone();
        }
        writers.spawn(async move {
            store
                .create_application(application, &operator(), at(0))
                .await
                .is_ok()
        });
    }
    let made = writers.join_all().await.into_iter().filter(|made| *made).count();
    assert_eq!(
        made, 101,
        "the hundred with an id of their own, and one with the id that all others wanted"
    );
    assert_eq!(count_applications(&*store).await, 101);
    assert_eq!(store.audit(1_000).await.unwrap().len(), 101);
}

/// So many hosts are added, and leave at once, each through one of the stores by turns; how many were refused.
pub(crate) async fn all_hosts_leave(stores: &[Arc<dyn Store>], hosts: usize) -> usize {
    let emails: Vec<String> = (0..hosts).map(|n| format!("host{n}@b.example")).collect();
    for email in &emails {
        let host = new_member(email, Role::Host);
        stores[0]
            .add_member(host, &operator(), at(0))
            .await
            .unwrap()
            .unwrap();
    }
    let mut leaving = JoinSet::new();
    for (n, email) in emails.into_iter().enumerate() {
        let store = Arc::clone(&stores[n % stores.len()]);
        leaving.spawn(async move {
            let email = email.parse().unwrap();
            let change = if n % 3 == 0 {
                store.remove_member(&email, &operator(), at(1)).await
            } else {
                store.set_role(&email, Role::Member, &operator(), at(1)).await
            };
            change.unwrap() == MemberChange::LastHost
        });
    }
    let refused = leaving.join_all().await;
    refused.into_iter().filter(|refused| *refused).count()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_hosts_that_leave_at_once_one_stays() {
    for _ in 0..3 {
        let store = store();
        assert_eq!(all_hosts_leave(&[store.share()], 24).await, 1);
        assert!(store.has_host().await.unwrap());
    }
}
