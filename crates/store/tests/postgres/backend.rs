//! The store that is tested here: a new database on a private `PostgreSQL`.

use std::sync::Arc;

use latchkey_store::keys::ServerKey;
use latchkey_store::postgres::{PostgresStore, PostgresUrl};
use latchkey_testing::block_on;

use crate::fixtures::TestStore;

pub(crate) fn url() -> PostgresUrl {
    latchkey_testing::postgres::database().parse().unwrap()
}

pub(crate) fn key() -> ServerKey {
    ServerKey::from_bytes([7; 32])
}

pub(crate) fn store() -> TestStore {
    let store = block_on(PostgresStore::open(&url(), key())).unwrap();
    TestStore {
        store: Arc::new(store),
        _folder: None,
    }
}
