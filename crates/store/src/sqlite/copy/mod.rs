//! An `SQLite` file as an end of a copy (see [`crate::copy`]).

mod draft;
mod new_database;
mod search_check;
mod snapshot;

#[cfg(test)]
mod tests;

use std::sync::{Arc, Mutex, PoisonError};

use rusqlite::Connection;

pub(crate) use self::new_database::NewDatabase;
pub(crate) use self::snapshot::Snapshot;
use crate::StoreError;

/// A connection that works on threads that may block, one thing after the other.
struct Shared(Arc<Mutex<Connection>>);

impl Shared {
    fn new(connection: Connection) -> Self {
        Self(Arc::new(Mutex::new(connection)))
    }

    async fn with<T, W>(&self, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    {
        let connection = Arc::clone(&self.0);
        tokio::task::spawn_blocking(move || work(&connection.lock().unwrap_or_else(PoisonError::into_inner)))
            .await
            .map_err(|error| StoreError::Database(error.into()))?
    }
}
