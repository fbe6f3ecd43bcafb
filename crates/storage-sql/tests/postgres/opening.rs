//! Opening databases: what is kept, and what is refused with words that say what to do.

use latchkey_storage::{Applications, Grants, Networks, Store};
use latchkey_storage_sql::keys::ServerKey;
use latchkey_storage_sql::postgres::{PostgresStore, PostgresUrl};
use tokio::task::JoinSet;

use crate::backend::{key, url};
use crate::fixtures::{add_application, add_member, at, connect};

async fn refusal(url: &PostgresUrl, key: ServerKey) -> String {
    let message = PostgresStore::open(url, key).await.unwrap_err().to_string();
    assert!(!message.contains('\n'), "one line: {message}");
    message
}

pub(crate) async fn alter(url: &str, sql: &str) {
    let (client, connection) = tokio_postgres::connect(url, tokio_postgres::NoTls).await.unwrap();
    let driver = tokio::spawn(connection);
    client.batch_execute(sql).await.unwrap();
    drop(client);
    driver.await.unwrap().unwrap();
}

#[tokio::test]
async fn what_was_answered_is_there_after_reopening() {
    let url = url();
    assert!(!PostgresStore::is_initialized(&url).await.unwrap());
    let store = PostgresStore::open(&url, key()).await.unwrap();
    assert!(PostgresStore::is_initialized(&url).await.unwrap());
    let application = add_application(&store, "App").await;
    let ada = add_member(&store, "ada@b.example").await;
    let grant = connect(&store, &application, &ada, at(1)).await;
    let (network, salt) = (store.network().await.unwrap(), store.setup_salt().await.unwrap());
    let secret = store
        .client_secret(&application.client_id)
        .await
        .unwrap()
        .unwrap();
    let before = store.grant(grant).await.unwrap();
    drop(store);

    let store = PostgresStore::open(&url, key()).await.unwrap();
    assert_eq!(store.schema().await.unwrap(), 12);
    assert_eq!(store.grant(grant).await.unwrap(), before);
    assert_eq!(
        (store.network().await.unwrap(), store.setup_salt().await.unwrap()),
        (network, salt)
    );
    let again = store
        .client_secret(&application.client_id)
        .await
        .unwrap()
        .unwrap();
    assert!(again.is(secret.expose()));
    store.ping().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_many_nodes_that_start_at_once_one_makes_the_schema() {
    let url = url();
    let mut nodes = JoinSet::new();
    for _ in 0..8 {
        let url = url.clone();
        nodes.spawn(async move {
            let store = PostgresStore::open(&url, key()).await.unwrap();
            (
                store.network().await.unwrap().id,
                store.setup_salt().await.unwrap(),
            )
        });
    }
    let seen = nodes.join_all().await;
    assert!(seen.iter().all(|one| *one == seen[0]), "{seen:?}");
}

#[tokio::test]
async fn another_key_is_refused() {
    let url = url();
    PostgresStore::open(&url, key()).await.unwrap();
    let message = refusal(&url, ServerKey::from_bytes([8; 32])).await;
    assert!(
        message.contains("this node’s key is not the one") && message.contains("every node needs the same"),
        "{message}"
    );
}

#[tokio::test]
async fn a_newer_database_is_refused_and_stays_as_it_is() {
    let text = latchkey_testing::postgres::database();
    let url: PostgresUrl = text.parse().unwrap();
    PostgresStore::open(&url, key()).await.unwrap();
    alter(
        &text,
        "UPDATE latchkey_schema SET version = 99, written_by = '9.9.9'",
    )
    .await;
    let message = refusal(&url, key()).await;
    assert!(
        message.contains("has schema 99") && message.contains("install Latchkey 9.9.9 or newer"),
        "{message}"
    );
}

#[tokio::test]
async fn a_database_of_another_program_is_refused_and_stays_as_it_is() {
    let text = latchkey_testing::postgres::database();
    alter(&text, "CREATE TABLE orders (id BIGINT)").await;
    let url: PostgresUrl = text.parse().unwrap();
    let message = refusal(&url, key()).await;
    assert!(message.contains("is a database of another program"), "{message}");
    assert!(!PostgresStore::is_initialized(&url).await.unwrap());
}

#[tokio::test]
async fn what_is_not_there_is_said() {
    let text = latchkey_testing::postgres::database();
    let missing: PostgresUrl = format!("{text}_missing").parse().unwrap();
    assert!(refusal(&missing, key()).await.contains("there is no database at"));
    let nobody: PostgresUrl = "postgres://l:geheim@127.0.0.1:9/x".parse().unwrap();
    let message = refusal(&nobody, key()).await;
    assert!(
        message.contains("PostgreSQL cannot be reached at postgres://l@127.0.0.1:9/x"),
        "{message}"
    );
    assert!(!message.contains("geheim"), "{message}");
}
