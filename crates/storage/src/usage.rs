//! How much applications use the Headless API, by the hour.

use std::collections::BTreeMap;
use std::time::Duration;

use async_trait::async_trait;
use latchkey_domain::{ClientId, Timestamp};

use crate::StoreError;

/// How long counts are kept.
pub const USAGE_KEPT: Duration = Duration::from_secs(90 * 24 * 60 * 60);

/// The requests of an application within an hour.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsageCount {
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
    /// Adds to what was counted before, and deletes what is older than [`USAGE_KEPT`] before the newest hour of
    /// `counts`. Those of an application that is gone are passed over.
    async fn add_usage(&self, counts: Vec<UsageCount>) -> Result<(), StoreError>;

    /// What was counted in the hours that began at `from` or later and before `until`, the oldest first.
    async fn usage(&self, from: Timestamp, until: Timestamp) -> Result<Vec<UsageCount>, StoreError>;
}

/// What was counted of each application in each hour: its client id, the hour, requests and failures. One statement
/// changes a row once.
pub fn sums(counts: &[UsageCount]) -> Vec<(&str, i64, i64, i64)> {
    let mut sums: BTreeMap<(&str, Timestamp), (u64, u64)> = BTreeMap::new();
    for count in counts {
        let sum = sums.entry((count.client_id.as_str(), count.hour)).or_default();
        *sum = (
            sum.0.saturating_add(count.requests),
            sum.1.saturating_add(count.failures),
        );
    }
    let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
    sums.into_iter()
        .map(|((client_id, hour), (requests, failures))| {
            (client_id, hour.as_millis(), number(requests), number(failures))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_of_the_same_hour_are_added() {
        let client_id = "A".repeat(43).parse::<ClientId>().unwrap();
        let count = |hour, requests, failures| UsageCount {
            client_id: client_id.clone(),
            hour: Timestamp::from_millis(hour),
            requests,
            failures,
        };
        let counts = [count(2, 1, 0), count(1, u64::MAX, 1), count(2, 2, 1)];
        let id = client_id.as_str();
        assert_eq!(sums(&counts), [(id, 1, i64::MAX, 1), (id, 2, 3, 1)]);
    }
}
