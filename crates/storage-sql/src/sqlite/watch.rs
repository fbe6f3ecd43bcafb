//! What is seen of the database from outside: whether its file is still the one that is open, how large it is, what was
//! counted.

use std::fs::{self, Metadata};
use std::path::Path;

use super::Sqlite;
use crate::files::with_ending;
use latchkey_storage::{Statistics, StoreError};

/// Which file was opened. A file that was deleted or replaced under the server can still be read and written, but only
/// by this process, and never again afterwards.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Identity(u64, u64);

impl Identity {
    /// That of the file at `path`.
    pub(super) fn of(path: &Path) -> Result<Self, StoreError> {
        fs::metadata(path)
            .map(|metadata| Self::from(&metadata))
            .map_err(|error| {
                StoreError::Database(format!("{} cannot be found: {error}", path.display()).into())
            })
    }

    /// Fails unless the file at `path` is still the same.
    pub(super) fn check(self, path: &Path) -> Result<(), StoreError> {
        if Self::of(path)? == self {
            return Ok(());
        }
        let message = format!(
            "{} is another file than the one that was opened: restart the server",
            path.display()
        );
        Err(StoreError::Database(message.into()))
    }
}

impl From<&Metadata> for Identity {
    #[cfg(unix)]
    fn from(metadata: &Metadata) -> Self {
        use std::os::unix::fs::MetadataExt;

        Self(metadata.dev(), metadata.ino())
    }

    /// Without file numbers, existence has to do.
    #[cfg(not(unix))]
    fn from(_: &Metadata) -> Self {
        Self(0, 0)
    }
}

/// What the store counted, with the sizes of its files as they are now.
pub(super) fn statistics(store: &Sqlite) -> Statistics {
    let size = |path: &Path| fs::metadata(path).map_or(0, |metadata| metadata.len());
    let log = with_ending(&store.path, "-wal");
    let counts = store.writer.counts();
    Statistics {
        reads: store.reads(),
        reads_waited: store.lookups.waited() + store.scans.waited(),
        writes: counts.answered(),
        writes_waiting: counts.waiting(),
        commits: counts.took(),
        slow: store.slow.noticed(),
        database_bytes: Some(size(&store.path)),
        log_bytes: Some(size(&log)),
        // They are this process's own, and open as long as it runs.
        connections: None,
    }
}
