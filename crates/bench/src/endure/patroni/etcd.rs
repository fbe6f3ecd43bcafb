//! A single etcd member, which the Patroni members use for consensus.

use std::fs;
use std::path::Path;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result};

use crate::process::free_address;

/// Its process.
pub(super) struct Etcd(Child);

impl Etcd {
    /// Starts it, listening for clients at `client`.
    pub(super) fn start(folder: &Path, client: &str) -> Result<Self> {
        fs::create_dir(folder)?;
        let peer = format!("http://{}", free_address()?);
        let log = fs::File::create(folder.join("log"))?;
        let process = Command::new("etcd")
            .arg("--data-dir")
            .arg(folder.join("data"))
            .args(["--listen-client-urls", client, "--advertise-client-urls", client])
            .args([
                "--listen-peer-urls",
                &peer,
                "--initial-advertise-peer-urls",
                &peer,
            ])
            .args(["--initial-cluster", &format!("default={peer}")])
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .context("cannot start etcd")?;
        Ok(Self(process))
    }
}

impl Drop for Etcd {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}
