//! Reads and writes the key file. A reader never sees half of one.

use std::fs::{self, File};
use std::io::{self, ErrorKind, Read, Write};
use std::path::Path;

use zeroize::Zeroizing;

use crate::files::{self, Draft};
use crate::keys::FORMAT;
use latchkey_storage::StoreError;

/// Writes the whole file under another name and then links it to its own, so that half a key is never read and
/// of two processes that start at once one wins. On a file system without links the file is made in place.
pub(crate) fn create_file(path: &Path, text: &str) -> io::Result<()> {
    let draft = Draft::beside(path)?;
    write_new(draft.path(), text)?;
    match fs::hard_link(draft.path(), path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => write_new(path, text)?,
        linked => linked?,
    }
    files::sync_folder_of(path)
}

/// The text of the key file at `path`; `None` if there is none.
pub(crate) fn read_file(path: &Path) -> Result<Option<Zeroizing<String>>, StoreError> {
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(unreadable(path, &error)),
    };
    // A key file is a few lines; whatever is longer is something else, and is not read to its end.
    let mut text = Zeroizing::new(String::with_capacity(4_096));
    match file.take(4_096).read_to_string(&mut text) {
        Ok(_) => Ok(Some(text)),
        Err(error) if error.kind() == ErrorKind::InvalidData => Err(malformed(path)),
        Err(error) => Err(unreadable(path, &error)),
    }
}

/// Puts `text` in place of the key file at `path`: written whole under another name, on the disk, and then renamed.
pub(crate) fn replace_file(path: &Path, text: &str) -> io::Result<()> {
    let draft = Draft::beside(path)?;
    write_new(draft.path(), text)?;
    draft.replace(path)
}

fn write_new(path: &Path, text: &str) -> io::Result<()> {
    let mut file = files::create_private(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()
}

fn unreadable(path: &Path, error: &io::Error) -> StoreError {
    StoreError::Open(format!(
        "cannot read the key file {}: {error}; make it readable for the user that runs Latchkey",
        path.display()
    ))
}

pub(crate) fn malformed(path: &Path) -> StoreError {
    StoreError::Open(format!(
        "the key file {} is malformed: expected the line “{FORMAT}” with 43 characters behind it; put the original \
         file back, from a backup if need be",
        path.display()
    ))
}

/// Logged when a folder is opened, not each time the file is read.
#[cfg(unix)]
pub(crate) fn warn_if_others_can_read(path: &Path) {
    use std::os::unix::fs::PermissionsExt;

    if fs::metadata(path).is_ok_and(|metadata| metadata.permissions().mode() & 0o077 != 0) {
        tracing::warn!(
            "other users of this machine can read the key file; run: chmod 600 {}",
            path.display()
        );
    }
}

#[cfg(not(unix))]
pub(crate) fn warn_if_others_can_read(_path: &Path) {}
