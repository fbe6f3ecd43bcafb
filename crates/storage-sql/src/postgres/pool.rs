//! Connections: how many, for how long one waits for one, and what becomes of one that is not in order any more.

use std::ops::Deref;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use deadpool_postgres::{
    Manager, ManagerConfig, Object, Pool, PoolError, RecyclingMethod, Runtime, Status, TimeoutType, Timeouts,
};
use futures_util::TryStreamExt;
use futures_util::future::Either;
use tokio_postgres::types::{ToSql, Type};
use tokio_postgres::{Row, RowStream, Statement};
use tracing::Instrument;

use super::dialing::{Dialing, Pooler};
use super::errors::{Fault, is_outdated, not_committed, text_of};
use super::params::Param;
use super::tls::Connector;
use super::url::PostgresUrl;
use super::watch::{Access, Watch};
use crate::DriverResult;
use crate::database::dialect::Dialect;
use crate::database::statements::EachRow;
use crate::spans;
use crate::{Reply, Statements};
use latchkey_storage::StoreError;
use latchkey_storage::content::slice::Bytes;

/// The most connections of one node. With more, a node would wait for the database's processors instead of for a
/// connection.
const MOST_CONNECTIONS: usize = 20;

/// How long a request waits for a connection that others use. After that it learns that the database does not
/// answer.
const ACQUIRE: Duration = Duration::from_secs(3);

/// How long a statement may take. All that a request asks for takes milliseconds; what takes so long hangs.
pub(super) const STATEMENT: Duration = Duration::from_secs(10);

/// The pool of connections of this node.
#[derive(Clone)]
pub(super) struct Connections {
    pool: Pool,
    pooler: Pooler,
    watch: Arc<Watch>,
}

impl Connections {
    /// A pool to `url`. It connects when it is asked to.
    pub(super) fn new(url: &PostgresUrl) -> Result<Self, StoreError> {
        // Nothing is asked of a connection before it is used: one whose end is known is left out, and a statement that
        // finds the end is run again where that is safe.
        let config = ManagerConfig {
            recycling_method: RecyclingMethod::Fast,
        };
        let pooler = Pooler::default();
        let dialing = Dialing::new(Connector::new(url.tls())?, pooler.clone());
        let manager = Manager::from_connect(url.config(), dialing, config);
        Pool::builder(manager)
            .max_size(MOST_CONNECTIONS)
            .wait_timeout(Some(ACQUIRE))
            .create_timeout(Some(url.patience()))
            .recycle_timeout(Some(ACQUIRE))
            .runtime(Runtime::Tokio1)
            .build()
            .map(|pool| Self {
                pool,
                pooler,
                watch: Arc::default(),
            })
            .map_err(|error| StoreError::Open(format!("cannot prepare connections: {error}")))
    }

    /// What is counted.
    pub(super) fn watch(&self) -> &Watch {
        &self.watch
    }

    /// How many connections there are.
    pub(super) fn status(&self) -> Status {
        self.pool.status()
    }

