//! Operations on an `SQLite` file.

use std::hash::Hash;
use std::sync::Arc;
use std::time::Instant;

use tracing::Instrument;

use super::statements::{Held, blocking, now};
use super::{Sqlite, spans};
use crate::DriverResult;
use crate::database::Then;
use crate::database::memory::{Memory, Rows};
use crate::keychain::Keychain;
use crate::{Answer, Change, Columns, Database, Isolation, Statements, rows};
use latchkey_storage::StoreError;

impl Database for Sqlite {
    fn keys(&self) -> &Keychain {
        &self.keychain
    }

    /// It takes some ten microseconds, less than handing it to another thread and waiting for that would, so it runs
    /// where it is called. There are as many connections for it as cores, and no long read ever holds one.
    async fn look_up<T, A, W>(&self, args: A, work: W) -> Result<T, StoreError>
    where
        T: Send,
        A: Send + Sync,
        W: for<'a> Fn(&'a dyn Statements, &'a A) -> Answer<'a, T> + Send + Sync,
    {
        self.watched::<T, W>(|| self.lookups.read(|db| now(work(db, &args))))
    }

    async fn recall<K, V, A, W>(
        &self,
        rows: fn(&mut Memory) -> &mut Rows<K, V>,
        key: &K,
        args: A,
        work: W,
    ) -> Result<Option<V>, StoreError>
    where
        K: Clone + Eq + Hash + Send + Sync,
        V: Clone + Send,
        A: Send + Sync,
        W: for<'a> Fn(&'a dyn Statements, &'a A) -> Answer<'a, Option<V>> + Send + Sync,
    {
        self.watched::<Option<V>, W>(|| {
            self.lookups.recall(self.writer.commits(), |memory, db| {
                rows(memory).recall(key, || now(work(db, &args)))
            })
        })
    }

    async fn scan<T, A, W>(&self, args: A, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        A: Send + Sync + 'static,
        W: for<'a> Fn(&'a dyn Statements, &'a A) -> Answer<'a, T> + Send + Sync + 'static,
    {
        self.on_a_thread::<T, W>(move |db, work| now(work(db, &args)), work)
            .await
    }

    async fn snapshot<T, A, W>(&self, args: A, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        A: Send + Sync + 'static,
        W: for<'a> Fn(&'a dyn Statements, &'a A) -> Answer<'a, T> + Send + Sync + 'static,
    {
        let read = move |db: &Held, work: &W| {
            let _snapshot = Snapshot::begin(db)?;
            now(work(db, &args))
        };
        self.on_a_thread::<T, W>(read, work).await
    }

    async fn write<T, A, W>(&self, _: Isolation, args: A, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        A: Send + Sync + 'static,
        W: for<'a> Fn(&'a dyn Statements, &'a A) -> Answer<'a, T> + Send + Sync + 'static,
    {
        self.awaited::<T, W>(self.writer.write(move |db| now(work(db, &args))))
            .await
    }

    async fn change<R, T, W>(&self, change: Change<R>, decide: W) -> Result<Option<T>, StoreError>
    where
        R: Send + 'static,
        T: Send + 'static,
        W: Fn(R) -> (T, Then) + Send + Sync + 'static,
    {
        let written = self.writer.write(move |db| {
            let read = |columns: &mut Columns<'_>| (change.read)(columns);
            let found = now(rows::first(db, change.find, &change.params, read))?;
            let Some(row) = found else {
                return Ok(None);
            };
            let (outcome, then) = decide(row);
            for (sql, params) in &then {
                now(db.execute(sql, params))?;
            }
            Ok(Some(outcome))
        });
        self.awaited::<Option<T>, W>(written).await
    }

    async fn wrote_much(&self) {
        // So that no writer stops to do it.
        self.checkpoints.make().await;
    }
}

impl Sqlite {
    /// Reads on a thread that may block. The operation is called what `W` is.
    async fn on_a_thread<T, W>(
        &self,
        read: impl FnOnce(&Held, &W) -> Result<T, StoreError> + Send + 'static,
        work: W,
    ) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: Send + 'static,
    {
        let readers = Arc::clone(&self.scans);
        self.awaited::<T, W>(blocking(move || readers.read(|db| read(db, &work))))
            .await
    }

    /// Times and traces an operation, which is called what `W` is.
    fn watched<T, W>(&self, operation: impl FnOnce() -> Result<T, StoreError>) -> Result<T, StoreError> {
        let began = Instant::now();
        let span = spans::operation::<W>();
        let outcome = span.in_scope(operation);
        self.slow.log_if_slow::<W>(began);
        spans::judged(&span, outcome)
    }

    /// The same for one that is waited for.
    async fn awaited<T, W>(
        &self,
        operation: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<T, StoreError> {
        let began = Instant::now();
        let span = spans::operation::<W>();
        let outcome = operation.instrument(span.clone()).await;
        self.slow.log_if_slow::<W>(began);
        spans::judged(&span, outcome)
    }
}

/// A transaction that only reads. It ends when it is dropped, also by a panic: the connection is used again.
struct Snapshot<'db>(&'db Held);

impl<'db> Snapshot<'db> {
    fn begin(db: &'db Held) -> Result<Self, StoreError> {
        db.lock().execute_batch("BEGIN").or_store_error()?;
        Ok(Self(db))
    }
}

impl Drop for Snapshot<'_> {
    fn drop(&mut self) {
        if let Err(error) = self.0.lock().execute_batch("ROLLBACK") {
            tracing::error!(%error, "a read could not be ended");
        }
    }
}
