//! Which database to use.

use std::path::{Path, PathBuf};
use std::str::FromStr;

use serde::Deserialize;

/// An `SQLite` file: a path, or a URL like `sqlite:club.db` or `sqlite:///srv/club.db`.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Database(PathBuf);

impl Database {
    /// The file.
    pub fn path(&self) -> &Path {
        &self.0
    }

    pub(super) fn below(self, folder: &Path) -> Self {
        Self(folder.join(self.0))
    }
}

impl FromStr for Database {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let path = match text.split_once(':') {
            Some(("postgres" | "postgresql", _)) => {
                return Err("this build of Latchkey keeps its data in SQLite, not PostgreSQL: give the path of a file, \
                     or leave --database out and use --data-dir"
                    .to_owned());
            }
            Some(("sqlite" | "file", rest)) => rest.strip_prefix("//").unwrap_or(rest),
            Some((scheme, rest)) if rest.starts_with("//") => {
                return Err(format!(
                    "{scheme}:// is not supported: give the path of an SQLite file"
                ));
            }
            _ => text,
        };
        if path.is_empty() {
            return Err("expected the path of an SQLite file, like /srv/latchkey/latchkey.db".to_owned());
        }
        Ok(Self(path.into()))
    }
}

impl TryFrom<String> for Database {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
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
            assert_eq!(text.parse::<Database>().unwrap().path(), Path::new(path));
        }
    }

    #[test]
    fn says_what_is_not_supported() {
        for text in ["postgres://localhost/latchkey", "postgresql://localhost/latchkey"] {
            assert!(
                text.parse::<Database>()
                    .unwrap_err()
                    .contains("keeps its data in SQLite"),
                "{text}"
            );
        }
        assert!(
            "mysql://localhost/x"
                .parse::<Database>()
                .unwrap_err()
                .contains("mysql:// is not supported")
        );
        assert!("".parse::<Database>().is_err() && "sqlite:".parse::<Database>().is_err());
    }
}
