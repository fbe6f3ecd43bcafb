//! Whether what a connection remembers of the rows that it read is still so.
//!
//! The writer of this process counts its commits, and does so before it reports them: a revocation on this
//! server counts from the next request on. Of the commits of other processes (the command line beside the server),
//! `SQLite` knows (`PRAGMA data_version`); asking takes longer than all the rest of a look-up, so that question is put
//! once a millisecond at most. The command line waits [`NOTICED_AFTER`] before it reports that something is done, so that
//! what it reports holds from the next request on as well.

use std::time::{Duration, Instant};

use rusqlite::Connection;

use crate::DriverResult;
use latchkey_storage::StoreError;

/// How long a commit of another process may go unnoticed.
const UNNOTICED: Duration = Duration::from_millis(1);

/// After this time, every process on the same file has noticed a commit: twice as long, since clocks are not exact.
pub const NOTICED_AFTER: Duration = Duration::from_millis(2);

/// What a connection remembers, and of which version of the file.
#[derive(Default)]
pub(super) struct Remembered<R> {
    /// The writer's count of commits.
    commits: u64,
    /// The version of the file, and when it was asked for.
    version: Option<(i64, Instant)>,
    rows: R,
}

impl<R: Default> Remembered<R> {
    /// The rows that are remembered: none, if the file was changed since. What is read afterwards may be newer
    /// than now, never older. `commits` is the writer's count.
    pub(super) fn caught_up(&mut self, connection: &Connection, commits: u64) -> Result<&mut R, StoreError> {
        let now = Instant::now();
        let known = match self.version {
            Some((version, asked)) if now.duration_since(asked) < UNNOTICED => version,
            _ => connection
                .prepare_cached("PRAGMA data_version")
                .or_store_error()?
                .query_row([], |row| row.get(0))
                .or_store_error()?,
        };
        match &mut self.version {
            Some((version, asked)) if *version == known && self.commits == commits => {
                if now.duration_since(*asked) >= UNNOTICED {
                    *asked = now;
                }
            }
            _ => {
                *self = Self {
                    commits,
                    version: Some((known, now)),
                    rows: R::default(),
                };
            }
        }
        Ok(&mut self.rows)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether `memory` still knows what it is told at the beginning.
    fn remembers(memory: &mut Remembered<bool>, reader: &Connection, commits: u64) -> bool {
        std::mem::replace(memory.caught_up(reader, commits).unwrap(), true)
    }

    fn file() -> (tempfile::TempDir, Connection, Connection) {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("test.db");
        let writer = Connection::open(&path).unwrap();
        writer
            .execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE t (x)")
            .unwrap();
        let reader = Connection::open(&path).unwrap();
        (folder, writer, reader)
    }

    #[test]
    fn a_commit_of_this_process_is_noticed_at_once() {
        let (_folder, _writer, reader) = file();
        let mut memory = Remembered::default();
        assert!(!remembers(&mut memory, &reader, 0));
        assert!(remembers(&mut memory, &reader, 0));
        assert!(!remembers(&mut memory, &reader, 1));
        assert!(remembers(&mut memory, &reader, 1));
    }

    #[test]
    fn a_commit_of_another_process_is_noticed_in_time() {
        let (_folder, writer, reader) = file();
        let mut memory = Remembered::default();
        remembers(&mut memory, &reader, 0);
        for _ in 0..3 {
            writer.execute("INSERT INTO t VALUES (1)", []).unwrap();
            std::thread::sleep(NOTICED_AFTER);
            assert!(!remembers(&mut memory, &reader, 0));
            // Time alone does not drop what is remembered.
            std::thread::sleep(NOTICED_AFTER);
            assert!(remembers(&mut memory, &reader, 0));
        }
    }
}
