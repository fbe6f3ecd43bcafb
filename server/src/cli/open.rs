//! Opening the data for a command.

use std::path::Path;
use std::sync::Arc;

use latchkey_domain::Clock;
use latchkey_storage::Store;
use latchkey_storage_sql::copy::back_up_before_upgrade;
use latchkey_storage_sql::keyring::Keyring;
use latchkey_storage_sql::postgres::{PostgresStore, PostgresUrl};
use latchkey_storage_sql::sqlite::SqliteStore;

use super::CliError;
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
    let store = match &settings.database {
        Some(Database::Postgres(url)) => return open_postgres(url, settings).await,
        Some(Database::Sqlite(file)) => SqliteStore::open_file(file)?,
        None => SqliteStore::open_folder(&settings.data_dir)?,
    };
    Ok(Opened {
        keys: Keys::File(store.keychain().clone()),
        store: Arc::new(store).shared(),
    })
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
        back_up_before_migration(url, &settings.folder(), schema).await?;
    }
    Ok(PostgresStore::open_with(url, ring, file).await?)
}

/// Backs up the database at `url`, which has an older schema, into the folder `backups` in this data folder. Without
/// a backup the schema stays as it is, unless the operator says that there is another backup.
async fn back_up_before_migration(url: &PostgresUrl, folder: &Path, schema: i64) -> Result<(), CliError> {
    let backups = folder.join("backups");
    tracing::info!(schema, folder = %backups.display(), "this version has a new schema; backing up first");
    match back_up_before_upgrade(url, folder, SystemClock.now()).await {
        Ok(Some(file)) => {
            tracing::info!(file = %file.display(), schema, "backed up before the new schema");
            Ok(())
        }
        // Another node has already done it.
        Ok(None) => Ok(()),
        Err(why) => Err(CliError::Failed(format!(
            "this version has a new schema, and the database cannot be backed up into {} before: {why}; nothing was changed. \
             Mend that, or say --upgrade-backup false if you have a backup of your own",
            backups.display()
        ))),
    }
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
