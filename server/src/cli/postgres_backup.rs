//! `latchkey backup` and `latchkey restore` on `PostgreSQL`: copies to and from a file in `SQLite`'s format.

use std::path::Path;

use latchkey_domain::{Actor, Clock, Timestamp};
use latchkey_storage::{AuditAction, AuditEntry};
use latchkey_storage_sql::copy::{
    CopyProgress, Place, Source, Target, back_up as write_backup, back_up_before_upgrade, copy,
};
use latchkey_storage_sql::postgres::PostgresUrl;
use latchkey_storage_sql::sqlite::{BackedUp, Existing};

use super::CliError;
use super::copy::progress::Progress;
use super::copy::{End, key};
use super::open::{instance, make_folder, open_store};
use super::output::print;
use crate::settings::{DataSettings, Database};
use crate::system::SystemClock;

pub(super) async fn back_up(
    settings: &DataSettings,
    url: PostgresUrl,
    file: &Path,
    existing: Existing,
    at: Timestamp,
) -> Result<BackedUp, CliError> {
    // Opens the source first: opening as a store would create tables in an empty database.
    let source = Source::open(&Place::Postgres(url)).await?;
    let store = instance(open_store(settings).await?).store;
    let progress = Progress::default();
    let made = write_backup(&source, file, existing, &|report| progress.tell(report)).await?;
    store
        .note(AuditEntry {
            at,
            actor: Actor::operator(),
            action: AuditAction::BackupMade,
            target: file.display().to_string(),
            detail: format!("{} bytes, schema {}", made.bytes, made.contents.schema),
        })
        .await?;
    Ok(made)
}

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

pub(super) async fn restore(settings: &DataSettings, url: PostgresUrl, file: &Path) -> Result<(), CliError> {
    make_folder(&settings.folder())?;
    let source = Source::open_backup(file, &settings.folder()).await?;
    let to = End::new(Database::Postgres(url), &settings.data_dir);
    let shown = to.settings.key();
    let ring = match key::at(&to)? {
        Some((ring, _)) if source.is_sealed_with(&ring) => ring,
        Some((_, place)) => {
            return Err(CliError::Failed(format!(
                "the key at {place} is not the one that {} was sealed with; put the latchkey.key that was kept with this \
                 backup there, and restore again",
                file.display()
            )));
        }
        None => {
            return Err(CliError::Failed(format!(
                "the key file {} is missing, and {} cannot be opened without it; put the latchkey.key that was kept with \
                 this backup there, and restore again",
                shown.display(),
                file.display()
            )));
        }
    };
    let target = Target::open(&to.place).await?;
    let entry = AuditEntry {
        at: SystemClock.now(),
        actor: Actor::operator(),
        action: AuditAction::DatabaseRestored,
        target: file.display().to_string(),
        detail: String::new(),
    };
    let progress = Progress::default();
    let tell = |report: CopyProgress<'_>| progress.tell(report);
    let copied = copy(&source, target, Some(&ring), Some(entry), &tell).await?;
    let rows: u64 = copied.tables.iter().map(|table| table.rows).sum();
    print(&format!(
        "Restored “{}” from {}: {rows} rows, each read back and compared.",
        source.network(),
        file.display()
    ));
    Ok(())
}
