//! Opening the database.

use std::fs;
use std::path::Path;

use super::checkpoints::Checkpoints;
use super::errors;
use super::in_use::InUse;
use super::readers::Readers;
use super::statements::Held;
use super::watch::Identity;
use super::writer::Writer;
use super::{Sqlite, SqliteStore, backup, connection, migrations};
use crate::files;
use crate::keychain::{Current, Keychain};
use crate::keyring::Keyring;
use crate::keys::ServerKey;
use crate::slow::SlowLog;
use latchkey_storage::StoreError;

/// The database's name in the data folder.
pub const DATABASE_FILE: &str = "latchkey.db";

/// The key's name in the data folder.
pub const KEY_FILE: &str = "latchkey.key";

impl SqliteStore {
    /// Opens the data folder: its key and its database. What is missing is made, but never a key for a database that
    /// has one already.
    pub fn open_folder(folder: &Path) -> Result<Self, StoreError> {
        create_folder(folder)?;
        Self::open_file(&folder.join(DATABASE_FILE))
    }

    /// The same for a database of any name, whose key is beside it.
    pub fn open_file(database: &Path) -> Result<Self, StoreError> {
        let key = database.with_file_name(KEY_FILE);
        // Before anything is looked at: a backup may be on its way to this place.
        let in_use = InUse::share(database)?;
        // An empty file is a new database.
        let has_database = fs::metadata(database).is_ok_and(|metadata| metadata.len() > 0);
        let keys = Keyring::load_or_create(&key, !has_database)?;
        Self::open_with(database, in_use, keys, &key)
    }

    /// Opens the database at `path`, or makes it, and brings it to this version's schema.
    pub fn open(path: &Path, key: ServerKey) -> Result<Self, StoreError> {
        Self::open_with(
            path,
            InUse::share(path)?,
            Keyring::of(key),
            &path.with_file_name(KEY_FILE),
        )
    }

    fn open_with(path: &Path, in_use: InUse, keys: Keyring, key_path: &Path) -> Result<Self, StoreError> {
        let explain = |error| errors::explain(path, &error);
        connection::create_file(path).map_err(|error| {
            StoreError::Open(format!(
                "cannot create the database {}: {error}; make its folder writable for the user that runs Latchkey, or \
                 choose another with --data-dir",
                path.display()
            ))
        })?;
        let writing = connection::open_for_writing(path).map_err(explain)?;
        migrations::refuse_foreign(&writing, path)?;
        connection::prepare_for_writing(&writing).map_err(explain)?;
        let writing = Held::new(writing);
        if let Some(schema) = migrations::older_schema(&writing)? {
            backup::before_migration(&writing, path, schema)?;
        }
        migrations::run(&writing, path, &keys.current().fingerprint())?;
        let keys = match migrations::refuse_other_key(&writing, path, key_path, &keys) {
            Ok(()) => keys,
            // It may have been rotated since the file was read.
            Err(_) => Keyring::load(key_path)?.unwrap_or(keys),
        };
        migrations::refuse_other_key(&writing, path, key_path, &keys)?;

        let cores = std::thread::available_parallelism().map_or(2, |cores| cores.get().max(2));
        let checkpoints = Checkpoints::open(path).map_err(explain)?;
        let scans = Readers::open(path, cores).map_err(explain)?;
        Ok(Self(Sqlite {
            lookups: Readers::open(path, cores).map_err(explain)?,
            scans: scans.outlived_by(checkpoints.tidy()).into(),
            checkpoints,
            writer: Writer::start(writing)?,
            path: path.to_owned(),
            identity: Identity::of(path)?,
            slow: SlowLog::default(),
            keychain: Keychain::new(Some(key_path.to_owned()), Current::OfFile, keys),
            key_path: key_path.to_owned(),
            _in_use: in_use,
        }))
    }
}

pub(super) fn create_folder(folder: &Path) -> Result<(), StoreError> {
    files::create_private_folder(folder).map_err(|error| {
        StoreError::Open(format!(
            "cannot create the data folder {}: {error}; create it yourself and make it writable for the user that runs \
             Latchkey, or choose another with --data-dir",
            folder.display()
        ))
    })
}
