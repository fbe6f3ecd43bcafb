//! A database on a `PostgreSQL` server: its key, and whether it can be reached and opened.

use latchkey_domain::{Clock, Timestamp};
use latchkey_storage::{AuditAction, AuditFilter, Store, StoreError};
use latchkey_storage_sql::postgres::{PostgresStore, PostgresUrl};

use super::{Check, data, fail, ok, warn};
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
            ("Data folder", data::folder(&settings.folder())),
            ("Key", data::key(&settings.key())),
        ],
        Err(error) => vec![("Key", fail(error.to_string()))],
    }
}

/// All checks that need an open database.
pub(super) async fn database(settings: &DataSettings, url: &PostgresUrl) -> Vec<Check> {
    let store = match PostgresStore::is_initialized(url).await {
        Err(error) => return vec![("Database", fail(error.to_string()))],
        Ok(false) => {
            let nothing = format!("there is no network at {url} yet: `latchkey serve` makes it");
            return vec![("Database", fail(nothing))];
        }
        Ok(true) => match open_store(settings).await {
            Err(error) => return vec![("Database", fail(error.to_string()))],
            Ok(opened) => instance(opened).store,
        },
    };
    let finding = match store.has_host().await {
        Ok(true) if url.trusts_anybody() => warn(format!(
            "{url} opens, with this version’s schema and its key; the identity of the server is not \
             checked: unless you trust the network, add sslmode=verify-full, as docs/postgresql.md says"
        )),
        Ok(true) => ok(format!("{url} opens, with this version’s schema and its key")),
        Ok(false) => warn(format!(
            "{url} opens, with this version’s schema and its key; it has no host yet: `latchkey serve` prints the link to \
             set it up"
        )),
        Err(error) => fail(error.to_string()),
    };
    let backup = match last_backup(&*store).await {
        Ok(None) => warn(
            "none was made with `latchkey backup`; backups by PostgreSQL’s own tools are not known here: make one every day, \
             on another disk",
        ),
        made => data::last_backup(made, SystemClock.now()),
    };
    vec![
        ("Database", finding),
        ("Emails", data::emails(&*store).await),
        ("Schema", data::schema(&*store).await),
        ("Last backup", backup),
    ]
}

/// The time of the last `latchkey backup`; the database's own tools leave no record here.
async fn last_backup(store: &dyn Store) -> Result<Option<Timestamp>, StoreError> {
    let filter = AuditFilter {
        action: Some(AuditAction::BackupMade),
        ..AuditFilter::default()
    };
    let newest = store.audit_page(filter, None, 1).await?;
    Ok(newest.first().map(|record| record.entry.at))
}
