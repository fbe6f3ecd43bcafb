//! A cache of parsed queries. Clients repeat the same few queries with other variables.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use async_graphql::ServerError;
use async_graphql::parser::parse_query;
use async_graphql::parser::types::ExecutableDocument;

use crate::cost;

/// The capacity of the cache. When it is full, it is emptied.
const COUNT: usize = 256;
/// The largest query in the cache, in bytes.
const BYTES: usize = 4 * 1024;

/// Parsed queries by their text.
#[derive(Default)]
pub(crate) struct Documents(Mutex<HashMap<String, Arc<ExecutableDocument>>>);

impl Documents {
    /// The parsed query. Its text is checked before it is parsed.
    pub(crate) fn read(&self, query: &str) -> Result<Arc<ExecutableDocument>, ServerError> {
        if let Some(known) = self.known().get(query) {
            return Ok(Arc::clone(known));
        }
        cost::check_text(query)?;
        let document = Arc::new(parse_query(query)?);
        if query.len() <= BYTES {
            let mut known = self.known();
            if known.len() >= COUNT {
                known.clear();
            }
            known.insert(query.to_owned(), Arc::clone(&document));
        }
        Ok(document)
    }

    fn known(&self) -> std::sync::MutexGuard<'_, HashMap<String, Arc<ExecutableDocument>>> {
        // No code that can panic runs under the lock.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_text_is_parsed_once() {
        let documents = Documents::default();
        let read = |query: &str| documents.read(query).ok();
        let first = read("{ me { id } }").unwrap();
        assert!(Arc::ptr_eq(&first, &read("{ me { id } }").unwrap()));
        assert!(!Arc::ptr_eq(&first, &read("{ me { id  } }").unwrap()));
        assert!(read("{ me {").is_none());
        assert!(read("{ me {").is_none());
    }

    #[test]
    fn memory_is_bounded() {
        let documents = Documents::default();
        for number in 0..2 * COUNT + 10 {
            assert!(documents.read(&format!("{{ a{number} }}")).is_ok());
            assert!(documents.known().len() <= COUNT);
        }
        let long = format!("{{ me {} }}", " ".repeat(BYTES));
        let before = documents.known().len();
        assert!(documents.read(&long).is_ok());
        assert_eq!(documents.known().len(), before);
    }
}
