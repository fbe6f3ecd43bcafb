//! The backup of a `PostgreSQL` database before it gets a new schema.

use std::path::Path;

use latchkey_domain::Clock;
use latchkey_storage_sql::copy::back_up_before_upgrade;
use latchkey_storage_sql::postgres::PostgresUrl;

use super::CliError;
use crate::system::SystemClock;

/// Backs up the database at `url`, which has an older schema, into the folder `backups` in this data folder. Without
/// a backup the schema stays as it is, unless the operator says that there is another backup.
pub(super) async fn before_migration(url: &PostgresUrl, folder: &Path, schema: i64) -> Result<(), CliError> {
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
