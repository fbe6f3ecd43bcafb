//! The store that is tested here: `SQLite`.

use std::sync::Arc;

use latchkey_storage_sql::keys::ServerKey;
use latchkey_storage_sql::sqlite::SqliteStore;

use crate::fixtures::TestStore;

pub(crate) fn store() -> TestStore {
    let folder = tempfile::tempdir().unwrap();
    let key = ServerKey::from_bytes([7; 32]);
    let store = SqliteStore::open(&folder.path().join("latchkey.db"), key).unwrap();
    TestStore {
        store: Arc::new(store).shared(),
        _folder: Some(folder),
    }
}
