//! Counts the requests to the Headless API. They are counted in memory and written every few seconds, so a request
//! costs the database nothing. A server that stops normally writes the rest; one that crashes loses the last seconds,
//! which does not matter for a chart.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use latchkey_domain::{ClientId, Timestamp};
use latchkey_storage::{Store, StoreError, UsageCount};

/// How often counts are written.
pub const EVERY: Duration = Duration::from_secs(5);

const HOUR: Duration = Duration::from_secs(60 * 60);

/// The numbers of requests and of failures, by application and hour.
type Counts = HashMap<(ClientId, Timestamp), (u64, u64)>;

/// Counts that are not yet written.
#[derive(Debug, Default)]
pub struct UsageMeter {
    counts: Mutex<Counts>,
    /// Held while counts are on their way to the store, when they are neither here nor there.
    writing: tokio::sync::Mutex<()>,
}

impl UsageMeter {
    /// Counts a request of an application at `now`.
    pub fn count(&self, client_id: &ClientId, now: Timestamp, failed: bool) {
        self.add(client_id.clone(), now.start_of(HOUR), 1, u64::from(failed));
    }

    /// Writes the counts. Counts that could not be written are kept for the next time. What was counted before the
    /// call is in the store after it, even if another task was writing it.
    pub async fn write_down(&self, store: &dyn Store) -> Result<(), StoreError> {
        let _writing = self.writing.lock().await;
        let counts: Vec<_> = std::mem::take(&mut *self.counts())
            .into_iter()
            .map(|((client_id, hour), (requests, failures))| UsageCount {
                client_id,
                hour,
                requests,
                failures,
            })
            .collect();
        if counts.is_empty() {
            return Ok(());
        }
        let written = store.add_usage(counts.clone()).await;
        if written.is_err() {
            for count in counts {
                self.add(count.client_id, count.hour, count.requests, count.failures);
            }
        }
        written
    }

    fn add(&self, client_id: ClientId, hour: Timestamp, requests: u64, failures: u64) {
        let mut counts = self.counts();
        let count = counts.entry((client_id, hour)).or_default();
        count.0 += requests;
        count.1 += failures;
    }

    fn counts(&self) -> MutexGuard<'_, Counts> {
        // Nothing that can panic runs under the lock.
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use latchkey_storage_sql::sqlite::SqliteStore;

    use super::*;

    #[tokio::test]
    async fn a_reader_waits_for_counts_that_another_task_is_writing() {
        let folder = tempfile::tempdir().unwrap();
        let store = std::sync::Arc::new(SqliteStore::open_folder(folder.path()).unwrap());
        let meter = UsageMeter::default();
        let application = "00000000-0000-4000-8000-000000000000".parse().unwrap();
        meter.count(&application, Timestamp::from_millis(0), false);
        let finished = Mutex::new(Vec::new());
        let write = async |name| {
            meter.write_down(store.as_store()).await.unwrap();
            finished.lock().unwrap().push(name);
        };
        // The first takes the counts when it is first polled, and then waits for the store.
        tokio::join!(write("every few seconds"), write("for a page"));
        assert_eq!(*finished.lock().unwrap(), ["every few seconds", "for a page"]);
    }
}
