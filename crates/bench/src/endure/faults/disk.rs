//! A full disk, and a data folder that is not writable.

use std::fs::{self, File, Permissions};
use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use http::StatusCode;
use latchkey_testing::postgres::is_root;

use super::Row;
use super::stage::Stage;
use crate::process::{Setup, said_by};

/// The size of the disk that fills up, in MiB.
const SIZE: u64 = 8;
/// The most registrations to try until the disk is full.
const MOST: usize = 20_000;

/// A small file system in memory, removed when dropped.
struct SmallDisk(PathBuf);

impl SmallDisk {
    fn mount(path: &Path) -> Option<Self> {
        let options = format!("size={SIZE}m,mode=700");
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", &options, "latchkey-bench"])
            .arg(path)
            .output();
        mounted
            .is_ok_and(|mounted| mounted.status.success())
            .then(|| Self(path.to_owned()))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        // Lazily: programs that still have a file open there keep it until they close it.
        let _ = Command::new("umount").arg("-l").arg(&self.0).status();
    }
}

/// The disk is full: data can be read, nothing new is acknowledged, and it recovers when there is space.
pub(super) async fn full() -> Result<Row> {
    let folder = tempfile::tempdir()?;
    let data = folder.path().join("data");
    fs::create_dir(&data)?;
    let disk = SmallDisk::mount(&data);
    let mut setup = Setup::on(&data);
    if disk.is_none() {
        // Without permission to mount: no file may exceed 4 MiB. The signal for that must become an error.
        let limited = "trap '' XFSZ; ulimit -f 8192; exec \"$@\"";
        setup.start_through(["sh", "-c", limited, "sh"]);
    }
    let mut stage = Stage::on(folder, setup).await?;
    let ballast = stage.file("ballast");
    if disk.is_some() {
        let mut file = File::create(&ballast)?;
        // The last write is the one that does not fit.
        while file.write_all(&[0; 4_096]).is_ok() {}
    }
    let mut registered = 0;
    while stage.register().await? {
        registered += 1;
        ensure!(registered < MOST, "the disk does not get full");
    }
    let seen = stage.see().await?;
    ensure!(
        seen.read.status.is_success(),
        "what is there cannot be read: {}",
        seen.text()
    );
    ensure!(
        seen.write.status == StatusCode::SERVICE_UNAVAILABLE,
        "it does not say to try again later: {}",
        seen.text()
    );
    let log = stage.last_error()?;
    let after = if disk.is_some() {
        fs::remove_file(&ballast)?;
        "goes on as soon as there is room, without a restart; nothing acknowledged is lost"
    } else {
        stage.stop();
        stage.setup.through.clear();
        stage.start().await?;
        "goes on after a restart without the limit (it could not be lifted while it ran); nothing acknowledged is lost"
    };
    stage.is_well().await?;
    stage.stop();
    crate::endure::database::check_integrity(&stage.setup.data)?;
    Ok(Row {
        fault: "the disk is full",
        seen: seen.text(),
        log,
        after: after.to_owned(),
    })
}

/// The server's user may read the data folder, but not write to it.
pub(super) async fn read_only() -> Result<Row> {
    let mut stage = Stage::new().await?;
    stage.stop();
    let data = stage.setup.data.clone();
    if is_root() {
        // Root may write everywhere, so another user runs it.
        let above = data.parent().context("no folder above")?;
        said_by(
            "chown",
            Command::new("chown").args(["-R", "65534:65534"]).arg(above),
        )?;
        let nobody = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"];
        stage.setup.start_through(nobody);
    }
    allow(&data, 0o500, 0o400)?;
    let log = stage.fails_to_start().await;
    allow(&data, 0o700, 0o600)?;
    let log = log?;
    stage.starts_well().await?;
    Ok(Row {
        fault: "the data folder is read-only at the start",
        seen: "nothing: the server does not start".to_owned(),
        log,
        after: "starts once it can write; nothing is lost".to_owned(),
    })
}

fn allow(data: &Path, folder: u32, files: u32) -> Result<()> {
    for file in fs::read_dir(data)? {
        fs::set_permissions(file?.path(), Permissions::from_mode(files))?;
    }
    fs::set_permissions(data, Permissions::from_mode(folder))?;
    Ok(())
}
