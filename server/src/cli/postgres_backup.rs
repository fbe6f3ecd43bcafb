//! `latchkey backup` and `latchkey restore` on `PostgreSQL`: copies to and from a file in `SQLite`'s format.

use std::path::Path;

use latchkey_domain::{Actor, Clock, Timestamp};
use latchkey_storage::{AuditAction, AuditEntry};
use latchkey_storage_sql::copy::{CopyProgress, Place, Source, Target, back_up as write_backup, copy};
use latchkey_storage_sql::postgres::PostgresUrl;
use latchkey_storage_sql::sqlite::{BackedUp, Existing};

use super::CliError;
use super::copy::{End, key};
use super::open::{instance, make_folder, open_store};
use super::output::print;
use super::progress::Progress;
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
