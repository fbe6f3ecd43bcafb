//! The store that is tested here: a new database on a private `PostgreSQL`.

use std::sync::Arc;

use latchkey_storage_sql::keys::ServerKey;
use latchkey_storage_sql::postgres::{PostgresStore, PostgresUrl};
use latchkey_testing::block_on;

use crate::fixtures::TestStore;

/// Set for the run of these tests by way of a pooler; see `pooler.rs`.
pub(crate) const POOLED: &str = "LATCHKEY_TEST_POOLED";

pub(crate) fn url() -> PostgresUrl {
    reached(&latchkey_testing::postgres::database())
}

/// The database at `url`, by whichever way these tests go.
pub(crate) fn reached(url: &str) -> PostgresUrl {
    if std::env::var_os(POOLED).is_some() {
        latchkey_testing::pooler::in_front_of(url).parse().unwrap()
    } else {
        url.parse().unwrap()
    }
}

pub(crate) fn key() -> ServerKey {
    ServerKey::from_bytes([7; 32])
}

pub(crate) fn store() -> TestStore {
    let store = block_on(PostgresStore::open(&url(), key())).unwrap();
    TestStore {
        store: Arc::new(store).shared(),
        _folder: None,
    }
}
