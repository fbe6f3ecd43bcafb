//! The folder of the backups that are made before a database gets a new schema, of which the last few stay.

use std::path::{Path, PathBuf};
use std::{fs, io};

use super::errors::backup_failed;
use crate::files;
use latchkey_storage::StoreError;

/// How many of them stay.
const KEPT: usize = 3;

/// The folder's name in the data folder.
const FOLDER: &str = "backups";

/// The backups of one database.
pub(crate) struct BeforeUpgrade<'stem> {
    folder: PathBuf,
    stem: &'stem str,
}

impl<'stem> BeforeUpgrade<'stem> {
    /// Makes the folder in `data`, for its owner alone. The names of these backups begin with `stem`.
    pub(crate) fn in_folder(data: &Path, stem: &'stem str) -> Result<Self, StoreError> {
        let folder = data.join(FOLDER);
        files::create_private_folder(&folder).map_err(|error| backup_failed(&folder, &error))?;
        Ok(Self { folder, stem })
    }

    /// Where to write one that is made at `timestamp`, of a database with this schema.
    pub(crate) fn file(&self, timestamp: &str, schema: impl std::fmt::Display) -> PathBuf {
        self.folder
            .join(format!("{}-{timestamp}-schema-{schema}.db", self.stem))
    }

    /// Deletes all but the newest.
    pub(crate) fn delete_oldest(&self) -> Result<(), StoreError> {
        self.delete_all_but_newest()
            .map_err(|error| backup_failed(&self.folder, &error))
    }

    fn delete_all_but_newest(&self) -> io::Result<()> {
        let mut made: Vec<PathBuf> = fs::read_dir(&self.folder)?
            .map(|entry| entry.map(|entry| entry.path()))
            .collect::<io::Result<_>>()?;
        made.retain(|path| self.is_ours(path));
        made.sort();
        for old in made.iter().rev().skip(KEPT) {
            fs::remove_file(old)?;
        }
        Ok(())
    }

    /// Only what has a name like those that are made here; an operator may keep others beside them.
    fn is_ours(&self, path: &Path) -> bool {
        let name = path.file_stem().and_then(|name| name.to_str()).unwrap_or("");
        name.strip_prefix(self.stem)
            .is_some_and(|rest| rest.starts_with('-') && rest.contains("Z-schema-"))
            && path.extension().is_some_and(|ending| ending == "db")
    }
}
