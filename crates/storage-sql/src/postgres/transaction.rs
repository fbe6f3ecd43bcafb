//! Transactions, and how often one is tried.

use std::time::{Duration, Instant};

use futures_util::TryStreamExt;
use latchkey_domain::counted;
use tokio_postgres::Row;
use tracing::Instrument;

use super::errors::{Fault, not_committed, text_of, unknown_outcome};
use super::params::Param;
use super::pool::{Connection, Connections, Runs, typed};
use super::watch::Access;
use crate::database::dialect::Dialect;
use crate::{DriverError, DriverResult};
use crate::{random, spans};
use latchkey_storage::StoreError;

/// How often a transaction is tried before its caller hears of it.
const TRIES: u32 = 12;

/// What a transaction may see of others.
#[derive(Clone, Copy, Debug)]
pub(super) enum Isolation {
    /// As if there were no others: what was read is still so when it is committed. A conflict is tried again.
    Serializable,
    /// Each statement sees what is committed when it begins. For transactions that lock the rows that they decide by
    /// before they read them, so that those cannot change; others wait, and no retry is needed.
    RowLocked,
    /// One snapshot for several statements that only read.
    Snapshot,
}

impl Isolation {
    /// The statement that begins the transaction. It says all there is to say, so that nothing is left set on a
    /// connection that a pooler gives to another client.
    const fn begin(self) -> &'static str {
        match self {
            Self::Serializable => "BEGIN ISOLATION LEVEL SERIALIZABLE",
            Self::RowLocked => "BEGIN ISOLATION LEVEL READ COMMITTED",
            Self::Snapshot => "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY",
        }
    }

    /// What it is for.
    pub(super) const fn access(self) -> Access {
        match self {
            Self::Snapshot => Access::Read,
            Self::Serializable | Self::RowLocked => Access::Write,
        }
    }
}

/// A transaction. If it is dropped before it is finished its connection is closed, and nothing of it was done.
pub(super) struct Transaction {
    connection: Connection,
    access: Access,
    began: Instant,
}

impl Transaction {
    /// Begins a transaction.
    pub(super) async fn begin(connections: &Connections, isolation: Isolation) -> Result<Self, StoreError> {
        let connection = connections.get(isolation.access()).await?;
        let connection = match isolation {
            // Long ones, which are planned for what they are asked for.
            Isolation::Snapshot => connection,
            Isolation::Serializable | Isolation::RowLocked => connection.prepares(),
        };
        connection.set_broken(true);
        let began = Instant::now();
        connection
            .within(connection.batch_execute(isolation.begin()))
            .instrument(spans::statement(isolation.begin()))
            .await?;
        Ok(Self {
            connection,
            access: isolation.access(),
            began,
        })
    }

