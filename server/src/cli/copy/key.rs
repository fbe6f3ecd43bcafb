//! The key of a copy: a copy is useless without the key that sealed its secrets.

use std::path::PathBuf;

use latchkey_storage_sql::copy::{Place, Source};
use latchkey_storage_sql::keyring::Keyring;

use super::End;
use crate::cli::open::{KEY_VARIABLE, key_of_environment, make_folder};
use crate::error::CliError;

/// The state of the key at the target.
pub(in crate::cli) enum Key {
    /// The target has a key.
    There { ring: Keyring, place: String },
    /// The target has none yet: it comes from the source.
    Missing {
        ring: Keyring,
        from: String,
        path: PathBuf,
    },
}

/// Looks for the key at the target, and if there is none, at the source.
pub(in crate::cli) fn look(source: &Source, from: &End, to: &End) -> Result<Key, CliError> {
    if let Some((ring, place)) = at(to)? {
        if source.is_sealed_with(&ring) {
            return Ok(Key::There { ring, place });
        }
        return Err(CliError::Failed(format!(
            "the key at {place} is not the one that {} was sealed with: put the key of the source in its place, a copy of {}, \
             and copy again",
            from.place,
            name(from)
        )));
    }
    let path = to.settings.key();
    match at(from)? {
        Some((ring, place)) if source.is_sealed_with(&ring) => Ok(Key::Missing {
            ring,
            from: place,
            path,
        }),
        _ => Err(CliError::Failed(format!(
            "the key that {} was sealed with is neither at {} nor at {}: put the latchkey.key that belongs to it there, and \
             copy again",
            from.place,
            name(from),
            path.display()
        ))),
    }
}

/// The keys that open the database at this end, and where they are.
pub(in crate::cli) fn at(end: &End) -> Result<Option<(Keyring, String)>, CliError> {
    let path = end.settings.key();
    let is_postgres = matches!(end.place, Place::Postgres(_));
    if is_postgres && let Some(ring) = key_of_environment()? {
        return Ok(Some((ring, KEY_VARIABLE.to_owned())));
    }
    Ok(Keyring::load(&path)?.map(|ring| (ring, path.display().to_string())))
}

fn name(end: &End) -> String {
    match (&end.place, key_of_environment()) {
        (Place::Postgres(_), Ok(Some(_))) => KEY_VARIABLE.to_owned(),
        _ => end.settings.key().display().to_string(),
    }
}

impl Key {
    /// The keys that will open the target.
    pub(in crate::cli) fn ring(&self) -> &Keyring {
        let (Self::There { ring, .. } | Self::Missing { ring, .. }) = self;
        ring
    }

    /// Creates the key file if there is none.
    pub(in crate::cli) fn bring(&self) -> Result<(), CliError> {
        if let Self::Missing { ring, path, .. } = self {
            if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
                make_folder(folder)?;
            }
            ring.create_file(path)?;
        }
        Ok(())
    }

    pub(super) fn is_missing(&self) -> bool {
        matches!(self, Self::Missing { .. })
    }

    pub(super) fn place(&self) -> String {
        match self {
            Self::There { place, .. } => place.clone(),
            Self::Missing { path, .. } => path.display().to_string(),
        }
    }

    pub(super) fn would_do(&self) -> String {
        match self {
            Self::There { place, .. } => format!("The key is at {place} already."),
            Self::Missing { from, path, .. } => {
                format!("The key would be copied from {from} to {}.", path.display())
            }
        }
    }

    pub(super) fn did(&self) -> String {
        match self {
            Self::There { place, .. } => format!("The key that it is opened with is at {place}."),
            Self::Missing { from, path, .. } => {
                format!(
                    "The key was copied from {from} to {}: keep a copy of it apart from the database.",
                    path.display()
                )
            }
        }
    }
}
