//! How much applications use the Headless API, by the hour.

use std::time::Duration;

use async_trait::async_trait;
use latchkey_domain::{ClientId, Timestamp};

use crate::StoreError;

/// How long counts are kept.
pub const USAGE_KEPT: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// The requests of an application within an hour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageCount {
    /// Whose.
    pub client_id: ClientId,
    /// When the hour began, in UTC.
    pub hour: Timestamp,
    /// How many requests came with a good token.
    pub requests: u64,
    /// How many of these had errors in their answer.
    pub failures: u64,
}

/// Counting and reading requests.
#[async_trait]
pub trait Usage: Send + Sync {
    /// Adds to what was counted before, and forgets what is older than [`USAGE_KEPT`] before the newest hour of
    /// `counts`. Those of an application that is gone are passed over.
    async fn add_usage(&self, counts: Vec<UsageCount>) -> Result<(), StoreError>;

    /// What was counted in the hours that began at `from` or later and before `until`, the oldest first.
    async fn usage(&self, from: Timestamp, until: Timestamp) -> Result<Vec<UsageCount>, StoreError>;
}
