//! Connections that only read. With write-ahead logging they see every transaction that was committed before the read
//! began, so what a caller was answered is what the next read finds; nothing is remembered between reads, since the
//! command line may change the same file at any time.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;

use super::connection;

/// A pool of read-only connections.
pub(super) struct Readers {
    idle: Mutex<Vec<Connection>>,
    returned: Condvar,
    reads: AtomicU64,
}

impl Readers {
    /// Opens `count` connections.
    pub(super) fn open(path: &Path, count: usize) -> rusqlite::Result<Self> {
        let idle = (0..count)
            .map(|_| connection::open_for_reading(path))
            .collect::<Result<_, _>>()?;
        Ok(Self {
            idle: Mutex::new(idle),
            returned: Condvar::new(),
            reads: AtomicU64::new(0),
        })
    }

    /// Reads with a connection, waiting for one if all are in use.
    pub(super) fn read<T>(&self, read: impl FnOnce(&Connection) -> T) -> T {
        self.reads.fetch_add(1, Ordering::Relaxed);
        let lease = Lease {
            readers: self,
            connection: Some(self.take()),
        };
        match &lease.connection {
            Some(connection) => read(connection),
            None => unreachable!("a lease holds its connection until it is dropped"),
        }
    }

    /// How often something was read.
    pub(super) fn count(&self) -> u64 {
        self.reads.load(Ordering::Relaxed)
    }

    fn take(&self) -> Connection {
        let mut idle = self.idle();
        loop {
            match idle.pop() {
                Some(connection) => return connection,
                None => idle = self.returned.wait(idle).unwrap_or_else(PoisonError::into_inner),
            }
        }
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Connection>> {
        // Nothing that can panic runs under the lock.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Gives the connection back, also when the read panics.
struct Lease<'pool> {
    readers: &'pool Readers,
    connection: Option<Connection>,
}

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take() {
            self.readers.idle().push(connection);
            self.readers.returned.notify_one();
        }
    }
}
