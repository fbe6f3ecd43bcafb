//! What a connection remembers of the rows that it read, for as long as nothing has changed.
//!
//! The writer of this process counts its commits, and does so before it tells anybody of them: a revocation on this
//! server counts from the next request on. Of the commits of other processes (the command line beside the server),
//! `SQLite` knows (`PRAGMA data_version`); asking takes longer than all the rest of a look-up, so that question is put
//! once a millisecond at most. The command line waits [`NOTICED_AFTER`] before it reports that something is done, so that
//! for whoever reads its report it holds from the next request on as well.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;
use std::time::{Duration, Instant};

use latchkey_domain::{ClientId, Network};
use rusqlite::Connection;

use crate::{Client, Grant, GrantId, StoreError};

/// How long a commit of another process may go unnoticed.
const UNNOTICED: Duration = Duration::from_millis(1);

/// After this time, every process on the same file has noticed a commit: twice as long, since clocks are not exact.
pub const NOTICED_AFTER: Duration = Duration::from_millis(2);

/// How many rows of a kind are remembered. Beyond that it starts afresh, so that memory stays bounded.
const ROWS: usize = 512;

/// The rows that one connection remembers. Such a connection only reads.
#[derive(Default)]
pub(super) struct Memory {
    /// The writer's count of commits.
    commits: u64,
    /// The version of the file, and when it was asked for.
    version: Option<(i64, Instant)>,
    pub(super) grants: Rows<GrantId, Grant>,
    pub(super) network: Rows<(), Network>,
    pub(super) clients: Rows<ClientId, Arc<Client>>,
    #[cfg(test)]
    marks: Rows<u32, ()>,
}

impl Memory {
    /// Forgets everything if anybody has changed the file since. To be asked before anything is recalled: what is read
    /// afterwards may be newer than this moment, never older. `commits` is the writer's count.
    pub(super) fn catch_up(&mut self, connection: &Connection, commits: u64) -> Result<(), StoreError> {
        let now = Instant::now();
        let known = match self.version {
            Some((version, asked)) if now.duration_since(asked) < UNNOTICED => version,
            _ => connection
                .prepare_cached("PRAGMA data_version")?
                .query_row([], |row| row.get(0))?,
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
                    ..Self::default()
                };
            }
        }
        Ok(())
    }
}

/// Rows of a kind by their key.
pub(super) struct Rows<K, V>(HashMap<K, V>);

impl<K, V> Default for Rows<K, V> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<K: Clone + Eq + Hash, V: Clone> Rows<K, V> {
    /// The row of `key`, remembered or read. That there is none is not remembered.
    pub(super) fn recall(
        &mut self,
        key: &K,
        read: impl FnOnce() -> Result<Option<V>, StoreError>,
    ) -> Result<Option<V>, StoreError> {
        if let Some(row) = self.0.get(key) {
            return Ok(Some(row.clone()));
        }
        let row = read()?;
        if let Some(row) = &row {
            if self.0.len() >= ROWS {
                self.0.clear();
            }
            self.0.insert(key.clone(), row.clone());
        }
        Ok(row)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether `memory` still knows what it is told at the beginning.
    fn remembers(memory: &mut Memory, reader: &Connection, commits: u64) -> bool {
        memory.catch_up(reader, commits).unwrap();
        let known = memory.marks.0.contains_key(&1);
        memory.marks.0.insert(1, ());
        known
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
        let mut memory = Memory::default();
        assert!(!remembers(&mut memory, &reader, 0));
        assert!(remembers(&mut memory, &reader, 0));
        assert!(!remembers(&mut memory, &reader, 1));
        assert!(remembers(&mut memory, &reader, 1));
    }

    #[test]
    fn a_commit_of_another_process_is_noticed_in_time() {
        let (_folder, writer, reader) = file();
        let mut memory = Memory::default();
        remembers(&mut memory, &reader, 0);
        for _ in 0..3 {
            writer.execute("INSERT INTO t VALUES (1)", []).unwrap();
            std::thread::sleep(NOTICED_AFTER);
            assert!(!remembers(&mut memory, &reader, 0));
            // Time alone makes nobody forget.
            std::thread::sleep(NOTICED_AFTER);
            assert!(remembers(&mut memory, &reader, 0));
        }
    }

    #[test]
    fn a_row_is_read_once_and_a_missing_one_every_time() {
        let mut rows = Rows::default();
        assert_eq!(rows.recall(&1, || Ok(Some("one"))).unwrap(), Some("one"));
        assert_eq!(rows.recall(&1, || Ok(Some("other"))).unwrap(), Some("one"));
        assert_eq!(rows.recall(&2, || Ok(None)).unwrap(), None);
        assert_eq!(rows.recall(&2, || Ok(Some("two"))).unwrap(), Some("two"));
    }

    #[test]
    fn there_is_a_limit() {
        let mut rows = Rows::default();
        for number in 0..ROWS + 10 {
            rows.recall(&number, || Ok(Some(number))).unwrap();
            assert!(rows.0.len() <= ROWS);
        }
        assert_eq!(rows.0.len(), 10);
    }
}
