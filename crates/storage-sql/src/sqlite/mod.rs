//! The store as one `SQLite` file. Everything that is written goes through one thread (`writer`), everything that is
//! read through read-only connections (`readers`).

mod backup;
mod before_upgrade;
mod checkpoints;
mod connection;
mod contents;
pub(crate) mod copy;
mod database;
mod errors;
mod functions;
mod in_use;
mod key_rotation;
mod maintenance;
mod memory;
pub(crate) mod migrations;
mod opening;
mod readers;
mod restore;
mod schema;
mod statements;
mod watch;
mod writer;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

pub use self::backup::{BackedUp, Existing};
pub(crate) use self::before_upgrade::BeforeUpgrade;
use self::checkpoints::Checkpoints;
pub use self::contents::Contents;
use self::in_use::InUse;
pub use self::key_rotation::Rotated;
pub use self::memory::NOTICED_AFTER;
pub use self::opening::{DATABASE_FILE, KEY_FILE};
use self::readers::Readers;
pub use self::restore::{Restored, restore};
use self::writer::Writer;
pub use crate::keychain::Keychain;
use crate::keys::ServerKey;
use crate::slow::SlowLog;
use crate::spans;
use crate::{Database, DriverError, SqlStore};
use latchkey_storage::{Statistics, Store, StoreError};

/// The store in an `SQLite` file.
pub type SqliteStore = SqlStore<Sqlite>;

/// An `SQLite` file: one connection that writes, and others that read.
pub struct Sqlite {
    lookups: Readers,
    scans: Arc<Readers>,
    checkpoints: Checkpoints,
    // Dropped behind the others: the last connection to close tidies up the write-ahead log.
    writer: Writer,
    path: PathBuf,
    identity: watch::Identity,
    slow: SlowLog,
    keychain: Keychain,
    key_path: PathBuf,
    _in_use: InUse,
}

impl SqliteStore {
    /// The key that new tokens are made with.
    pub fn key(&self) -> ServerKey {
        self.0.keychain.ring().current().clone()
    }

    /// All keys of the key file, as they come and go.
    pub fn keychain(&self) -> &Keychain {
        &self.0.keychain
    }

    /// How often the database was asked for something since it was opened: what a request costs it is the difference.
    pub fn reads(&self) -> u64 {
        self.0.reads()
    }
}

impl Sqlite {
    fn reads(&self) -> u64 {
        self.lookups.count() + self.scans.count()
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn ping(&self) -> Result<(), StoreError> {
        // What is open can be read after its file is gone; but what is written then is lost at the next start.
        self.0.identity.check(&self.0.path)?;
        Database::look_up(&self.0, (), |db, ()| {
            Box::pin(async move { crate::networks::read(db).await.map(|_| ()) })
        })
        .await
    }

    async fn statistics(&self) -> Option<Statistics> {
        Some(watch::statistics(&self.0))
    }

    async fn schema_differences(&self) -> Result<Vec<String>, StoreError> {
        Database::scan(&self.0, (), |db, ()| Box::pin(schema::differences(db))).await
    }

    fn log_slow(&self, threshold: Duration) {
        self.0.slow.set(threshold);
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SqliteStore(…)")
    }
}

impl DriverError for rusqlite::Error {
    fn into_store_error(self) -> StoreError {
        if connection::may_pass(&self) {
            StoreError::Unavailable(self.into())
        } else {
            StoreError::Database(self.into())
        }
    }
}
