//! Connections that only read. With write-ahead logging they see every transaction that was committed before the read
//! began, so what a caller was answered is what the next read finds, also when it was the command line that changed the file.

use std::path::Path;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;

use super::connection;
use super::memory::Remembered;
use super::statements::Held;
use crate::database::memory::Memory;
use latchkey_storage::StoreError;

/// A read-only connection and what it remembers.
pub(super) struct Reader {
    connection: Held,
    memory: Remembered<Memory>,
}

/// A pool of read-only connections.
pub(super) struct Readers {
    idle: Mutex<Idle>,
    returned: Condvar,
    reads: AtomicU64,
    waited: AtomicU64,
    // Dropped behind those that only read.
    _tidy: Option<Tidy>,
}

/// The unused connections, and how many threads wait for one. Waking a thread is a system call even if there is
/// none to wake, so it is left out then.
struct Idle {
    readers: Vec<Reader>,
    waiting: usize,
}

/// A connection that could write. The last connection to close brings the log into the file and takes it away, and one
/// that only reads cannot.
pub(super) type Tidy = Arc<Mutex<Connection>>;

impl Readers {
    /// Opens `count` connections.
    pub(super) fn open(path: &Path, count: usize) -> rusqlite::Result<Self> {
        let readers = (0..count)
            .map(|_| {
                Ok(Reader {
                    connection: Held::new(connection::open_for_reading(path)?),
                    memory: Remembered::default(),
                })
            })
            .collect::<rusqlite::Result<_>>()?;
        Ok(Self {
            idle: Mutex::new(Idle { readers, waiting: 0 }),
            returned: Condvar::new(),
            reads: AtomicU64::new(0),
            waited: AtomicU64::new(0),
            _tidy: None,
        })
    }

    /// The same readers, for reads that may be under way when the store is gone: they end before this connection.
    pub(super) fn outlived_by(self, tidy: Tidy) -> Self {
        Self {
            _tidy: Some(tidy),
            ..self
        }
    }

    /// Reads with a connection, waiting for one if all are in use.
    pub(super) fn read<T>(&self, read: impl FnOnce(&Held) -> T) -> T {
        self.with(|reader| read(&reader.connection))
    }

    /// The same for what a connection may remember: `recall` finds a memory that knows of every change of the file.
    /// `commits` is the writer's count of commits.
    pub(super) fn recall<T>(
        &self,
        commits: u64,
        recall: impl FnOnce(&mut Memory, &Held) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        self.with(|reader| {
            let memory = reader.memory.caught_up(&reader.connection.lock(), commits)?;
            recall(memory, &reader.connection)
        })
    }

    fn with<T>(&self, work: impl FnOnce(&mut Reader) -> T) -> T {
        self.reads.fetch_add(1, Ordering::Relaxed);
        let mut lease = Lease {
            readers: self,
            reader: Some(self.take()),
        };
        match &mut lease.reader {
            Some(reader) => work(reader),
            None => unreachable!("a lease holds its connection until it is dropped"),
        }
    }

    /// How often something was read.
    pub(super) fn count(&self) -> u64 {
        self.reads.load(Ordering::Relaxed)
    }

    /// How often a reader had to wait for a connection.
    pub(super) fn waited(&self) -> u64 {
        self.waited.load(Ordering::Relaxed)
    }

    fn take(&self) -> Reader {
        let mut idle = self.idle();
        if idle.readers.is_empty() {
            self.waited.fetch_add(1, Ordering::Relaxed);
        }
        loop {
            if let Some(reader) = idle.readers.pop() {
                return reader;
            }
            idle.waiting += 1;
            idle = self.returned.wait(idle).unwrap_or_else(PoisonError::into_inner);
            idle.waiting -= 1;
        }
    }

    fn idle(&self) -> MutexGuard<'_, Idle> {
        // Nothing that can panic runs under the lock.
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Gives the connection back, also when the read panics.
struct Lease<'pool> {
    readers: &'pool Readers,
    reader: Option<Reader>,
}

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        if let Some(reader) = self.reader.take() {
            let mut idle = self.readers.idle();
            idle.readers.push(reader);
            if idle.waiting > 0 {
                self.readers.returned.notify_one();
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;
    use std::sync::mpsc::channel;

    use crate::Database;
    use crate::keys::ServerKey;
    use crate::sqlite::SqliteStore;
    use latchkey_storage::Networks;

    #[tokio::test]
    async fn a_read_that_outlives_the_store_leaves_no_log_behind() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("latchkey.db");
        let store = SqliteStore::open(&path, ServerKey::from_bytes([7; 32])).unwrap();
        store.mark_demo().await.unwrap();
        assert!(folder.path().join("latchkey.db-wal").exists());
        let ((started, has_started), (release, released)) = (channel(), channel());
        {
            let channels = Mutex::new((started, released));
            let reading = store.0.scan(channels, |_, channels| {
                Box::pin(async {
                    let (started, released) = &*channels.lock().unwrap();
                    started.send(()).unwrap();
                    let _ = released.recv();
                    Ok(())
                })
            });
            tokio::select! {
                biased;
                _ = reading => unreachable!("nobody released it"),
                () = async { has_started.recv().unwrap() } => {}
            }
        }
        drop(store);
        release.send(()).unwrap();
        // The thread closes what it had.
        let mut left = Vec::new();
        for _ in 0..3_000 {
            left = std::fs::read_dir(folder.path())
                .unwrap()
                .map(|entry| entry.unwrap().file_name().into_string().unwrap())
                .filter(|name| name.ends_with("-wal"))
                .collect();
            if left.is_empty() {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(10)).await;
        }
        assert_eq!(left, Vec::<String>::new());
    }
}
