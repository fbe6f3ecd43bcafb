//! Opening the data for a command.

use std::sync::Arc;

use latchkey_store::sqlite::SqliteStore;

use super::CliError;
use crate::instance::{Cost, Instance};
use crate::settings::{DataArgs, DataSettings};
use crate::system::{SystemClock, SystemRandomness};

/// Opens the database, and makes it if there is none.
pub(super) fn open_store(settings: &DataSettings) -> Result<SqliteStore, CliError> {
    Ok(match &settings.database {
        None => SqliteStore::open_folder(&settings.data_dir)?,
        Some(database) => SqliteStore::open_file(database)?,
    })
}

/// The rules over an open store, with the machine's clock and randomness.
pub(super) fn instance(store: SqliteStore) -> Instance {
    Instance::new(
        store,
        Arc::new(SystemClock),
        Arc::new(SystemRandomness),
        Cost::OWASP,
    )
}

/// The instance that a command is about.
pub(super) fn open(data: &DataArgs) -> Result<Instance, CliError> {
    Ok(instance(open_store(&data.resolve()?)?))
}
