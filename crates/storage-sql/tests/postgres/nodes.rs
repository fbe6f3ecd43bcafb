//! Several nodes on one database: what one does holds on every other from its next look on.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use latchkey_domain::Role;
use latchkey_storage::content::Profiles;
use latchkey_storage::{Applications, GrantChange, Grants, Members, Networks, Store};
use latchkey_storage_sql::postgres::PostgresStore;
use latchkey_testing::postgres::PrivateServer;
use tokio::task::JoinSet;

use crate::backend::{key, url};
use crate::concurrency::all_hosts_leave;
use crate::fixtures::{
    add_application, add_member, at, connect, count_applications, new_member, next_generation, operator,
};

async fn two_nodes() -> (Arc<PostgresStore>, Arc<PostgresStore>) {
    let url = url();
    let one = PostgresStore::open(&url, key()).await.unwrap();
    let other = PostgresStore::open(&url, key()).await.unwrap();
    (Arc::new(one), Arc::new(other))
}

#[tokio::test]
async fn a_look_sees_what_another_node_just_did() {
    let (one, other) = two_nodes().await;
    let application = add_application(&*one, "App").await;
    let ada = add_member(&*one, "ada@b.example").await;
    let id = connect(&*one, &application, &ada, at(1)).await;
    for round in 0..20 {
        let paused = round % 2 == 0;
        one.set_paused(&application.client_id, paused, &operator(), at(2))
            .await
            .unwrap();
        let seen = other.grant(id).await.unwrap().unwrap();
        assert_eq!(seen.application.is_paused(), paused);
        let seen = other.client(&application.client_id).await.unwrap().unwrap();
        assert_eq!(seen.application.is_paused(), paused);
    }
    one.set_role(&ada.email, Role::Host, &operator(), at(3))
        .await
        .unwrap();
    assert_eq!(other.grant(id).await.unwrap().unwrap().member.role, Role::Host);
    one.delete_application(&application.client_id, &operator(), at(4))
        .await
        .unwrap();
    assert_eq!(other.grant(id).await.unwrap(), None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn no_change_of_two_nodes_is_lost() {
    let (one, other) = two_nodes().await;
    let application = add_application(&*one, "App").await;
    let ada = add_member(&*one, "ada@b.example").await;
    let id = connect(&*one, &application, &ada, at(1)).await;
    let mut rotations = JoinSet::new();
    for n in 0..200 {
        let node = Arc::clone(if n % 2 == 0 { &one } else { &other });
        rotations.spawn(async move {
            node.change_grant(id, next_generation(at(2)))
                .await
                .unwrap()
                .unwrap()
        });
    }
    rotations.join_all().await;
    assert_eq!(one.grant(id).await.unwrap().unwrap().state.generation, 201);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_hosts_that_two_nodes_take_away_at_once_one_stays() {
    for _ in 0..3 {
        let (one, other) = two_nodes().await;
        let refused = all_hosts_leave(&[one.clone(), other], 24).await;
        assert_eq!(refused, 1);
        assert!(one.has_host().await.unwrap());
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn a_network_is_founded_once() {
    let (one, other) = two_nodes().await;
    let mut founders = JoinSet::new();
    for n in 0..40 {
        let node = Arc::clone(if n % 2 == 0 { &one } else { &other });
        founders.spawn(async move {
            let network = latchkey_storage::NewNetwork {
                name: latchkey_domain::NetworkName::parse(&format!("Network {n}")).unwrap(),
                slug: format!("network-{n}").parse().unwrap(),
                plan: latchkey_domain::Plan::Pro,
            };
            let host = new_member(&format!("host{n}@b.example"), Role::Host);
            node.found_network(network, host, &operator(), at(1))
                .await
                .unwrap()
                .is_some()
        });
    }
    let founded = founders
        .join_all()
        .await
        .into_iter()
        .filter(|founded| *founded)
        .count();
    assert_eq!(founded, 1);
    assert_eq!(one.count_members().await.unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn opposite_orders_do_not_fail() {
    let (one, other) = two_nodes().await;
    let application = add_application(&*one, "App").await;
    let mut work = JoinSet::new();
    for n in 0..20 {
        let (node, application) = (
            Arc::clone(if n % 2 == 0 { &one } else { &other }),
            application.clone(),
        );
        let ada = add_member(&*one, &format!("ada{n}@b.example")).await;
        let id = connect(&*one, &application, &ada, at(1)).await;
        work.spawn(async move {
            for second in 0..10 {
                // Locks the grant and then its application; disconnecting everyone does the opposite.
                node.change_grant(id, next_generation(at(100 + 60 * second)))
                    .await
                    .unwrap();
                if second % 5 == n % 5 {
                    let by = operator();
                    node.disconnect_everyone(&application.client_id, &by, at(9))
                        .await
                        .unwrap();
                }
            }
        });
    }
    work.join_all().await;
}

#[tokio::test]
async fn a_database_that_comes_back_is_used_again() {
    let server = PrivateServer::start();
    let store = PostgresStore::open(&server.database().parse().unwrap(), key())
        .await
        .unwrap();
    let application = add_application(&store, "App").await;
    let ada = add_member(&store, "ada@b.example").await;
    let id = connect(&store, &application, &ada, at(1)).await;
    server.stop();
    assert!(store.ping().await.is_err());
    let decided = Arc::new(AtomicU32::new(0));
    let count = Arc::clone(&decided);
    let decide = move |_: &latchkey_storage::Grant| {
        count.fetch_add(1, Ordering::Relaxed);
        GrantChange::Keep
    };
    assert!(store.change_grant(id, Box::new(decide)).await.is_err());
    assert_eq!(decided.load(Ordering::Relaxed), 0);
    server.start_again();
    // At once, although the connections that the store has are all dead.
    store.ping().await.unwrap();
    let (before, after) = store
        .change_grant(id, next_generation(at(2)))
        .await
        .unwrap()
        .unwrap();
    assert_eq!((before.state.generation, after.state.generation), (1, 2));
    assert_eq!(count_applications(&store).await, 1);
}
