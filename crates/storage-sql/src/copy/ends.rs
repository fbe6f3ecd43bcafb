//! The two ends of a copy, as each database implements them.

use std::sync::Arc;

use async_trait::async_trait;

use super::table::Table;
use super::value::{Row, Value};
use latchkey_storage::{AuditEntry, StoreError};

/// A snapshot of a network, to be read.
#[async_trait]
pub(crate) trait Rows: Send + Sync {
    /// How many rows there are.
    async fn count(&self, table: &Arc<Table>) -> Result<u64, StoreError>;

    /// The first rows behind the one with the key `after`, or of all, in the order of their keys: as many as the table's
    /// batch, and fewer only if these are the last.
    async fn read(&self, table: &Arc<Table>, after: Option<Vec<Value>>) -> Result<Vec<Row>, StoreError>;

    /// The highest number that a row of a numbered table ever had, also one that is gone.
    async fn highest(&self, table: &Arc<Table>) -> Result<i64, StoreError>;
}

/// Where a network is written. No one else sees any of it before it is published; what is dropped before
/// that leaves nothing.
#[async_trait]
pub(crate) trait Destination: Send + Sync {
    /// What was written, to be read again.
    fn written(&self) -> Result<&dyn Rows, StoreError>;

    /// Whether a text may have the character NUL in it.
    fn holds_nul(&self) -> bool;

    async fn write(&self, table: &Arc<Table>, rows: Arc<Vec<Row>>) -> Result<(), StoreError>;

    /// Says how far numbers were given.
    async fn set_highest(&self, table: &Arc<Table>, highest: i64) -> Result<(), StoreError>;

    /// All is written; what is read from now on is what was written.
    async fn settle(&mut self) -> Result<(), StoreError>;

    /// Refuses if search would not find one of these rows, or not as it should.
    async fn check_search(&self, table: &Arc<Table>, rows: Arc<Vec<Row>>) -> Result<(), StoreError>;

    /// Makes it the database, all of it in one step, with an entry in its audit trail.
    async fn publish(self: Box<Self>, entry: Option<AuditEntry>) -> Result<(), StoreError>;
}
