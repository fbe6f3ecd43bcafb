//! Where the data is: settings of every command.

use std::path::{Path, PathBuf};

use clap::Args;

use super::{Database, DatabaseArgument, PublicUrl, SettingsFile, database};
use crate::error::CliError;

/// Where the data is: what every command takes.
#[derive(Args, Clone, Debug, Default)]
#[command(next_help_heading = "Data")]
pub(crate) struct DataArgs {
    /// The folder with the database and its key [default: ./data]
    #[arg(long, global = true, value_name = "DIR", env = "LATCHKEY_DATA_DIR")]
    pub(crate) data_dir: Option<PathBuf>,

    /// The database, if it is not latchkey.db in the data folder: a file, with its latchkey.key beside it, or a URL like
    /// <postgres://latchkey@db.example.org/latchkey>, with its latchkey.key in the data folder
    #[arg(
        long,
        global = true,
        value_name = "FILE|URL",
        env = "LATCHKEY_DATABASE_URL",
        hide_env_values = true
    )]
    pub(crate) database: Option<DatabaseArgument>,

    /// A file with the password of the database, for a URL without one
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        env = "LATCHKEY_DATABASE_PASSWORD_FILE"
    )]
    pub(crate) database_password_file: Option<PathBuf>,

    /// The settings file; flags and environment override it [default: ./latchkey.toml, if it exists]
    #[arg(long, global = true, value_name = "FILE", env = "LATCHKEY_CONFIG")]
    pub(crate) config: Option<PathBuf>,

    /// Whether to back up a database with a URL into the data folder before a new version of Latchkey changes its schema;
    /// a database file is always backed up, beside it [default: true]
    #[arg(
        long,
        global = true,
        value_name = "true|false",
        env = "LATCHKEY_UPGRADE_BACKUP",
        action = clap::ArgAction::Set
    )]
    pub(crate) upgrade_backup: Option<bool>,
}

/// Where the data is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DataSettings {
    pub(crate) data_dir: PathBuf,
    /// The database, if it is not a file in the data folder.
    pub(crate) database: Option<Database>,
    /// Whether a `PostgreSQL` database is backed up before its schema changes.
    pub(crate) upgrade_backup: bool,
}

impl DataArgs {
    /// The settings; the file applies where no flag or variable does.
    pub(crate) fn resolve(&self) -> Result<DataSettings, CliError> {
        self.with(&self.file()?)
    }

    /// The address that browsers use, if the file with settings has it.
    pub(crate) fn public_url(&self) -> Result<Option<PublicUrl>, CliError> {
        Ok(self.file()?.public_url)
    }

    pub(crate) fn file(&self) -> Result<SettingsFile, CliError> {
        SettingsFile::read(self.config.as_deref())
    }

    pub(super) fn with(&self, file: &SettingsFile) -> Result<DataSettings, CliError> {
        let data_dir = self.data_dir.clone().or_else(|| file.data_dir.clone());
        let database = match &self.database {
            Some(DatabaseArgument(Ok(database))) => Some(database.clone()),
            Some(DatabaseArgument(Err(why))) => return Err(CliError::Usage(format!("--database: {why}"))),
            None => file.database.clone(),
        };
        let password_file = self.database_password_file.as_ref();
        let database = match password_file.or(file.database_password_file.as_ref()) {
            Some(file) => database::with_password_of(file, database)
                .map_err(|why| CliError::Usage(format!("--database-password-file: {why}")))?,
            None => database,
        };
        Ok(DataSettings {
            data_dir: data_dir.unwrap_or_else(|| PathBuf::from("data")),
            database,
            upgrade_backup: self.upgrade_backup.or(file.upgrade_backup).unwrap_or(true),
        })
    }
}

impl DataSettings {
    pub(crate) fn database(&self) -> Database {
        self.database.clone().unwrap_or_else(|| {
            Database::Sqlite(self.data_dir.join(latchkey_storage_sql::sqlite::DATABASE_FILE))
        })
    }

    /// The key file: beside a database file, otherwise in the data folder.
    pub(crate) fn key(&self) -> PathBuf {
        match self.database() {
            Database::Sqlite(file) => file.with_file_name(latchkey_storage_sql::sqlite::KEY_FILE),
            Database::Postgres(_) => self.data_dir.join(latchkey_storage_sql::sqlite::KEY_FILE),
        }
    }

    /// The folder with the key, and the database if it is a file.
    pub(crate) fn folder(&self) -> PathBuf {
        let folder = self.key().parent().map(Path::to_path_buf).unwrap_or_default();
        if folder.as_os_str().is_empty() {
            PathBuf::from(".")
        } else {
            folder
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_is_beside_the_database() {
        let mut settings = DataSettings {
            data_dir: "data".into(),
            database: None,
            upgrade_backup: true,
        };
        assert_eq!(settings.database(), Database::Sqlite("data/latchkey.db".into()));
        assert_eq!(settings.key(), Path::new("data/latchkey.key"));
        settings.database = "/srv/club.db".parse().ok();
        assert_eq!(settings.key(), Path::new("/srv/latchkey.key"));
        settings.database = "club.db".parse().ok();
        assert_eq!(settings.folder(), Path::new("."));
        settings.database = "postgres://l@db/latchkey".parse().ok();
        assert_eq!(settings.key(), Path::new("data/latchkey.key"));
    }
}
