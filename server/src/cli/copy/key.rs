//! The key of a copy: a copy is useless without the key that sealed its secrets.

use std::path::PathBuf;

use latchkey_storage_sql::copy::{Place, Source};
use latchkey_storage_sql::keyring::Keyring;

use super::End;
use crate::cli::open::{KEY_VARIABLE, key_of_environment, make_folder};
use crate::error::CliError;

/// The key at the target.
pub(super) struct Key {
    pub(super) ring: Keyring,
    /// Where it is, or has to be.
    pub(super) place: String,
    /// If the target has none yet: where the source has it, and the file that it is copied to.
    missing: Option<(String, PathBuf)>,
}

/// Looks for the key at the target, and if there is none, at the source.
pub(super) fn look(source: &Source, from: &End, to: &End) -> Result<Key, CliError> {
    if let Some((ring, place)) = at(to)? {
        if source.is_sealed_with(&ring) {
            return Ok(Key {
                ring,
                place,
                missing: None,
            });
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
        Some((ring, place)) if source.is_sealed_with(&ring) => Ok(Key {
            ring,
            place: path.display().to_string(),
            missing: Some((place, path)),
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
    /// Creates the key file if there is none.
    pub(super) fn bring(&self) -> Result<(), CliError> {
        if let Some((_, path)) = &self.missing {
            if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
                make_folder(folder)?;
            }
            self.ring.create_file(path)?;
        }
        Ok(())
    }

    pub(super) fn is_missing(&self) -> bool {
        self.missing.is_some()
    }

    pub(super) fn would_do(&self) -> String {
        let place = &self.place;
        match &self.missing {
            None => format!("The key is at {place} already."),
            Some((from, _)) => format!("The key would be copied from {from} to {place}."),
        }
    }

    pub(super) fn did(&self) -> String {
        let place = &self.place;
        match &self.missing {
            None => format!("The key that it is opened with is at {place}."),
            Some((from, _)) => {
                format!(
                    "The key was copied from {from} to {place}: keep a copy of it apart from the database."
                )
            }
        }
    }
}
