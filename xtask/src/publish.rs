//! Moves the finished site to where the server's build finds it: atomically, and only if it changed.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result};

/// The files of the site by path.
pub(crate) type Files = BTreeMap<String, Vec<u8>>;

/// Replaces the folder `site` with `files`. Returns whether anything changed. If not, it does not touch the folder, so
/// that the server is not compiled again.
pub(crate) fn publish(files: &Files, site: &Path) -> Result<bool> {
    if read(site).is_ok_and(|standing| standing == *files) {
        return Ok(false);
    }
    let fresh = site.with_extension("new");
    let stale = site.with_extension("old");
    for folder in [&fresh, &stale] {
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
    }
    for (path, content) in files {
        let path = fresh.join(path);
        if let Some(folder) = path.parent() {
            fs::create_dir_all(folder)?;
        }
        fs::write(&path, content).with_context(|| format!("cannot write {}", path.display()))?;
    }
    if site.exists() {
        fs::rename(site, &stale)?;
    }
    fs::rename(&fresh, site)?;
    if stale.exists() {
        fs::remove_dir_all(stale)?;
    }
    Ok(true)
}

/// All files below a folder.
pub(crate) fn read(folder: &Path) -> Result<Files> {
    let mut files = Files::new();
    collect(folder, "", &mut files)?;
    Ok(files)
}

fn collect(folder: &Path, prefix: &str, files: &mut Files) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("cannot read {}", folder.display()))? {
        let entry = entry?;
        let name = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), &format!("{name}/"), files)?;
        } else {
            files.insert(name, fs::read(entry.path())?);
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stale_goes_and_what_is_unchanged_is_left_alone() -> Result<()> {
        let folder = tempfile::tempdir()?;
        let site = folder.path().join("site");
        let first = Files::from([
            ("pkg/a.js".into(), b"1".to_vec()),
            ("icon.svg".into(), b"2".to_vec()),
        ]);
        let second = Files::from([("pkg/b.js".into(), b"3".to_vec())]);
        assert!(publish(&first, &site)?);
        assert!(!publish(&first, &site)?);
        assert!(publish(&second, &site)?);
        assert_eq!(read(&site)?, second);
        assert_eq!(
            fs::read_dir(folder.path())?.count(),
            1,
            "nothing is left beside it"
        );
        Ok(())
    }
}
