//! Opening the data for a command.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use latchkey_storage::Store;
use latchkey_storage_sql::keyring::Keyring;
use latchkey_storage_sql::postgres::{PostgresStore, PostgresUrl};
use latchkey_storage_sql::sqlite::SqliteStore;

use super::{CliError, upgrade_backup};
use crate::instance::{Cost, Instance, Keys};
use crate::settings::{DataArgs, DataSettings, Database};
use crate::system::{SystemClock, SystemRandomness};

/// The environment variable with the contents of the key file, for a node on `PostgreSQL`.
pub(super) const KEY_VARIABLE: &str = "LATCHKEY_KEY";

/// An open store and its keys.
pub(super) struct Opened {
    store: Arc<dyn Store>,
    keys: Keys,
}

/// Opens the database, or creates it if it does not exist.
pub(super) async fn open_store(settings: &DataSettings) -> Result<Opened, CliError> {
    if let Some(Database::Postgres(url)) = &settings.database {
        return open_postgres(url, settings).await;
    }
    let store = open_sqlite(settings, "this")?;
    Ok(Opened {
        keys: Keys::File(store.keychain().clone()),
        store: Arc::new(store).shared(),
    })
}

/// Opens the database for `what`, which only `SQLite` supports.
pub(super) fn open_sqlite(settings: &DataSettings, what: &str) -> Result<SqliteStore, CliError> {
    match &settings.database {
        None => Ok(SqliteStore::open_folder(&settings.data_dir)?),
        Some(Database::Sqlite(file)) => Ok(SqliteStore::open_file(file)?),
        Some(Database::Postgres(_)) => Err(only_sqlite(what)),
    }
}

/// The file of the database, for `what`, which only `SQLite` supports.
pub(super) fn sqlite_file(settings: &DataSettings, what: &str) -> Result<PathBuf, CliError> {
    match settings.database() {
        Database::Sqlite(file) => Ok(file),
        Database::Postgres(_) => Err(only_sqlite(what)),
    }
}

fn only_sqlite(what: &str) -> CliError {
    CliError::Failed(format!(
        "{what} is for SQLite; docs/postgresql.md says what is different with PostgreSQL"
    ))
}

async fn open_postgres(url: &PostgresUrl, settings: &DataSettings) -> Result<Opened, CliError> {
    let store = Arc::new(open_node(url, settings).await?);
    Ok(Opened {
        store: store.shared(),
        keys: Keys::Node(store),
    })
}

/// Opens a `PostgreSQL` database with the keys of this node.
pub(super) async fn open_node(url: &PostgresUrl, settings: &DataSettings) -> Result<PostgresStore, CliError> {
    let (ring, file) = if let Some(ring) = key_of_environment()? {
        (ring, None)
    } else {
        let may_create = !PostgresStore::is_initialized(url).await?;
        let path = settings.key();
        if may_create {
            make_folder(path.parent().unwrap_or(Path::new(".")))?;
        }
        (Keyring::load_or_create(&path, may_create)?, Some(path))
    };
    if settings.upgrade_backup
        && let Some(schema) = PostgresStore::behind(url, &ring).await?
    {
        upgrade_backup::before_migration(url, &settings.folder(), schema).await?;
    }
    Ok(PostgresStore::open_with(url, ring, file).await?)
}

/// The keys in the environment, if any: the contents of a key file.
pub(super) fn key_of_environment() -> Result<Option<Keyring>, CliError> {
    match std::env::var(KEY_VARIABLE) {
        Ok(text) => Keyring::from_text(&text)
            .map(Some)
            .map_err(|error| CliError::Usage(format!("{KEY_VARIABLE}: {error}"))),
        Err(std::env::VarError::NotPresent) => Ok(None),
        Err(std::env::VarError::NotUnicode(_)) => Err(CliError::Usage(format!("{KEY_VARIABLE} is not text"))),
    }
}

/// Creates a folder that only its owner can access, unless it exists.
fn make_private(folder: &Path) -> std::io::Result<()> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder)
}

/// Creates the data folder.
pub(super) fn make_folder(folder: &Path) -> Result<(), CliError> {
    make_private(folder).map_err(|error| {
        CliError::Failed(format!(
            "cannot create the data folder {} for the key: {error}; choose another with --data-dir, or give the key \
             in {KEY_VARIABLE}",
            folder.display()
        ))
    })
}

/// The rules over an open store, with the machine's clock and randomness.
pub(super) fn instance(Opened { store, keys }: Opened) -> Instance {
    Instance::new(
        store,
        keys,
        Arc::new(SystemClock),
        Arc::new(SystemRandomness),
        Cost::OWASP,
    )
}

/// The instance that a command works on.
pub(super) async fn open(data: &DataArgs) -> Result<Instance, CliError> {
    Ok(instance(open_store(&data.resolve()?).await?))
}