    /// Begins a row-locked transaction, takes the lock, and reads what was locked: three statements on one trip. What
    /// is read is as it is under the lock, for each statement sees what is committed when it begins.
    pub(super) async fn begin_locked(
        connections: &Connections,
        lock: &str,
        read: &str,
        params: &[Param<'_>],
    ) -> Result<(Self, Vec<Row>), StoreError> {
        let connection = connections.get(Access::Write).await?.prepares();
        connection.set_broken(true);
        let began = Instant::now();
        let span = spans::statement(read);
        let rows = connection
            .within(async {
                let (lock, read) = (
                    connection.ready(lock, params).await?,
                    connection.ready(read, params).await?,
                );
                // Each is sent when it is first asked for, in this order.
                let (opened, locked, rows) = tokio::join!(
                    connection.batch_execute(Isolation::RowLocked.begin()),
                    connection.execute(&lock, params),
                    async { connection.query(&read, params).await?.try_collect().await },
                );
                opened?;
                locked?;
                rows
            })
            .instrument(span)
            .await?;
        let transaction = Self {
            connection,
            access: Access::Write,
            began,
        };
        Ok((transaction, rows))
    }

    /// Runs the last statements and commits, on one trip.
    pub(super) async fn execute_and_commit(
        self,
        statements: &[(&str, Vec<Param<'_>>)],
    ) -> Result<(), StoreError> {
        let connection = &self.connection;
        let span = spans::statement(statements.last().map_or("COMMIT", |(sql, _)| sql));
        let ready = connection.within(futures_util::future::try_join_all(
            statements
                .iter()
                .map(|(sql, params)| connection.ready(sql, params)),
        ));
        let ready = ready.await?;
        // A statement that fails makes the commit that comes behind it an undoing, so its error comes first.
        let all = ready
            .iter()
            .zip(statements)
            .map(|(statement, (_, params))| connection.execute(statement, params));
        // Each is sent when it is first asked for, in this order.
        let both = async {
            tokio::join!(
                futures_util::future::join_all(all),
                connection.batch_execute("COMMIT")
            )
        };
        let answer = tokio::time::timeout(super::pool::STATEMENT, both.instrument(span)).await;
        self.committed();
        let Ok((executed, committed)) = answer else {
            return Err(unknown_outcome(&StoreError::Database("no answer".into())));
        };
        let executed = executed
            .into_iter()
            .find_map(Result::err)
            .map(DriverError::into_store_error);
        match (executed, committed) {
            (None, Ok(())) => {
                connection.set_broken(false);
                Ok(())
            }
            // The commit was on its way already when the connection was lost.
            (Some(error), _) if Fault::of(&error) == Fault::Lost => Err(unknown_outcome(&error)),
            (Some(error), _) => Err(error),
            (None, Err(error)) => Err(not_committed(error.into_store_error())),
        }
    }

    /// It was answered, or not in time.
    fn committed(&self) {
        if self.access == Access::Write {
            self.connection.watch().committed(self.began);
        }
    }

    /// Runs several statements without parameters. They have no time limit: no request waits for an answer.
    pub(super) async fn run_script(&self, sql: &str) -> Result<(), StoreError> {
        self.connection.batch_execute(sql).await.or_store_error()
    }

    /// The same transaction, for statements that may take long.
    pub(super) fn unhurried(&self) -> Unhurried<'_> {
        Unhurried(self)
    }

    /// Undoes it; nothing was to be stored.
    pub(super) async fn undo<T>(self, value: T) -> Result<T, StoreError> {
        self.connection
            .within(self.connection.batch_execute("ROLLBACK"))
            .await?;
        self.connection.set_broken(false);
        Ok(value)
    }

    /// Commits if the work was done, and undoes it if not.
    pub(super) async fn finish<T>(self, outcome: Result<T, StoreError>) -> Result<T, StoreError> {
        match outcome {
            Ok(value) => {
                let committed = self
                    .connection
                    .within(self.connection.batch_execute("COMMIT"))
                    .instrument(spans::statement("COMMIT"))
                    .await;
                self.committed();
                committed.map_err(not_committed)?;
                self.connection.set_broken(false);
                Ok(value)
            }
            Err(error) => {
                if Fault::of(&error) != Fault::Lost {
                    let undone = self
                        .connection
                        .within(self.connection.batch_execute("ROLLBACK"))
                        .await;
                    // A connection that could not even do that is closed.
                    self.connection.set_broken(undone.is_err());
                }
                Err(error)
            }
        }
    }
}

impl Runs for Transaction {
    async fn rows(&self, sql: &str, params: &[Param<'_>], most: usize) -> Result<Vec<Row>, StoreError> {
        self.connection.rows(sql, params, most).await
    }

    async fn run(&self, sql: &str, params: &[Param<'_>]) -> Result<u64, StoreError> {
        self.connection.run(sql, params).await
    }
}

/// A transaction that no request waits for: its statements have no time limit.
pub(super) struct Unhurried<'tx>(&'tx Transaction);

impl Runs for Unhurried<'_> {
    async fn rows(&self, sql: &str, params: &[Param<'_>], _: usize) -> Result<Vec<Row>, StoreError> {
        let sql = &Dialect::Postgres.spell(sql);
        let rows = self.0.connection.query_typed(sql, &typed(params)).await;
        rows.or_store_error()
    }

    async fn run(&self, sql: &str, params: &[Param<'_>]) -> Result<u64, StoreError> {
        let sql = &Dialect::Postgres.spell(sql);
        let count = self.0.connection.execute_typed(sql, &typed(params)).await;
        count.or_store_error()
    }
}

/// Counts the tries of a transaction.
#[derive(Debug, Default)]
pub(super) struct Tries(u32);

impl Tries {
    /// The outcome, if that is the end of it; `None`, after a pause, if it is to be tried again. Only what was surely
    /// not done is tried again.
    pub(super) async fn judge<T>(&mut self, outcome: Result<T, StoreError>) -> Option<Result<T, StoreError>> {
        let error = match outcome {
            Err(error) => error,
            done => return Some(done),
        };
        self.0 += 1;
        let again = match Fault::of(&error) {
            Fault::Conflict => self.0 < TRIES,
            // A connection that has stood idle may be gone; a database that is gone does not come back by being asked.
            Fault::Lost => self.0 < 3,
            Fault::Other => false,
        };
        if again {
            tracing::debug!(
                error = text_of(&error),
                tries = self.0,
                "a transaction is tried again"
            );
            tokio::time::sleep(pause(self.0)).await;
            return None;
        }
        Some(Err(if Fault::of(&error) == Fault::Conflict {
            StoreError::Unavailable(
                format!(
                    "others were in the way {}; nothing was stored: {}",
                    counted(self.0, "time"),
                    text_of(&error)
                )
                .into(),
            )
        } else {
            error
        }))
    }
}

/// A pause that doubles, up to an eighth of a second, of which a random part is waited, so that those who collided do
/// not collide again.
fn pause(tries: u32) -> Duration {
    let longest = 1_000_u64 << tries.min(7);
    let random = random::bytes::<8>().map_or(longest, u64::from_ne_bytes);
    Duration::from_micros(random % longest)
}

/// Does one operation, again if the database asks for it: `$operation` is an expression whose future gives a `Result`. It
/// is counted, timed and traced as one under `$name`, however often it is tried. It is a macro because the operation borrows
/// from its caller, which a closure that is called more than once cannot say.
macro_rules! with_retries {
    ($connections:expr, $access:expr, $name:expr, $operation:expr) => {{
        let name = $name;
        let _operation = $connections.watch().begin($access, name);
        let span = $crate::spans::transaction(name);
        let trying = async {
            let mut tries = $crate::postgres::transaction::Tries::default();
            loop {
                let outcome = $operation.await;
                if let Some(outcome) = tries.judge(outcome).await {
                    break outcome;
                }
            }
        };
        let outcome = tracing::Instrument::instrument(trying, span.clone()).await;
        $crate::spans::judged(&span, outcome)
    }};
}
pub(super) use with_retries;
