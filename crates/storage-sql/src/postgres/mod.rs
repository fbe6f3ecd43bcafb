//! The store as a `PostgreSQL` database, for several nodes behind a load balancer.
//!
//! Nothing is remembered between requests: what one node revokes, deletes or changes holds on every other from the next
//! request on, because that request asks the database. So what a request needs is asked for in as few round trips as
//! there can be: a look-up is one.
//!
//! A connection keeps no setting and no lock beyond a transaction, so that a pooler may give each transaction another one, and
//! a distributed database that speaks `PostgreSQL`'s language may take its place. What is prepared on it stays there only
//! where [`dialing`] finds no pooler: to read and to plan a statement anew takes longer than to run it.

mod attempts;
pub(crate) mod copy;
mod database;
mod dialing;
mod errors;
mod folding;
mod key_rotation;
mod migrations;
mod opening;
mod params;
mod pool;
mod rows;
mod schema;
mod statistics;
mod tls;
mod transaction;
mod url;
mod watch;

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;

pub use self::key_rotation::{ANOTHER, RotationStep};
pub(crate) use self::migrations::{LATEST, same_in_sqlite};
use self::pool::Connections;
pub use self::url::PostgresUrl;
use crate::keychain::Keychain;
use crate::keyring::Keyring;
use crate::{Database, SqlStore, networks};
use latchkey_storage::{SharedAttempts, Statistics, Store, StoreError};

/// The store in a `PostgreSQL` database.
pub type PostgresStore = SqlStore<Postgres>;

/// A `PostgreSQL` database: connections to it, and the keys of this node.
pub struct Postgres {
    connections: Connections,
    keys: Keychain,
}

impl PostgresStore {
    /// The keys of this node, the one that the database names first.
    pub fn keys(&self) -> Keyring {
        self.0.keys.ring()
    }
}

#[async_trait]
impl Store for PostgresStore {
    async fn ping(&self) -> Result<(), StoreError> {
        self.0
            .look_up((), |db, ()| {
                Box::pin(async move { networks::read(db).await.map(|_| ()) })
            })
            .await
    }

    fn shared_attempts(&self) -> Option<&dyn SharedAttempts> {
        Some(self)
    }

    async fn statistics(&self) -> Option<Statistics> {
        Some(statistics::read(&self.0).await)
    }

    async fn schema_differences(&self) -> Result<Vec<String>, StoreError> {
        self.0
            .look_up((), |db, ()| Box::pin(schema::differences(db)))
            .await
    }

    fn log_slow(&self, threshold: Duration) {
        self.0.connections.watch().slow.set(threshold);
    }
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PostgresStore(…)")
    }
}
