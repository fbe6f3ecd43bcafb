//! The store as one `SQLite` file. Everything that is written goes through one thread (`writer`), everything that is
//! read through read-only connections (`readers`).

mod activity;
mod audit;
mod backup;
mod before_upgrade;
mod checkpoints;
mod connection;
mod contents;
pub(crate) mod copy;
mod database;
mod functions;
mod grants;
mod in_use;
mod keychain;
mod maintenance;
mod members;
mod memory;
mod migrations;
mod networks;
mod opening;
mod readers;
mod restore;
mod rotation;
mod rows;
mod schema;
mod statements;
mod watch;
mod writer;

use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use async_trait::async_trait;
use rusqlite::Connection;
use tracing::Instrument;

pub use self::backup::{BackedUp, Existing};
pub(crate) use self::before_upgrade::BeforeUpgrade;
use self::checkpoints::Checkpoints;
pub use self::contents::Contents;
use self::in_use::InUse;
pub use self::keychain::Keychain;
pub use self::memory::NOTICED_AFTER;
pub use self::opening::{DATABASE_FILE, KEY_FILE};
use self::readers::Readers;
pub use self::restore::{Restored, restore};
pub use self::rotation::Rotated;
use self::writer::Writer;
use crate::keys::ServerKey;
use crate::slow::SlowLog;
use crate::sql::memory::Memory;
use crate::sql::{self, Database, SqlStore};
use crate::{Statistics, Store, StoreError, spans};

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
    _in_use: InUse,
}

impl SqliteStore {
    /// The key that new tokens are made with.
    pub fn key(&self) -> ServerKey {
        self.keychain.ring().current().clone()
    }

    /// All keys of the key file, as they come and go.
    pub fn keychain(&self) -> &Keychain {
        &self.keychain
    }

    /// How often the database was asked for something since it was opened: what a request costs it is the difference.
    pub fn reads(&self) -> u64 {
        self.lookups.count() + self.scans.count()
    }
}

impl Sqlite {
    /// Writes in a transaction; see [`Writer::write`].
    async fn write<T, W>(&self, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    {
        let began = Instant::now();
        let span = spans::operation::<W>();
        let written = self
            .writer
            .write(move |held| work(&held.lock()))
            .instrument(span.clone())
            .await;
        self.slow.look_at::<W>(began);
        spans::judged(&span, written)
    }

    /// Reads a row or a few by an index. It takes some ten microseconds, less than handing it to another thread and
    /// waiting for that would, so it runs where it is called. There are as many connections for it as cores, and no
    /// long read ever holds one.
    fn look_up<T, R>(&self, read: R) -> Result<T, StoreError>
    where
        R: FnOnce(&Connection) -> Result<T, StoreError>,
    {
        let began = Instant::now();
        let span = spans::operation::<R>();
        let found = span.in_scope(|| self.lookups.read(|held| read(&held.lock())));
        self.slow.look_at::<R>(began);
        spans::judged(&span, found)
    }

    /// The same for rows that are asked for again and again, from memory if nothing has changed since.
    fn recall<T, R>(&self, recall: R) -> Result<T, StoreError>
    where
        R: FnOnce(&mut Memory, &Connection) -> Result<T, StoreError>,
    {
        let began = Instant::now();
        let span = spans::operation::<R>();
        let found = span.in_scope(|| {
            self.lookups
                .recall(self.writer.commits(), |memory, held| recall(memory, &held.lock()))
        });
        self.slow.look_at::<R>(began);
        spans::judged(&span, found)
    }

    /// Reads what may take milliseconds (a search, a page, a trail), on a thread that may block.
    async fn scan<T, R>(&self, read: R) -> Result<T, StoreError>
    where
        T: Send + 'static,
        R: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    {
        let began = Instant::now();
        let span = spans::operation::<R>();
        let readers = Arc::clone(&self.scans);
        let found = tokio::task::spawn_blocking(move || readers.read(|held| read(&held.lock())))
            .instrument(span.clone())
            .await;
        self.slow.look_at::<R>(began);
        let found = found.unwrap_or_else(|error| Err(StoreError::Database(error.into())));
        spans::judged(&span, found)
    }
}

#[async_trait]
impl Store for SqliteStore {
    async fn ping(&self) -> Result<(), StoreError> {
        // What is open can be read after its file is gone; but what is written then is lost at the next start.
        self.identity.check(&self.path)?;
        Database::look_up(&self.0, (), |db, ()| {
            Box::pin(async move { sql::networks::read(db).await.map(|_| ()) })
        })
        .await
    }

    async fn statistics(&self) -> Option<Statistics> {
        Some(watch::statistics(self))
    }

    async fn schema_differences(&self) -> Result<Vec<String>, StoreError> {
        Database::scan(&self.0, (), |db, ()| Box::pin(schema::differences(db))).await
    }

    fn log_slow(&self, threshold: Duration) {
        self.slow.set(threshold);
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SqliteStore(…)")
    }
}

impl From<rusqlite::Error> for StoreError {
    fn from(error: rusqlite::Error) -> Self {
        if connection::may_pass(&error) {
            Self::Unavailable(error.into())
        } else {
            Self::Database(error.into())
        }
    }
}
