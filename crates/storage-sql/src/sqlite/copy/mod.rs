//! An `SQLite` file as an end of a copy (see [`crate::copy`]).

mod catalogue;
mod new_database;
mod search_check;
mod snapshot;

#[cfg(test)]
mod tests;

use std::sync::Arc;

pub(crate) use self::catalogue::tables;
pub(crate) use self::new_database::NewDatabase;
pub(crate) use self::snapshot::Snapshot;
use super::statements::{Held, blocking};
use latchkey_storage::StoreError;

/// A connection that works on threads that may block, one thing after the other.
#[derive(Clone)]
struct Shared(Arc<Held>);

impl Shared {
    fn new(db: Held) -> Self {
        Self(Arc::new(db))
    }

    async fn with<T, W>(&self, work: W) -> Result<T, StoreError>
    where
        T: Send + 'static,
        W: FnOnce(&Held) -> Result<T, StoreError> + Send + 'static,
    {
        let held = Arc::clone(&self.0);
        blocking(move || work(&held)).await
    }
}
