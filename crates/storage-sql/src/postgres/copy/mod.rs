//! A `PostgreSQL` database as an end of a copy (see [`crate::copy`]).

mod new_database;
mod snapshot;

#[cfg(test)]
mod tests;

pub(crate) use self::new_database::NewDatabase;
pub(crate) use self::snapshot::Snapshot;

use super::errors::text_of;
use latchkey_storage::StoreError;

/// A copy takes as long as it takes: the server's time limits do not apply to its transaction.
pub(super) const UNHURRIED: &str =
    "SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0";

/// An error with all that the database said of it.
fn failed(what: &str, error: &StoreError) -> StoreError {
    match error {
        StoreError::Database(_) => StoreError::Open(format!("{what}: {}", text_of(error))),
        StoreError::Open(words) => StoreError::Open(words.clone()),
        error => StoreError::Open(format!("{what}: {error}")),
    }
}