    /// For single statements of an operation, which is counted and timed under this name.
    pub(super) fn named(&self, operation: &'static str) -> Named<'_> {
        Named {
            connections: self,
            operation,
            is_repeated: false,
        }
    }

    /// The same for statements that are run again and again.
    pub(super) fn repeated(&self, operation: &'static str) -> Named<'_> {
        Named {
            is_repeated: true,
            ..self.named(operation)
        }
    }

    pub(super) async fn get(&self, access: Access) -> Result<Connection, StoreError> {
        let at_once = Timeouts {
            wait: Some(Duration::ZERO),
            ..self.pool.timeouts()
        };
        let mut got = self.pool.timeout_get(&at_once).await;
        if let Err(PoolError::Timeout(TimeoutType::Wait)) = got {
            if access == Access::Read {
                self.watch.read_waited();
            }
            got = self.pool.get().await;
        }
        match got {
            Ok(client) => Ok(Connection {
                client: Some(client),
                broken: false.into(),
                prepares: false,
                pooler: self.pooler.clone(),
                watch: Arc::clone(&self.watch),
            }),
            // Whatever it is, nothing can be asked of the database until it is over.
            Err(PoolError::Backend(error)) => Err(StoreError::Unavailable(error.into())),
            Err(PoolError::Timeout(TimeoutType::Wait)) => Err(slow("all connections are in use", ACQUIRE)),
            Err(PoolError::Timeout(_)) => {
                let waited = self.pool.timeouts().create.unwrap_or(ACQUIRE);
                Err(slow("it does not take connections", waited))
            }
            Err(error) => Err(StoreError::Unavailable(error.into())),
        }
    }
}

fn slow(why: &str, waited: Duration) -> StoreError {
    StoreError::Unavailable(format!("PostgreSQL does not answer: {why}, after {} s", waited.as_secs()).into())
}

/// A connection of the pool. It goes back to it when it is dropped, unless it is broken: then it is closed, which undoes
/// what was not committed.
pub(super) struct Connection {
    /// `None` only while it is dropped.
    client: Option<Object>,
    broken: AtomicBool,
    /// Whether what is run on it stays prepared for the next time.
    prepares: bool,
    pooler: Pooler,
    watch: Arc<Watch>,
}

/// A statement on its way to the database.
pub(super) enum Ready {
    /// It is there already, and planned.
    Prepared(Statement),
    /// It goes there with its parameters, and is forgotten.
    Passing(String),
}

impl Connection {
    /// What is counted.
    pub(super) fn watch(&self) -> &Watch {
        &self.watch
    }

    /// The same connection for statements that are run again and again: they stay prepared, if nothing shares its sessions.
    pub(super) fn prepares(mut self) -> Self {
        self.prepares = !self.pooler.is_there();
        self
    }

    /// Makes `sql` ready to be sent. That is a round trip of its own the first time that it is prepared.
    pub(super) async fn ready(
        &self,
        sql: &str,
        params: &[Param<'_>],
    ) -> Result<Ready, tokio_postgres::Error> {
        let sql = Dialect::Postgres.spell(sql);
        if !self.prepares {
            return Ok(Ready::Passing(sql.into_owned()));
        }
        let types: Vec<Type> = params.iter().map(Param::kind).collect();
        let statement = self.client().prepare_typed_cached(&sql, &types).await?;
        Ok(Ready::Prepared(statement))
    }

    /// The rows of a statement.
    pub(super) async fn query(
        &self,
        statement: &Ready,
        params: &[Param<'_>],
    ) -> Result<RowStream, tokio_postgres::Error> {
        match statement {
            Ready::Prepared(statement) => {
                let rows = self.client().query_raw(statement, params).await;
                rows.inspect_err(|error| self.forget_if_outdated(error))
            }
            Ready::Passing(sql) => self.client().query_typed_raw(sql, typed(params)).await,
        }
    }

    /// How many rows a statement changed.
    pub(super) async fn execute(
        &self,
        statement: &Ready,
        params: &[Param<'_>],
    ) -> Result<u64, tokio_postgres::Error> {
        match statement {
            Ready::Prepared(statement) => {
                let count = self.client().execute_raw(statement, params).await;
                count.inspect_err(|error| self.forget_if_outdated(error))
            }
            Ready::Passing(sql) => self.client().execute_typed(sql, &typed(params)).await,
        }
    }

    /// What was prepared before a table changed is of no use any more, on no connection.
    fn forget_if_outdated(&self, error: &tokio_postgres::Error) {
        if is_outdated(error)
            && let Some(pool) = Object::pool(self.client())
        {
            pool.manager().statement_caches.clear();
        }
    }

    fn client(&self) -> &Object {
        match &self.client {
            Some(client) => client,
            None => unreachable!("a connection is there until it is dropped"),
        }
    }

    /// Whether it must not be used again.
    pub(super) fn set_broken(&self, broken: bool) {
        self.broken.store(broken, Ordering::Relaxed);
    }

    /// Waits for what a statement answers, but not for ever.
    pub(super) async fn within<T>(
        &self,
        answer: impl Future<Output = Result<T, tokio_postgres::Error>> + Send,
    ) -> Result<T, StoreError> {
        if let Ok(answer) = tokio::time::timeout(STATEMENT, answer).await {
            return answer.or_store_error();
        }
        // Its answer may still come, and the next query would get it.
        self.set_broken(true);
        Err(StoreError::Unavailable(
            format!("PostgreSQL did not answer within {} s", STATEMENT.as_secs()).into(),
        ))
    }
}

impl Deref for Connection {
    type Target = tokio_postgres::Client;

    fn deref(&self) -> &Self::Target {
        self.client()
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if self.broken.load(Ordering::Relaxed)
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

/// What runs statements on `PostgreSQL`.
pub(super) trait Runs: Send + Sync {
    /// The rows that `sql` gives. It fails once they have more than `most` bytes together.
    fn rows(
        &self,
        sql: &str,
        params: &[Param<'_>],
        most: usize,
    ) -> impl Future<Output = Result<Vec<Row>, StoreError>> + Send;

    /// Runs a statement; how many rows it changed.
    fn run(&self, sql: &str, params: &[Param<'_>]) -> impl Future<Output = Result<u64, StoreError>> + Send;
}

impl<R: Runs> Statements for R {
    fn dialect(&self) -> Dialect {
        Dialect::Postgres
    }

    fn query<'work>(
        &'work self,
        sql: &'work str,
        params: &'work [Param<'work>],
        most: usize,
        each: &'work mut EachRow<'work>,
    ) -> Reply<'work, ()> {
        Either::Right(Box::pin(async move {
            // A row is dropped once it is read, so that not all are there twice.
            for row in self.rows(sql, params, most).await? {
                if each(&row)?.is_break() {
                    break;
                }
            }
            Ok(())
        }))
    }

    fn execute<'work>(&'work self, sql: &'work str, params: &'work [Param<'work>]) -> Reply<'work, u64> {
        Either::Right(Box::pin(self.run(sql, params)))
    }
}

impl Runs for Connection {
    async fn rows(&self, sql: &str, params: &[Param<'_>], most: usize) -> Result<Vec<Row>, StoreError> {
        let span = spans::statement(sql);
        let rows = self.within(async {
            let statement = self.ready(sql, params).await?;
            let mut stream = pin!(self.query(&statement, params).await?);
            let (mut bytes, mut rows) = (Bytes::up_to(most), Vec::new());
            while let Some(row) = stream.try_next().await? {
                if let Err(error) = bytes.add(row.raw_size_bytes()) {
                    // What else there is the driver passes over.
                    return Ok(Err(error));
                }
                rows.push(row);
            }
            Ok(Ok(rows))
        });
        spans::judged(&span, rows.instrument(span.clone()).await.and_then(|rows| rows))
    }

    async fn run(&self, sql: &str, params: &[Param<'_>]) -> Result<u64, StoreError> {
        let span = spans::statement(sql);
        let count = self.within(async {
            let statement = self.ready(sql, params).await?;
            self.execute(&statement, params).await
        });
        spans::judged(&span, count.instrument(span.clone()).await)
    }
}

/// Connections for single statements of one operation.
pub(super) struct Named<'pool> {
    connections: &'pool Connections,
    operation: &'static str,
    is_repeated: bool,
}

impl Named<'_> {
    async fn connection(&self, access: Access) -> Result<Connection, StoreError> {
        let connection = self.connections.get(access).await?;
        Ok(if self.is_repeated {
            connection.prepares()
        } else {
            connection
        })
    }
}

/// A statement by itself is a transaction by itself.
impl Runs for Named<'_> {
    /// Only for statements that read: they are run again if the connection turns out to be gone, or the database asks
    /// for it.
    async fn rows(&self, sql: &str, params: &[Param<'_>], most: usize) -> Result<Vec<Row>, StoreError> {
        let _operation = self.connections.watch.begin(Access::Read, self.operation);
        let first = self.connection(Access::Read).await?;
        match first.rows(sql, params, most).await {
            Err(error) if Fault::of(&error) != Fault::Other => {
                tracing::debug!(error = text_of(&error), "a statement is run again");
                drop(first);
                let second = self.connection(Access::Read).await?;
                second.rows(sql, params, most).await
            }
            outcome => outcome,
        }
    }

    /// Run once. If the database refuses it was not done; if there is no answer, that is unknown.
    async fn run(&self, sql: &str, params: &[Param<'_>]) -> Result<u64, StoreError> {
        let _operation = self.connections.watch.begin(Access::Write, self.operation);
        let connection = self.connection(Access::Write).await?;
        let began = Instant::now();
        let outcome = connection.run(sql, params).await;
        connection.watch().committed(began);
        // Its commit is part of it.
        outcome.map_err(not_committed)
    }
}
