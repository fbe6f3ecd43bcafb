//! What this node counts of its database: how often it asks, and how long that takes.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use crate::slow::SlowLog;
use latchkey_storage::{ConnectionCounts, Histogram, Statistics};

/// How long a size is taken for true. To answer, the database looks at every file that it has; who scrapes every few
/// seconds, from several nodes, must not make it do that each time.
const SIZE_KEPT: Duration = Duration::from_secs(60);

/// What is counted.
#[derive(Debug, Default)]
pub(super) struct Watch {
    reads: AtomicU64,
    reads_waited: AtomicU64,
    writes: AtomicU64,
    writes_waiting: AtomicU64,
    commits: Histogram,
    pub(super) slow: SlowLog,
    /// The size, and when it was asked for; without one if there was no answer.
    size: Mutex<Option<(Instant, Option<u64>)>>,
}

/// What an operation does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Access {
    Read,
    Write,
}

/// An operation under way. It ends when this is dropped, also if its caller goes away.
#[derive(Debug)]
pub(super) struct Operation<'watch> {
    watch: &'watch Watch,
    access: Access,
    name: &'static str,
    began: Instant,
}

impl Watch {
    /// An operation begins, in the method of this name.
    pub(super) fn begin(&self, access: Access, name: &'static str) -> Operation<'_> {
        match access {
            Access::Read => self.reads.fetch_add(1, Ordering::Relaxed),
            Access::Write => self.writes_waiting.fetch_add(1, Ordering::Relaxed),
        };
        Operation {
            watch: self,
            access,
            name,
            began: Instant::now(),
        }
    }

    /// All connections were in use when something was to be read.
    pub(super) fn read_waited(&self) {
        self.reads_waited.fetch_add(1, Ordering::Relaxed);
    }

    /// A transaction that writes was committed, or not; it began at `began`.
    pub(super) fn committed(&self, began: Instant) {
        self.commits.observe(began.elapsed());
    }

    /// The size of the database, from `ask` unless it was asked for not long ago.
    pub(super) async fn size(&self, ask: impl Future<Output = Option<u64>>) -> Option<u64> {
        let known = *self.size.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((asked, size)) = known
            && asked.elapsed() < SIZE_KEPT
        {
            return size;
        }
        // A database that gives no answer, or does not know the question, is not asked again at once either.
        let size = ask.await;
        *self.size.lock().unwrap_or_else(PoisonError::into_inner) = Some((Instant::now(), size));
        size
    }

    /// What was counted until now, with the size of the database and the state of the pool.
    pub(super) fn statistics(
        &self,
        database_bytes: Option<u64>,
        connections: ConnectionCounts,
    ) -> Statistics {
        let number = |number: &AtomicU64| number.load(Ordering::Relaxed);
        Statistics {
            reads: number(&self.reads),
            reads_waited: number(&self.reads_waited),
            writes: number(&self.writes),
            writes_waiting: number(&self.writes_waiting),
            commits: self.commits.read(),
            slow: self.slow.noticed(),
            database_bytes,
            // The log is shared by all databases of the server.
            log_bytes: None,
            connections: Some(connections),
        }
    }
}

impl Drop for Operation<'_> {
    fn drop(&mut self) {
        if self.access == Access::Write {
            self.watch.writes_waiting.fetch_sub(1, Ordering::Relaxed);
            self.watch.writes.fetch_add(1, Ordering::Relaxed);
        }
        self.watch.slow.log_method_if_slow(self.began, self.name);
    }
}
