//! Files that are there whole or not at all: drafts beside them, and names that are on the disk.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use crate::random;

/// An unused name beside `path`.
pub(crate) fn draft_path(path: &Path) -> io::Result<PathBuf> {
    let number = random::bytes()
        .map(u64::from_ne_bytes)
        .map_err(io::Error::other)?;
    let mut name = path.as_os_str().to_owned();
    name.push(format!(".{number:016x}.new"));
    Ok(name.into())
}

/// A name is on the disk only once its folder is.
pub(crate) fn sync_folder_of(path: &Path) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    #[cfg(unix)]
    File::open(folder.unwrap_or(Path::new(".")))?.sync_all()?;
    #[cfg(not(unix))]
    let _ = folder;
    Ok(())
}
