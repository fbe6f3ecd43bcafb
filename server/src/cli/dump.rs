//! A backup of a `PostgreSQL` database before a new schema: a script for `psql` in the data folder, of which the last few
//! stay. Without one the schema stays as it is, unless the operator says that there is another backup.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use latchkey_domain::{Clock, Timestamp};
use latchkey_storage_sql::postgres::{PostgresStore, PostgresUrl};

use super::CliError;
use super::open::make_private;
use crate::system::SystemClock;

/// So many stay.
const KEPT: usize = 3;

/// Copies the database at `url`, which has this schema, into `backups` in this folder.
pub(super) async fn before_migration(url: &PostgresUrl, folder: &Path, schema: i64) -> Result<(), CliError> {
    let folder = folder.join("backups");
    tracing::info!(schema, folder = %folder.display(), "this version has a new schema; backing up first");
    match dump(url, &folder, schema, SystemClock.now()).await {
        Ok(file) => {
            tracing::info!(file = %file.display(), schema, "backed up before the new schema");
            Ok(())
        }
        Err(why) => Err(CliError::Failed(format!(
            "this version has a new schema, and the database cannot be backed up into {} before: {why}; nothing was changed. \
             Mend that, or say --upgrade-backup false if you have a backup of your own",
            folder.display()
        ))),
    }
}

async fn dump(url: &PostgresUrl, folder: &Path, schema: i64, now: Timestamp) -> Result<PathBuf, CliError> {
    make_private(folder)?;
    let time = jiff::Timestamp::from_millisecond(now.as_millis()).unwrap_or_default();
    let name = format!("latchkey-{}-schema-{schema}.sql", time.strftime("%Y%m%dT%H%M%SZ"));
    let draft = folder.join(format!("{name}.{}.new", std::process::id()));
    let target = folder.join(name);
    let made = write(url, &draft).await;
    let made = made.and_then(|()| Ok(publish(&draft, &target, folder)?));
    if let Err(error) = made {
        let _ = fs::remove_file(&draft);
        return Err(error);
    }
    forget_oldest(folder)?;
    Ok(target)
}

/// Writes the script for its owner alone, and brings it onto the disk.
async fn write(url: &PostgresUrl, draft: &Path) -> Result<(), CliError> {
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = BufWriter::with_capacity(1 << 18, options.open(draft)?);
    PostgresStore::write_script(url, &mut file).await?;
    file.flush()?;
    file.get_ref().sync_all()?;
    Ok(())
}

fn publish(draft: &Path, target: &Path, folder: &Path) -> io::Result<()> {
    fs::rename(draft, target)?;
    // A name is on the disk only once its folder is.
    #[cfg(unix)]
    File::open(folder)?.sync_all()?;
    Ok(())
}

/// Only what has a name like those that are made here: an operator may keep others beside them.
fn forget_oldest(folder: &Path) -> io::Result<()> {
    let mut made = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or("");
        let stem = name
            .strip_prefix("latchkey-")
            .and_then(|rest| rest.strip_suffix(".sql"));
        if stem.is_some_and(|stem| stem.contains("Z-schema-")) {
            made.push(path);
        }
    }
    made.sort();
    let over = made.len().saturating_sub(KEPT);
    made[..over].iter().try_for_each(fs::remove_file)
}
