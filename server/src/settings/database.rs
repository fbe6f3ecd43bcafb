//! Which database to use.

use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::str::FromStr;

use latchkey_storage_sql::postgres::PostgresUrl;
use zeroize::Zeroizing;

/// Where the data is kept. Printing it shows no password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Database {
    /// An `SQLite` file: a path, or a URL like `sqlite:club.db` or `sqlite:///srv/club.db`.
    Sqlite(PathBuf),
    /// A `PostgreSQL` database: a URL like `postgres://latchkey:password@db.example.org/latchkey`.
    Postgres(PostgresUrl),
}

impl Database {
    /// Adds the password from a file, for a URL that many can see, as in a container's settings or a process's
    /// arguments.
    pub(crate) fn with_password_of(self, file: &Path) -> Result<Self, String> {
        let Self::Postgres(url) = self else {
            return Err(NO_URL.to_owned());
        };
        let text = std::fs::read_to_string(file)
            .map(Zeroizing::new)
            .map_err(|error| format!("cannot read {}: {error}", file.display()))?;
        // Editors add a line end.
        let password = text.trim_end_matches(['\r', '\n']);
        if password.is_empty() {
            return Err(format!("{} is empty", file.display()));
        }
        Ok(Self::Postgres(url.with_password(password)?))
    }

    pub(super) fn below(self, folder: &Path) -> Self {
        match self {
            Self::Sqlite(path) => Self::Sqlite(folder.join(path)),
            Self::Postgres(url) => Self::Postgres(url),
        }
    }
}

/// Why a password in a file does not apply.
const NO_URL: &str = "it is for a database with a postgres:// URL, and there is none";

/// Adds the password from a file to the database of the settings.
pub(super) fn with_password_of(file: &Path, database: Option<Database>) -> Result<Option<Database>, String> {
    match database {
        Some(database) => database.with_password_of(file).map(Some),
        None => Err(NO_URL.to_owned()),
    }
}

impl FromStr for Database {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if PostgresUrl::is_meant(text) {
            return text.parse().map(Self::Postgres);
        }
        let path = match text.split_once(':') {
            Some(("sqlite" | "file", rest)) => rest.strip_prefix("//").unwrap_or(rest),
            Some((scheme, rest)) if rest.starts_with("//") => {
                return Err(format!(
                    "{scheme}:// is not supported: give the path of an SQLite file, or a URL with postgres://"
                ));
            }
            _ => text,
        };
        if path.is_empty() {
            return Err("expected the path of an SQLite file, like /srv/latchkey/latchkey.db".to_owned());
        }
        Ok(Self::Sqlite(path.into()))
    }
}

/// A [`Database`] as an argument. An error is kept for later: the command line's own message would repeat the
/// argument, and a URL may contain a password.
#[derive(Clone, Debug)]
pub(crate) struct DatabaseArgument(pub(crate) Result<Database, String>);

impl FromStr for DatabaseArgument {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Infallible> {
        Ok(Self(text.parse()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_paths_and_urls() {
        for (text, path) in [
            ("club.db", "club.db"),
            ("/srv/club.db", "/srv/club.db"),
            ("sqlite:club.db", "club.db"),
            ("sqlite:///srv/club.db", "/srv/club.db"),
            ("sqlite://club.db", "club.db"),
        ] {
            assert_eq!(text.parse(), Ok(Database::Sqlite(path.into())));
        }
        for text in [
            "postgres://l@localhost/latchkey",
            "postgresql://l:x@localhost/latchkey",
        ] {
            let Ok(Database::Postgres(url)) = text.parse() else {
                panic!("{text}");
            };
            assert_eq!(url.to_string(), "postgres://l@localhost/latchkey");
        }
    }

    #[test]
    fn says_what_is_not_supported() {
        assert!(
            "mysql://localhost/x"
                .parse::<Database>()
                .unwrap_err()
                .contains("mysql:// is not supported")
        );
        assert!("".parse::<Database>().is_err() && "sqlite:".parse::<Database>().is_err());
        assert!("postgres:latchkey".parse::<Database>().is_err());
    }

    #[test]
    fn a_password_may_stand_in_a_file() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("password");
        let with = |text: &str| with_password_of(&file, text.parse().ok());
        assert!(with("postgres://l@db/x").unwrap_err().contains("cannot read"));
        std::fs::write(&file, "\n").unwrap();
        assert!(with("postgres://l@db/x").unwrap_err().ends_with("is empty"));
        std::fs::write(&file, "geheim\n").unwrap();
        let expected = "postgres://l:geheim@db/x".parse::<Database>().unwrap();
        assert_eq!(with("postgres://l@db/x"), Ok(Some(expected)));
        assert!(with("postgres://l:anders@db/x").unwrap_err().contains("already"));
        assert!(with("club.db").unwrap_err().contains("postgres://"));
    }

    #[test]
    fn a_password_is_not_repeated() {
        let argument: DatabaseArgument = "postgres://l:geheim@db:x/latchkey".parse().unwrap();
        assert!(!format!("{argument:?}").contains("geheim"), "{argument:?}");
        assert!(argument.0.is_err());
    }
}
