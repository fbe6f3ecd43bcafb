//! `latchkey backup` and `latchkey restore`: the file is copied out and back; the key stays in place.

use std::path::{Path, PathBuf};

use clap::Args as ClapArgs;
use latchkey_domain::{Actor, Clock, Timestamp, counted};
use latchkey_storage_sql::sqlite::{Contents, Existing, SqliteStore, restore as put_back};

use super::output::print;
use super::{CliError, DataArgs, postgres_backup};
use crate::settings::Database;
use crate::system::SystemClock;
use latchkey_storage::Store;

#[derive(ClapArgs, Debug)]
pub(super) struct BackupArgs {
    /// The file to write; its folder has to exist
    file: PathBuf,
    /// Replace an existing file, once the new backup is complete
    #[arg(long)]
    force: bool,
}

#[derive(ClapArgs, Debug)]
pub(super) struct RestoreArgs {
    /// A file that `latchkey backup` made, or one from the folder `backups` beside the database
    file: PathBuf,
}

pub(super) async fn back_up(BackupArgs { file, force }: BackupArgs, data: &DataArgs) -> Result<(), CliError> {
    let settings = data.resolve()?;
    let started = SystemClock.now();
    let existing = if force {
        Existing::Replace
    } else {
        Existing::Refuse
    };
    let (made, differences) = match settings.database() {
        Database::Sqlite(database) => {
            let store = open_existing(&database)?;
            let made = store
                .back_up(&file, existing, &Actor::operator(), started)
                .await?;
            (made, store.schema_differences().await?)
        }
        // Only rows are copied from a backup.
        Database::Postgres(url) => (
            postgres_backup::back_up(&settings, url, &file, existing, started).await?,
            Vec::new(),
        ),
    };
    let took = SystemClock.now().since(started);
    print(&format!(
        "Backed up {} to {}: {}, checked, in {:.1} s.",
        in_words(&made.contents),
        file.display(),
        size(made.bytes),
        took.as_secs_f64()
    ));
    if !differences.is_empty() {
        print(&format!(
            "Someone changed the schema of the database: it {}. `latchkey restore` refuses this backup until that is undone.",
            differences.join(", ")
        ));
    }
    print(&format!(
        "The key is not in it. Keep a copy of {} in another place than the backup, and a new one after each `latchkey key \
         rotate`: without it no secret in the backup can be opened.",
        settings.key().display()
    ));
    Ok(())
}

pub(super) async fn restore(RestoreArgs { file }: RestoreArgs, data: &DataArgs) -> Result<(), CliError> {
    let settings = data.resolve()?;
    match settings.database() {
        Database::Sqlite(database) => restore_sqlite(&file, &database)?,
        Database::Postgres(url) => postgres_backup::restore(&settings, url, &file).await?,
    }
    print(
        "Start the server: `latchkey serve`. Tokens that were issued after the backup was made are refused.",
    );
    Ok(())
}

fn restore_sqlite(file: &Path, database: &Path) -> Result<(), CliError> {
    let now = SystemClock.now();
    let restored = put_back(file, database, &suffix(now), &Actor::operator(), now)?;
    print(&format!(
        "Restored {} from {}.",
        in_words(&restored.contents),
        file.display()
    ));
    if let Some(replaced) = restored.replaced {
        print(&format!(
            "The database that was there is now {}; delete it when you no longer need it.",
            replaced.display()
        ));
    }
    if usize::try_from(restored.contents.schema).is_ok_and(|schema| schema < SqliteStore::latest_schema()) {
        print(&format!(
            "It has schema {}; the next start brings it to schema {}, after a backup.",
            restored.contents.schema,
            SqliteStore::latest_schema()
        ));
    }
    Ok(())
}

/// Opening would create an empty database, and a backup of that is a trap.
pub(super) fn open_existing(database: &Path) -> Result<SqliteStore, CliError> {
    if std::fs::metadata(database).is_ok_and(|metadata| metadata.len() > 0) {
        return Ok(SqliteStore::open_file(database)?);
    }
    Err(CliError::Failed(format!(
        "there is no database at {}: name its folder with --data-dir",
        database.display()
    )))
}

fn in_words(contents: &Contents) -> String {
    format!(
        "“{}” ({}, {})",
        contents.network,
        counted(contents.members, "member"),
        counted(contents.applications, "application")
    )
}

/// `252 KiB`, `1.4 GiB`.
pub(super) fn size(bytes: u64) -> String {
    const KIB: u64 = 1_024;
    let tenths = |unit: u64| format!("{}.{}", bytes / unit, bytes % unit * 10 / unit);
    match bytes {
        0..KIB => format!("{bytes} bytes"),
        KIB..0x10_0000 => format!("{} KiB", bytes / KIB),
        0x10_0000..0x4000_0000 => format!("{} MiB", tenths(0x10_0000)),
        _ => format!("{} GiB", tenths(0x4000_0000)),
    }
}

/// `20270115T080000Z`, for a file's name.
fn suffix(at: Timestamp) -> String {
    jiff::Timestamp::from_millisecond(at.as_millis())
        .unwrap_or_default()
        .strftime("%Y%m%dT%H%M%SZ")
        .to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_in_words() {
        assert_eq!(
            [10, 2_048, 1_572_864, 5_368_709_120].map(size),
            ["10 bytes", "2 KiB", "1.5 MiB", "5.0 GiB"]
        );
    }
}
