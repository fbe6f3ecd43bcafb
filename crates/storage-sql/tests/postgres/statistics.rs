//! What the store counts of itself on `PostgreSQL`.

use std::time::Duration;

use latchkey_domain::{MembersQuery, PageRequest, Timestamp};
use latchkey_storage::{ConnectionCounts, Grants, Members, Networks, Sessions, Statistics, Store};
use latchkey_storage_sql::postgres::PostgresStore;

use crate::backend::key;
use crate::fixtures::{add_application, add_member, at, connect, next_generation};

async fn now(store: &PostgresStore) -> Statistics {
    store.statistics().await.unwrap()
}

async fn opened() -> (String, PostgresStore) {
    let url = latchkey_testing::postgres::database();
    let store = PostgresStore::open(&url.parse().unwrap(), key()).await.unwrap();
    (url, store)
}

#[tokio::test]
async fn reads_and_writes_are_counted_apart() {
    let (_, store) = opened().await;
    let before = now(&store).await;
    store.network().await.unwrap();
    store
        .members(
            MembersQuery::default(),
            PageRequest::new(1, 5),
            Timestamp::from_millis(0),
        )
        .await
        .unwrap();
    let after = now(&store).await;
    assert_eq!(after.reads - before.reads, 2);
    assert_eq!(after.writes - before.writes, 0);
    assert_eq!(
        after.commits, before.commits,
        "a transaction that reads has nothing to commit"
    );

    let ada = add_member(&store, "ada@b.example").await;
    store.mark_demo().await.unwrap();
    let last = now(&store).await;
    assert_eq!(last.reads, after.reads);
    assert_eq!(last.writes - after.writes, 2);
    assert_eq!(last.commits.count - after.commits.count, 2);
    assert!(last.commits.sum > after.commits.sum);
    assert_eq!((last.writes_waiting, last.reads_waited), (0, 0));

    // The one that changes grants is no ordinary transaction.
    let application = add_application(&store, "App").await;
    let id = connect(&store, &application, &ada, at(1)).await;
    let before = now(&store).await;
    store.change_grant(id, next_generation(at(2))).await.unwrap();
    store.grant(id).await.unwrap();
    let after = now(&store).await;
    assert_eq!((after.writes - before.writes, after.reads - before.reads), (1, 1));
    assert_eq!(after.commits.count - before.commits.count, 1);
}

#[tokio::test]
async fn the_size_is_that_of_the_database() {
    let (url, store) = opened().await;
    let said = now(&store).await;
    let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls)
        .await
        .unwrap();
    tokio::spawn(connection);
    let sql = "SELECT pg_database_size(current_database())";
    let asked: i64 = client.query_one(sql, &[]).await.unwrap().get(0);
    let said_bytes = said.database_bytes.unwrap();
    assert!(
        said_bytes.abs_diff(asked.unsigned_abs()) < 1 << 20,
        "{said_bytes} and {asked}"
    );
    assert_eq!(said.log_bytes, None);
    // To be looked at costs nothing of what is looked at.
    assert_eq!(now(&store).await.reads, said.reads);
}

#[tokio::test]
async fn a_database_that_is_gone_has_statistics_without_a_size() {
    let server = latchkey_testing::postgres::PrivateServer::start();
    let url = server.database().parse().unwrap();
    let store = PostgresStore::open(&url, key()).await.unwrap();
    server.stop();
    let said = now(&store).await;
    assert_eq!(said.database_bytes, None);
    assert!(said.reads > 0);
}

#[tokio::test]
async fn who_waits_for_a_connection_is_seen() {
    let (url, store) = opened().await;
    let application = add_application(&store, "App").await;
    let ada = add_member(&store, "ada@b.example").await;
    let id = connect(&store, &application, &ada, at(1)).await;
    let most = now(&store).await.connections.unwrap().most;

    // The grant is locked, so that a change keeps a connection and waits.
    let (client, connection) = tokio_postgres::connect(&url, tokio_postgres::NoTls)
        .await
        .unwrap();
    tokio::spawn(connection);
    client
        .batch_execute("BEGIN; SELECT 1 FROM grants FOR UPDATE")
        .await
        .unwrap();
    let writers = async {
        let writes = (0..most).map(|_| async {
            store.change_grant(id, next_generation(at(2))).await.unwrap();
        });
        futures_util::future::join_all(writes).await;
    };
    let reader = async {
        until(&store, |said| said.connections.unwrap().in_use == most).await;
        store.grant(id).await.unwrap();
    };
    let watcher = async {
        // A caller that waits for a connection to open counts as waiting for a short time, too.
        until(&store, |said| {
            said.reads_waited == 1 && said.connections.unwrap().waiting == 1
        })
        .await;
        let said = now(&store).await;
        assert_eq!((said.reads_waited, said.writes_waiting), (1, most));
        client.batch_execute("COMMIT").await.unwrap();
    };
    tokio::join!(writers, reader, watcher);
    let said = now(&store).await;
    assert_eq!((said.reads_waited, said.writes_waiting), (1, 0));
    let all_idle = ConnectionCounts {
        idle: most,
        in_use: 0,
        most,
        waiting: 0,
    };
    assert_eq!(said.connections, Some(all_idle));
}

/// Looks until what is expected is seen, letting the others go on in between.
async fn until(store: &PostgresStore, seen: impl Fn(&Statistics) -> bool) {
    while !seen(&now(store).await) {
        tokio::task::yield_now().await;
    }
}

#[tokio::test]
async fn what_takes_longer_than_allowed_is_noticed() {
    let (_, store) = opened().await;
    store.network().await.unwrap();
    assert_eq!(now(&store).await.slow, 0, "nobody asked yet");
    store.log_slow(Duration::from_secs(3_600));
    store.network().await.unwrap();
    assert_eq!(now(&store).await.slow, 0);
    store.log_slow(Duration::ZERO);
    store.network().await.unwrap();
    store.mark_demo().await.unwrap();
    let ada = add_member(&store, "ada@b.example").await;
    store.sessions_of(ada.id, at(1)).await.unwrap();
    assert_eq!(now(&store).await.slow, 4);
}
