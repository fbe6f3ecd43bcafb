//! Files and folders for their owner alone, and files that are there whole or not at all.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

use crate::random;

/// The files that `SQLite` puts beside a database.
pub(crate) const BESIDE: [&str; 3] = ["-wal", "-shm", "-journal"];

/// A file that is being written, under a name that nothing opens. What still has that name goes when this is dropped.
pub(crate) struct Draft(PathBuf);

impl Draft {
    /// An unused name beside `path`.
    pub(crate) fn beside(path: &Path) -> io::Result<Self> {
        let number = random::bytes()
            .map(u64::from_ne_bytes)
            .map_err(io::Error::other)?;
        Ok(Self(with_ending(path, &format!(".{number:016x}.new"))))
    }

    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Makes it, a copy of `original`.
    pub(crate) fn fill_from(&self, original: &Path) -> io::Result<()> {
        io::copy(&mut File::open(original)?, &mut create_private(&self.0)?).map(|_| ())
    }

    /// Brings it onto the disk. Returns how large it is.
    pub(crate) fn sync(&self) -> io::Result<u64> {
        let file = File::open(&self.0)?;
        file.sync_all()?;
        Ok(file.metadata()?.len())
    }

    /// Puts it in place of the file at `path`.
    pub(crate) fn replace(&self, path: &Path) -> io::Result<()> {
        fs::rename(&self.0, path)?;
        sync_folder_of(path)
    }
}

impl Drop for Draft {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.0);
        for ending in BESIDE {
            let _ = fs::remove_file(with_ending(&self.0, ending));
        }
    }
}

/// `path` with something behind its name.
pub(crate) fn with_ending(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

/// Makes a new file that only its owner can read.
pub(crate) fn create_private(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Makes a folder that only its owner can read, if there is none.
pub(crate) fn create_private_folder(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
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
