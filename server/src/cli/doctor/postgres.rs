//! A database on a `PostgreSQL` server: its key, and whether it can be reached and opened.

use std::sync::Arc;

use latchkey_domain::Clock;
use latchkey_storage::Store;
use latchkey_storage_sql::postgres::{PostgresStore, PostgresUrl};

use super::{Check, Checked, Finding, data, fail, finding, ok, warn};
use crate::cli::open::{KEY_VARIABLE, instance, key_of_environment, open_store};
use crate::settings::DataSettings;
use crate::system::SystemClock;

/// The key, which every node needs: in its environment or in a file.
pub(super) fn key(settings: &DataSettings) -> Vec<Check> {
    match key_of_environment() {
        Ok(Some(_)) => vec![(
            "Key",
            ok(format!(
                "{KEY_VARIABLE} has one; keep a copy of it in another place than the database"
            )),
        )],
        Ok(None) => vec![
            ("Data folder", finding(data::folder(&settings.folder()))),
            ("Key", finding(data::key(&settings.key()))),
        ],
        Err(error) => vec![("Key", error.into())],
    }
}

/// All checks that need an open database.
pub(super) async fn database(settings: &DataSettings, url: &PostgresUrl) -> Vec<Check> {
    let store = match open(settings, url).await {
        Ok(store) => store,
        Err(closed) => return vec![("Database", closed)],
    };
    vec![
        ("Database", finding(opened(&*store, url).await)),
        ("Emails", finding(data::emails(&*store).await)),
        ("Schema", data::schema(&*store).await),
        ("Last backup", finding(backup(&*store).await)),
    ]
}

async fn open(settings: &DataSettings, url: &PostgresUrl) -> Result<Arc<dyn Store>, Finding> {
    if !PostgresStore::is_initialized(url).await? {
        return Err(fail(format!(
            "there is no network at {url} yet: `latchkey serve` makes it"
        )));
    }
    Ok(instance(open_store(settings).await?).store)
}

async fn opened(store: &dyn Store, url: &PostgresUrl) -> Checked {
    let words = format!("{url} opens, with this version’s schema and its key");
    Ok(if !store.has_host().await? {
        warn(format!(
            "{words}; it has no host yet: `latchkey serve` prints the link to set it up"
        ))
    } else if url.trusts_anybody() {
        warn(format!(
            "{words}; the identity of the server is not checked: unless you trust the network, add sslmode=verify-full, as \
             docs/postgresql.md says"
        ))
    } else {
        ok(words)
    })
}

async fn backup(store: &dyn Store) -> Checked {
    match store.last_backup().await {
        Ok(None) => Ok(warn(
            "none was made with `latchkey backup`; backups by PostgreSQL’s own tools are not known here: make one every day, \
             on another disk",
        )),
        made => data::last_backup(made, SystemClock.now()),
    }
}
