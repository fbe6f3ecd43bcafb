//! Where an operation runs: what both databases offer to the operations of the store.
//!
//! An operation is a function of [`Statements`] and of what it was asked for. It takes that by reference, because
//! `PostgreSQL` may ask to run it again. Its name in the log, in traces and in figures is that of the method that it was
//! written in.

pub(crate) mod columns;
pub(crate) mod dialect;
pub(crate) mod driver_error;
pub(crate) mod memory;
pub(crate) mod params;
pub(crate) mod rows;
pub(crate) mod statements;

use self::columns::Columns;
use self::memory::{Memory, Rows};
use self::params::Param;
use self::statements::{Answer, Statements};
use crate::keychain::Keychain;
use latchkey_storage::StoreError;

/// What a transaction that writes may see of others. `SQLite` has one writer, so that it makes no difference there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Isolation {
    /// For a single statement that changes rows: it is a transaction by itself.
    Statement,
    /// Each statement sees what is committed when it begins. For transactions that lock the rows that they decide by
    /// before they read them, so that those cannot change; others wait, and no retry is needed.
    RowLocked,
    /// As if there were no others: what was read is still so when it is committed. A conflict is tried again.
    Serializable,
}

/// Changes one row by what it says: see [`Database::change`].
pub(crate) struct Change<R> {
    /// Locks the row, where a row has to be locked.
    pub(crate) lock: &'static str,
    /// Reads the row.
    pub(crate) find: &'static str,
    /// The parameters of both.
    pub(crate) params: Vec<Param<'static>>,
    /// Makes a value of the row.
    pub(crate) read: fn(&mut Columns<'_>) -> Result<R, StoreError>,
}

/// Statements to run, each with its parameters.
pub(crate) type Then = Vec<(&'static str, Vec<Param<'static>>)>;

/// A database that operations run on.
pub(crate) trait Database: Send + Sync + 'static {
    /// The keys that secrets are sealed with.
    fn keys(&self) -> &Keychain;

    /// Reads a row or a few by an index, in a single statement.
    fn look_up<T, A, W>(&self, args: A, work: W) -> impl Future<Output = Result<T, StoreError>> + Send
    where
        T: Send,
        A: Send + Sync,
        W: for<'a> Fn(&'a dyn Statements, &'a A) -> Answer<'a, T> + Send + Sync;

    /// The same for rows that are asked for again and again: `rows` says where they may be remembered. What is remembered
    /// is as it would be read.
    fn recall<K, V, A, W>(
        &self,
        rows: fn(&mut Memory) -> &mut Rows<K, V>,
        key: &K,
        args: A,
        work: W,
    ) -> impl Future<Output = Result<Option<V>, StoreError>> + Send
    where
        K: Clone + Eq + std::hash::Hash + Send + Sync,
        V: Clone + Send,
        A: Send + Sync,
        W: for<'a> Fn(&'a dyn Statements, &'a A) -> Answer<'a, Option<V>> + Send + Sync;

    /// Reads what may take milliseconds (a search, a page), in a single statement.
    fn scan<T, A, W>(&self, args: A, work: W) -> impl Future<Output = Result<T, StoreError>> + Send
    where
        T: Send + 'static,
        A: Send + Sync + 'static,
        W: for<'a> Fn(&'a dyn Statements, &'a A) -> Answer<'a, T> + Send + Sync + 'static;

    /// Reads with several statements that all see the same rows.
    fn snapshot<T, A, W>(&self, args: A, work: W) -> impl Future<Output = Result<T, StoreError>> + Send
    where
        T: Send + 'static,
        A: Send + Sync + 'static,
        W: for<'a> Fn(&'a dyn Statements, &'a A) -> Answer<'a, T> + Send + Sync + 'static;

    /// Writes in a transaction, which is on the disk when this answers. An error undoes all of it.
    fn write<T, A, W>(
        &self,
        isolation: Isolation,
        args: A,
        work: W,
    ) -> impl Future<Output = Result<T, StoreError>> + Send
    where
        T: Send + 'static,
        A: Send + Sync + 'static,
        W: for<'a> Fn(&'a dyn Statements, &'a A) -> Answer<'a, T> + Send + Sync + 'static;

    /// Locks and reads one row, and runs what `decide` makes of it, in one transaction; `PostgreSQL` needs two trips for
    /// that. `decide` may be asked again. `None` if there is no such row.
    fn change<R, T, W>(
        &self,
        change: Change<R>,
        decide: W,
    ) -> impl Future<Output = Result<Option<T>, StoreError>> + Send
    where
        R: Send + 'static,
        T: Send + 'static,
        W: Fn(R) -> (T, Then) + Send + Sync + 'static;

    /// Much was written in the background.
    fn wrote_much(&self) -> impl Future<Output = ()> + Send;
}
