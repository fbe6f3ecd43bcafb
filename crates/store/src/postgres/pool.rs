//! Connections: how many, for how long one waits for one, and what becomes of one that is not in order any more.

use std::ops::Deref;
use std::time::Duration;

use deadpool_postgres::{
    Manager, ManagerConfig, Object, Pool, PoolError, RecyclingMethod, Runtime, TimeoutType,
};
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{NoTls, Row};
use tracing::Instrument;

use super::errors::{Fault, unknown_outcome, words};
use super::params::Param;
use super::rows::Statements;
use super::url::PostgresUrl;
use crate::{StoreError, spans};

/// The most connections of one node. With more, a node would wait for the database's processors instead of for a
/// connection.
const MOST_CONNECTIONS: usize = 20;

/// How long a request waits for a connection, a new one or one that others use. Whoever waits longer is told that the
/// database does not answer.
const ACQUIRE: Duration = Duration::from_secs(3);

/// How long a statement may take. All that a request asks for takes milliseconds; what takes so long hangs.
pub(super) const STATEMENT: Duration = Duration::from_secs(10);

/// The pool of connections of this node.
#[derive(Clone)]
pub(super) struct Connections(Pool);

impl Connections {
    /// A pool to `url`. It connects when it is asked to.
    pub(super) fn new(url: &PostgresUrl) -> Result<Self, StoreError> {
        // Nothing is asked of a connection before it is used: one whose end is known is left out, and a statement that
        // finds the end is run again where that is safe.
        let config = ManagerConfig {
            recycling_method: RecyclingMethod::Fast,
        };
        let manager = Manager::from_config(url.config(), NoTls, config);
        Pool::builder(manager)
            .max_size(MOST_CONNECTIONS)
            .wait_timeout(Some(ACQUIRE))
            .create_timeout(Some(ACQUIRE))
            .recycle_timeout(Some(ACQUIRE))
            .runtime(Runtime::Tokio1)
            .build()
            .map(Self)
            .map_err(|error| StoreError::Open(format!("cannot prepare connections: {error}")))
    }

    /// A connection.
    pub(super) async fn get(&self) -> Result<Connection, StoreError> {
        match self.0.get().await {
            Ok(client) => Ok(Connection {
                client: Some(client),
                broken: true.into(),
            }
            .whole()),
            Err(PoolError::Backend(error)) => Err(error.into()),
            Err(PoolError::Timeout(TimeoutType::Wait)) => Err(slow("all connections are in use")),
            Err(PoolError::Timeout(_)) => Err(slow("it does not take connections")),
            Err(error) => Err(StoreError::Database(error.into())),
        }
    }
}

fn slow(why: &str) -> StoreError {
    StoreError::Database(format!("PostgreSQL does not answer: {why}, after {} s", ACQUIRE.as_secs()).into())
}

/// A connection of the pool. It goes back to it when it is dropped, unless it is broken: then it is closed, which undoes
/// what was not committed.
pub(super) struct Connection {
    /// `None` only while it is dropped.
    client: Option<Object>,
    broken: std::sync::atomic::AtomicBool,
}

impl Connection {
    fn whole(self) -> Self {
        self.set_broken(false);
        self
    }

    /// Says whether it must not be used by anybody else.
    pub(super) fn set_broken(&self, broken: bool) {
        self.broken.store(broken, std::sync::atomic::Ordering::Relaxed);
    }

    /// Waits for what a statement answers, but not for ever.
    pub(super) async fn within<T>(
        &self,
        answer: impl Future<Output = Result<T, tokio_postgres::Error>> + Send,
    ) -> Result<T, StoreError> {
        if let Ok(answer) = tokio::time::timeout(STATEMENT, answer).await {
            return Ok(answer?);
        }
        // Its answer may still come, for whoever asks next.
        self.set_broken(true);
        Err(StoreError::Database(
            format!("PostgreSQL did not answer within {} s", STATEMENT.as_secs()).into(),
        ))
    }
}

impl Deref for Connection {
    type Target = tokio_postgres::Client;

    fn deref(&self) -> &Self::Target {
        match &self.client {
            Some(client) => client,
            None => unreachable!("a connection is there until it is dropped"),
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if self.broken.load(std::sync::atomic::Ordering::Relaxed)
            && let Some(client) = self.client.take()
        {
            drop(Object::take(client));
        }
    }
}

/// Parameters as the driver takes them.
pub(super) fn typed<'p>(params: &'p [Param<'_>]) -> Vec<(&'p (dyn ToSql + Sync), Type)> {
    params
        .iter()
        .map(|param| (param as &(dyn ToSql + Sync), param.kind()))
        .collect()
}

impl Statements for Connection {
    async fn query(&self, sql: &str, params: &[Param<'_>]) -> Result<Vec<Row>, StoreError> {
        let params = typed(params);
        let span = spans::statement(sql);
        let rows = self
            .within(self.query_typed(sql, &params))
            .instrument(span.clone());
        spans::judged(&span, rows.await)
    }

    async fn execute(&self, sql: &str, params: &[Param<'_>]) -> Result<u64, StoreError> {
        let params = typed(params);
        let span = spans::statement(sql);
        let count = self
            .within(self.execute_typed(sql, &params))
            .instrument(span.clone());
        spans::judged(&span, count.await)
    }
}

/// A statement by itself is a transaction by itself.
impl Statements for Connections {
    /// Only for statements that read: they are run again if the connection turns out to be gone, or the database asks
    /// for it.
    async fn query(&self, sql: &str, params: &[Param<'_>]) -> Result<Vec<Row>, StoreError> {
        let first = self.get().await?.query(sql, params).await;
        match first {
            Err(error) if Fault::of(&error) != Fault::Other => {
                tracing::debug!(error = words(&error), "a statement is run again");
                self.get().await?.query(sql, params).await
            }
            outcome => outcome,
        }
    }

    /// Run once. If it fails as a conflict it was not done; if the connection is lost, nobody knows.
    async fn execute(&self, sql: &str, params: &[Param<'_>]) -> Result<u64, StoreError> {
        let connection = self.get().await?;
        let outcome = connection.execute(sql, params).await;
        match outcome {
            Err(error) if Fault::of(&error) == Fault::Lost => Err(unknown_outcome(&error)),
            outcome => outcome,
        }
    }
}
