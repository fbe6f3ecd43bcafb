//! Caches results of slow steps by the hash of their input, so that an unchanged input costs nothing.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

/// A folder of results. Results that a run did not use are deleted at its end, so that the folder does not grow.
pub(crate) struct Cache {
    folder: PathBuf,
    used: RefCell<BTreeSet<String>>,
}

impl Cache {
    /// Opens the folder. Creates it if necessary.
    pub(crate) fn open(folder: PathBuf) -> Result<Self> {
        fs::create_dir_all(&folder).with_context(|| format!("cannot create {}", folder.display()))?;
        Ok(Self {
            folder,
            used: RefCell::default(),
        })
    }

    /// The cached result of `key`, or a new one from `make`.
    pub(crate) fn get_or_make(&self, key: &str, make: impl FnOnce() -> Result<Vec<u8>>) -> Result<Vec<u8>> {
        self.used.borrow_mut().insert(key.to_owned());
        let path = self.folder.join(key);
        if let Ok(kept) = fs::read(&path) {
            return Ok(kept);
        }
        let result = make()?;
        // Write to another name first: an interrupted run must not leave a partial result under the final name.
        let unfinished = self.folder.join("unfinished");
        fs::write(&unfinished, &result).with_context(|| format!("cannot write {}", unfinished.display()))?;
        fs::rename(&unfinished, &path).with_context(|| format!("cannot write {}", path.display()))?;
        Ok(result)
    }

    /// Deletes results that this run did not use.
    pub(crate) fn drop_unused(self) -> Result<()> {
        let used = self.used.into_inner();
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            if !entry.file_name().to_str().is_some_and(|name| used.contains(name)) {
                fs::remove_file(entry.path())?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn never() -> Result<Vec<u8>> {
        anyhow::bail!("made again")
    }

    #[test]
    fn a_result_is_made_once_and_kept_while_it_is_used() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let open = || Cache::open(folder.path().join("cache"));

        let first = open()?;
        first.get_or_make("a", || Ok(b"result".to_vec()))?;
        first.get_or_make("b", || Ok(b"other".to_vec()))?;
        first.drop_unused()?;

        let second = open()?;
        assert_eq!(second.get_or_make("a", never)?, b"result");
        second.drop_unused()?;

        let third = open()?;
        assert_eq!(third.get_or_make("a", never)?, b"result");
        assert!(
            third.get_or_make("b", never).is_err(),
            "what the second run did not use is gone"
        );
        Ok(())
    }

    #[test]
    fn a_failure_is_not_kept() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let cache = Cache::open(folder.path().to_path_buf())?;
        assert!(cache.get_or_make("a", never).is_err());
        assert_eq!(cache.get_or_make("a", || Ok(b"result".to_vec()))?, b"result");
        Ok(())
    }
}
