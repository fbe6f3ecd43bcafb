//! A URL that names several servers, of which one takes writes: a cluster that fails over.

use std::net::SocketAddr;
use std::time::Duration;

use latchkey_storage::{Networks, Store};
use latchkey_storage_sql::postgres::{PostgresStore, PostgresUrl};
use latchkey_testing::postgres::{PrivateServer, database};
use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::time::timeout;

use crate::backend::key;
use crate::opening::alter;

/// What names a server in a URL of [`database`].
fn place(url: &str) -> &str {
    let (_, rest) = url.split_once('@').unwrap();
    rest.split_once('/').unwrap().0
}

#[tokio::test]
async fn the_one_that_takes_writes_is_asked() {
    let replica = PrivateServer::start();
    let (first, second) = (replica.database(), database());
    let name = |url: &str| url.rsplit_once('/').unwrap().1.to_owned();
    // Both have to know the database by the same name.
    let shared = format!("postgres://latchkey@{}/{}", place(&second), name(&second));
    alter(&first, &format!("CREATE DATABASE {}_too", name(&second))).await;
    alter(&second, &format!("CREATE DATABASE {}_too", name(&second))).await;
    let (first, second) = (
        format!("postgres://latchkey@{}/{}_too", place(&first), name(&second)),
        format!("{shared}_too"),
    );
    let read_only = format!(
        "ALTER DATABASE {}_too SET default_transaction_read_only = on",
        name(&shared)
    );
    alter(&first, &read_only).await;

    let both: PostgresUrl = format!(
        "postgres://latchkey@{},{}/{}_too",
        place(&first),
        place(&second),
        name(&shared)
    )
    .parse()
    .unwrap();
    let store = PostgresStore::open(&both, key()).await.unwrap();
    store.mark_demo().await.unwrap();
    let started = async |url: &str| {
        PostgresStore::is_initialized(&url.parse().unwrap())
            .await
            .unwrap()
    };
    assert!(started(&second).await);
    assert!(!started(&first).await);
}

#[tokio::test]
async fn one_that_says_nothing_is_left_for_the_next() {
    let silent = Silent::new().await;
    let url = database();
    let both = url.replacen(
        &format!("@{}", place(&url)),
        &format!("@{},{}:5432", silent.address, place(&url)),
        1,
    );
    let store = PostgresStore::open(&both.parse().unwrap(), key()).await.unwrap();
    store.ping().await.unwrap();
}

/// A machine that is gone, as far as a client can tell: its queue is full, and what comes is dropped.
struct Silent {
    address: SocketAddr,
    _listener: TcpListener,
    _queue: Vec<TcpStream>,
}

impl Silent {
    async fn new() -> Self {
        let socket = TcpSocket::new_v4().unwrap();
        socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
        let listener = socket.listen(1).unwrap();
        let address = listener.local_addr().unwrap();
        let mut queue = Vec::new();
        while let Ok(connected) = timeout(Duration::from_millis(500), TcpStream::connect(address)).await {
            queue.push(connected.unwrap());
            assert!(queue.len() < 100, "it never fills");
        }
        Self {
            address,
            _listener: listener,
            _queue: queue,
        }
    }
}
