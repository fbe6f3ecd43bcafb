//! Two nodes on one `PostgreSQL` database, in this process.

use std::sync::Arc;

use latchkey_domain::{Clock as _, Role};
use latchkey_server::instance::Keys;
use latchkey_server::system::SystemClock;
use latchkey_storage_sql::keys::ServerKey;
use latchkey_storage_sql::postgres::PostgresStore;
use latchkey_testing::hand::HandClock;

use super::{Options, TestApp};

/// Two servers with separate connections. They share the database, the key and the time.
pub(crate) struct Nodes {
    pub(crate) one: TestApp,
    pub(crate) other: TestApp,
}

impl Nodes {
    /// On a new database, with the host `host@example.com` and the member `member@example.com`.
    pub(crate) async fn new() -> Self {
        Self::on(&latchkey_testing::postgres::database()).await
    }

    /// The same on a given empty database.
    pub(crate) async fn on(url: &str) -> Self {
        let clock = Arc::new(HandClock::at(SystemClock.now()));
        let nodes = Self {
            one: node(url, &clock).await,
            other: node(url, &clock).await,
        };
        nodes.one.member("host@example.com", Role::Host).await;
        nodes.one.member("member@example.com", Role::Member).await;
        nodes
    }
}

async fn node(url: &str, clock: &Arc<HandClock>) -> TestApp {
    let key = ServerKey::from_bytes([7; 32]);
    let store = Arc::new(PostgresStore::open(&url.parse().unwrap(), key).await.unwrap());
    // Both have the same issuer, as behind a load balancer.
    let options = Options {
        public_url: Some("http://localhost:3000".parse().unwrap()),
        ..Options::default()
    };
    TestApp::node(store.shared(), Keys::Node(store), clock.clone(), options).await
}
