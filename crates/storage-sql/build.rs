//! Lists the migrations of each database: a new one is a file in its folder, and nothing else.

use std::ffi::OsStr;
use std::fmt::Write as _;
use std::io::{Error, Result};
use std::path::{Path, PathBuf};
use std::{env, fs};

fn main() -> Result<()> {
    let folder = |name: &str| {
        env::var_os(name)
            .map(PathBuf::from)
            .ok_or_else(|| Error::other(name))
    };
    let (crate_folder, out) = (folder("CARGO_MANIFEST_DIR")?, folder("OUT_DIR")?);
    for database in ["sqlite", "postgres"] {
        let migrations = crate_folder.join("src").join(database).join("migrations");
        println!("cargo::rerun-if-changed={}", migrations.display());
        fs::write(out.join(format!("{database}_migrations.rs")), list(&migrations)?)?;
    }
    Ok(())
}

/// The migrations in a folder: the name of each, without its number, and its SQL.
fn list(folder: &Path) -> Result<String> {
    let mut files = fs::read_dir(folder)?
        .map(|entry| Ok(entry?.path()))
        .collect::<Result<Vec<_>>>()?;
    // Editors keep files of their own beside.
    files.retain(|file| file.extension().is_some_and(|extension| extension == "sql"));
    files.sort();
    let mut list = "&[".to_owned();
    for (file, number) in files.iter().zip(1..) {
        let name = file.file_name().and_then(OsStr::to_str).unwrap_or_default();
        let name = name
            .strip_prefix(&format!("{number:04}_"))
            .and_then(|name| name.strip_suffix(".sql"))
            .ok_or_else(|| {
                Error::other(format!(
                    "{}: expected {number:04}_name.sql: migrations are numbered without gaps",
                    file.display()
                ))
            })?;
        let file = file.to_string_lossy();
        write!(list, "({name:?}, include_str!({file:?})), ").map_err(Error::other)?;
    }
    Ok(list + "]")
}
