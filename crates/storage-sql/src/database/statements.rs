//! What a statement can be run on, and what a row is.

use std::future::Ready;
use std::ops::ControlFlow;
use std::pin::Pin;

use futures_util::future::Either;

use super::dialect::Dialect;
use super::params::Param;
use latchkey_storage::StoreError;

/// What an operation will answer. On `SQLite` it is there when it is first asked for.
pub(crate) type Answer<'work, T> = Pin<Box<dyn Future<Output = Result<T, StoreError>> + Send + 'work>>;

/// What a statement will answer. It takes no allocation where it is there at once, on `SQLite`.
pub(crate) type Reply<'work, T> = Either<Ready<Result<T, StoreError>>, Answer<'work, T>>;

/// Receives the rows of a statement, one after the other, until it has enough.
pub(crate) type EachRow<'work> = dyn FnMut(&dyn Row) -> Result<ControlFlow<()>, StoreError> + Send + 'work;

/// Whatever statements can be run on: a connection, or a transaction.
pub(crate) trait Statements: Send + Sync {
    /// Which database it is, for the few operations that go another way there.
    fn dialect(&self) -> Dialect;

    /// Gives the rows of the answer to `each`, until it breaks off. It fails once the rows have more than `most` bytes together.
    fn query<'work>(
        &'work self,
        sql: &'work str,
        params: &'work [Param<'work>],
        most: usize,
        each: &'work mut EachRow<'work>,
    ) -> Reply<'work, ()>;

    /// Runs a statement; how many rows it changed.
    fn execute<'work>(&'work self, sql: &'work str, params: &'work [Param<'work>]) -> Reply<'work, u64>;
}

/// A row of an answer.
pub(crate) trait Row {
    /// The value in column `index`, counted from 0.
    fn cell(&self, index: usize) -> Result<Cell<'_>, String>;

    /// How many bytes the row has.
    fn bytes(&self) -> usize;
}

/// A value of a row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Cell<'row> {
    Null,
    Number(i64),
    Real(f64),
    Truth(bool),
    Text(&'row str),
    Bytes(&'row [u8]),
}
