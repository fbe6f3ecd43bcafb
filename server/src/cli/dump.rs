//! A backup of a `PostgreSQL` database before a new schema, made by `PostgreSQL`'s own `pg_dump`, which knows every schema.
//!
//! A node need not have that program: without it the log says that there is no backup, and the new schema is made all the
//! same, since the steps to it are made whole or not at all.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use latchkey_domain::{Clock, Timestamp};
use latchkey_store::postgres::PostgresUrl;

use super::open::make_folder;
use crate::system::SystemClock;

/// So many stay.
const KEPT: usize = 3;

/// Copies the database at `url`, which has this schema, into `backups` in this folder.
pub(super) fn before_migration(url: &PostgresUrl, folder: &Path, schema: i64) {
    match dump(url, &folder.join("backups"), schema, SystemClock.now()) {
        Ok(file) => tracing::info!(file = %file.display(), schema, "backed up before a new schema"),
        Err(why) => tracing::warn!(
            schema,
            why,
            "there is no backup from before the new schema: restore one of your own if you want to go back"
        ),
    }
}

fn dump(url: &PostgresUrl, folder: &Path, schema: i64, now: Timestamp) -> Result<PathBuf, String> {
    make_folder(folder).map_err(|error| error.to_string())?;
    let time = jiff::Timestamp::from_millisecond(now.as_millis()).unwrap_or_default();
    let name = format!(
        "latchkey-{}-schema-{schema}.dump",
        time.strftime("%Y%m%dT%H%M%SZ")
    );
    let draft = folder.join(format!("{name}.{}.new", std::process::id()));
    let made = write(url, &draft).and_then(|()| {
        let target = folder.join(name);
        fs::rename(&draft, &target).map_err(|error| error.to_string())?;
        Ok(target)
    });
    if made.is_err() {
        let _ = fs::remove_file(&draft);
    }
    let made = made?;
    forget_oldest(folder).map_err(|error| error.to_string())?;
    Ok(made)
}

fn write(url: &PostgresUrl, draft: &Path) -> Result<(), String> {
    // Made first, for its owner alone: the program writes into what is there.
    let mut options = fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(draft).map_err(|error| error.to_string())?;
    // The password goes by the environment, since everybody on a machine can read arguments.
    let output = Command::new("pg_dump")
        .args(["--format=custom", "--no-owner", "--no-password", "--file"])
        .arg(draft)
        .envs(url.for_programs())
        .stdin(Stdio::null())
        .output()
        .map_err(|error| format!("pg_dump cannot be run: {error}"))?;
    if output.status.success() {
        return Ok(());
    }
    let words = String::from_utf8_lossy(&output.stderr);
    Err(format!("pg_dump failed: {}", words.trim().replace('\n', "; ")))
}

/// Only what has a name like those that are made here: an operator may keep others beside them.
fn forget_oldest(folder: &Path) -> std::io::Result<()> {
    let mut made = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or("");
        let stem = name
            .strip_prefix("latchkey-")
            .and_then(|rest| rest.strip_suffix(".dump"));
        if stem.is_some_and(|stem| stem.contains("Z-schema-")) {
            made.push(path);
        }
    }
    made.sort();
    let over = made.len().saturating_sub(KEPT);
    made[..over].iter().try_for_each(fs::remove_file)
}
