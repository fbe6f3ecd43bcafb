//! Rows that a connection may remember, for as long as nothing has changed.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::Arc;

use latchkey_domain::{ClientId, Network};

use latchkey_storage::{Client, Grant, GrantId, StoreError};

/// How many rows of a kind are remembered. Beyond that it starts afresh, so that memory stays bounded.
const MAX_ROWS: usize = 512;

/// The rows that one connection remembers. Such a connection only reads.
#[derive(Default)]
pub(crate) struct Memory {
    pub(crate) grants: Rows<GrantId, Grant>,
    pub(crate) network: Rows<(), Network>,
    pub(crate) clients: Rows<ClientId, Arc<Client>>,
}

/// Rows of a kind by their key.
pub(crate) struct Rows<K, V>(HashMap<K, V>);

impl<K, V> Default for Rows<K, V> {
    fn default() -> Self {
        Self(HashMap::new())
    }
}

impl<K: Clone + Eq + Hash, V: Clone> Rows<K, V> {
    /// The row of `key`, remembered or read. That there is none is not remembered.
    pub(crate) fn recall(
        &mut self,
        key: &K,
        read: impl FnOnce() -> Result<Option<V>, StoreError>,
    ) -> Result<Option<V>, StoreError> {
        if let Some(row) = self.0.get(key) {
            return Ok(Some(row.clone()));
        }
        let row = read()?;
        if let Some(row) = &row {
            if self.0.len() >= MAX_ROWS {
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
        for number in 0..MAX_ROWS + 10 {
            rows.recall(&number, || Ok(Some(number))).unwrap();
            assert!(rows.0.len() <= MAX_ROWS);
        }
        assert_eq!(rows.0.len(), 10);
    }
}
