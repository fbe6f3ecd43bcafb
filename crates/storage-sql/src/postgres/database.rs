//! Operations on a `PostgreSQL` database.

use std::hash::Hash;

use super::Postgres;
use super::transaction::{Isolation as Begin, Transaction, with_retries};
use super::watch::Access;
use crate::database::Then;
use crate::database::memory::{Memory, Rows};
use crate::keychain::Keychain;
use crate::slow::method;
use crate::{Answer, Change, Columns, Database, Isolation, Statements};
use latchkey_storage::StoreError;

/// The method that `Work` was written in.
fn name_of<Work>() -> &'static str {
    method(std::any::type_name::<Work>())
}

impl Database for Postgres {
    fn keys(&self) -> &Keychain {
        &self.keys
    }

    async fn look_up<T, A, W>(&self, args: A, work: W) -> Result<T, StoreError>
    where
        T: Send,
        A: Send + Sync,
        W: for<'a> Fn(&'a dyn Statements, &'a A) -> Answer<'a, T> + Send + Sync,
    {
        work(&self.connections.repeated(name_of::<W>()), &args).await
    }

    /// Nothing is remembered here: another node may have changed it.
    async fn recall<K, V, A, W>(
        &self,
        _: fn(&mut Memory) -> &mut Rows<K, V>,
        _: &K,
        args: A,
        work: W,
    ) -> Result<Option<V>, StoreError>
    where
        K: Clone + Eq + Hash + Send + Sync,
        V: Clone + Send,
        A: Send + Sync,
        W: for<'a> Fn(&'a dyn Statements, &'a A) -> Answer<'a, Option<V>> + Send + Sync,
    {
        self.look_up(args, work).await
    }

    async fn scan<T, A, W>(&self, args: A, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        A: Send + Sync + 'static,
        W: for<'a> Fn(&'a dyn Statements, &'a A) -> Answer<'a, T> + Send + Sync + 'static,
    {
        // Planned each time, for what it is asked for.
        work(&self.connections.named(name_of::<W>()), &args).await
    }

    async fn snapshot<T, A, W>(&self, args: A, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        A: Send + Sync + 'static,
        W: for<'a> Fn(&'a dyn Statements, &'a A) -> Answer<'a, T> + Send + Sync + 'static,
    {
        self.transact(Begin::Snapshot, &args, &work).await
    }

    async fn write<T, A, W>(&self, isolation: Isolation, args: A, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        A: Send + Sync + 'static,
        W: for<'a> Fn(&'a dyn Statements, &'a A) -> Answer<'a, T> + Send + Sync + 'static,
    {
        match isolation {
            Isolation::Statement => self.look_up(args, work).await,
            Isolation::RowLocked => self.transact(Begin::RowLocked, &args, &work).await,
            Isolation::Serializable => self.transact(Begin::Serializable, &args, &work).await,
        }
    }

    async fn change<R, T, W>(&self, change: Change<R>, decide: W) -> Result<Option<T>, StoreError>
    where
        R: Send + 'static,
        T: Send + 'static,
        W: Fn(R) -> (T, Then) + Send + Sync + 'static,
    {
        with_retries!(
            self.connections,
            Access::Write,
            name_of::<W>(),
            self.change_once(&change, &decide)
        )
    }

    async fn wrote_much(&self) {}
}

impl Postgres {
    async fn transact<T, A, W>(&self, begin: Begin, args: &A, work: &W) -> Result<T, StoreError>
    where
        T: Send,
        A: Send + Sync,
        W: for<'a> Fn(&'a dyn Statements, &'a A) -> Answer<'a, T> + Send + Sync,
    {
        with_retries!(self.connections, begin.access(), name_of::<W>(), async {
            let transaction = Transaction::begin(&self.connections, begin).await?;
            let outcome = work(&transaction, args).await;
            transaction.finish(outcome).await
        })
    }

    /// One trip locks and reads, one writes and commits. Those who want the same row wait for the lock, and read what the
    /// one before them committed.
    async fn change_once<R, T>(
        &self,
        change: &Change<R>,
        decide: &(impl Fn(R) -> (T, Then) + Sync),
    ) -> Result<Option<T>, StoreError>
    where
        R: Send,
        T: Send,
    {
        let Change {
            lock,
            find,
            params,
            read,
        } = change;
        let (tx, rows) = Transaction::begin_locked(&self.connections, lock, find, params).await?;
        let found = rows.first().map(|row| read(&mut Columns::of(row))).transpose();
        let row = match found {
            Ok(Some(row)) => row,
            Ok(None) => return tx.finish(Ok(None)).await,
            Err(error) => return tx.finish(Err(error)).await,
        };
        let (outcome, then) = decide(row);
        if then.is_empty() {
            return tx.finish(Ok(Some(outcome))).await;
        }
        tx.execute_and_commit(&then).await?;
        Ok(Some(outcome))
    }
}
