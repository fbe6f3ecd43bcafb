//! The file that is being written, under a name that nothing opens. It goes unless it gets its own name.

use std::fs::{self, File};
use std::path::{Path, PathBuf};

use crate::DriverResult;
use crate::files;
use crate::sqlite::statements::Held;
use crate::sqlite::{connection, migrations};
use latchkey_storage::StoreError;

/// The files that `SQLite` puts beside a database.
pub(super) const BESIDE: [&str; 3] = ["-wal", "-shm", "-journal"];

/// The file.
pub(super) struct Draft {
    path: PathBuf,
    is_published: bool,
}

impl Draft {
    /// Makes a new file beside `path`, which has the tables of this or an earlier schema and nothing in them.
    pub(super) fn begin(path: &Path, schema: usize) -> Result<(Self, Held), StoreError> {
        let draft = Self {
            path: files::draft_path(path).map_err(|error| cannot_write(path, &error))?,
            is_published: false,
        };
        connection::create_file(&draft.path).map_err(|error| cannot_write(path, &error))?;
        let prepared = draft.prepare(schema);
        Ok((draft, prepared.map_err(|error| cannot_write(path, &error))?))
    }

    /// Makes a copy of the file `backup` in `folder`, and brings it to this version's schema.
    pub(super) fn upgraded(backup: &Path, folder: &Path) -> Result<Self, StoreError> {
        let failed = |error: &dyn std::fmt::Display| {
            StoreError::Open(format!(
                "cannot bring a copy of {} in {} to this version's schema: {error}",
                backup.display(),
                folder.display()
            ))
        };
        let draft = Self {
            path: files::draft_path(&folder.join("restore")).map_err(|error| failed(&error))?,
            is_published: false,
        };
        connection::create_file(&draft.path)
            .and_then(|()| {
                let mut to = fs::OpenOptions::new().write(true).open(&draft.path)?;
                std::io::copy(&mut File::open(backup)?, &mut to)
            })
            .map_err(|error| failed(&error))?;
        let db = connection::open_for_writing(&draft.path).map_err(|error| failed(&error))?;
        migrations::run_on_draft(&Held::new(db), &draft.path, migrations::LATEST)
            .map_err(|error| failed(&error))?;
        Ok(draft)
    }

    fn prepare(&self, schema: usize) -> Result<Held, StoreError> {
        let connection = connection::open_for_writing(&self.path).or_store_error()?;
        // The file is useless if this process ends before it is whole; it is brought onto the disk at the end.
        connection
            .pragma_update_and_check(None, "journal_mode", "MEMORY", |_| Ok(()))
            .or_store_error()?;
        connection
            .pragma_update(None, "synchronous", "OFF")
            .or_store_error()?;
        connection
            .pragma_update(None, "cache_size", -64 * 1_024)
            .or_store_error()?;
        let db = Held::new(connection);
        migrations::run_on_draft(&db, &self.path, schema)?;
        db.lock()
            .execute_batch("BEGIN IMMEDIATE; DELETE FROM network; DELETE FROM meta WHERE key <> 'written_by'")
            .or_store_error()?;
        Ok(db)
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// Brings it onto the disk. It is no longer open.
    pub(super) fn sync(&self) -> std::io::Result<u64> {
        let file = File::open(&self.path)?;
        file.sync_all()?;
        Ok(file.metadata()?.len())
    }

    /// It has its own name now.
    pub(super) fn published(mut self) {
        self.is_published = true;
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        if self.is_published {
            return;
        }
        let _ = fs::remove_file(&self.path);
        for ending in BESIDE {
            let _ = fs::remove_file(beside(&self.path, ending));
        }
    }
}

pub(super) fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

pub(super) fn cannot_write(path: &Path, error: &dyn std::fmt::Display) -> StoreError {
    StoreError::Open(format!("cannot write {}: {error}", path.display()))
}
