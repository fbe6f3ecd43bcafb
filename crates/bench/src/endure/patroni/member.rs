//! A Patroni member and its `PostgreSQL`.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command};

use anyhow::{Context, Result, ensure};

use crate::endure::postgres::unprivileged;
use crate::process::free_address;

/// A member.
pub(super) struct Member {
    pub(super) name: &'static str,
    pub(super) folder: PathBuf,
    /// The port of its `PostgreSQL`.
    pub(super) port: u16,
    /// `None` while it is down.
    pub(super) process: Option<Child>,
}

impl Member {
    /// Writes its settings, without starting it.
    pub(super) fn prepare(name: &'static str, folder: &Path, programs: &Path, etcd: &str) -> Result<Self> {
        let (api, port) = (free_address()?, free_address()?.port());
        let folder = folder.join(name);
        fs::create_dir(&folder)?;
        let (home, bin) = (folder.display(), programs.display());
        let etcd = etcd.trim_start_matches("http://");
        // The shortest times that Patroni allows. A leader without a standby continues alone; `synchronous_mode_strict`
        // would prevent that.
        let settings = format!(
            "scope: latchkey\nname: {name}\n\
             restapi: {{listen: '{api}', connect_address: '{api}'}}\n\
             etcd3: {{host: '{etcd}'}}\n\
             bootstrap:\n  \
               dcs:\n    \
                 ttl: 20\n    loop_wait: 1\n    retry_timeout: 3\n    synchronous_mode: true\n    \
                 postgresql:\n      use_pg_rewind: true\n      \
                   parameters: {{max_connections: 100, fsync: 'on', synchronous_commit: 'on'}}\n  \
               initdb: [{{encoding: UTF8}}, {{locale: C}}, data-checksums]\n\
             postgresql:\n  \
               listen: 127.0.0.1:{port}\n  connect_address: 127.0.0.1:{port}\n  \
               data_dir: {home}/data\n  bin_dir: {bin}\n  pgpass: {home}/pgpass\n  \
               pg_hba: ['host all all 127.0.0.1/32 trust', 'host replication all 127.0.0.1/32 trust']\n  \
               authentication:\n    superuser: {{username: latchkey}}\n    replication: {{username: replication}}\n  \
               parameters: {{unix_socket_directories: ''}}\n"
        );
        fs::write(folder.join("patroni.yml"), settings)?;
        Ok(Self {
            name,
            folder,
            port,
            process: None,
        })
    }

    /// Starts it.
    pub(super) fn start(&mut self) -> Result<()> {
        let log = fs::OpenOptions::new()
            .create(true)
            .append(true)
            .open(self.folder.join("log"))?;
        let process = unprivileged(Path::new("patroni"))?
            .arg(self.folder.join("patroni.yml"))
            .stdout(log.try_clone()?)
            .stderr(log)
            // Signals of the terminal to this process must not reach it: it is killed below.
            .process_group(0)
            .spawn()
            .context("cannot start patroni")?;
        self.process = Some(process);
        Ok(())
    }

    /// Kills it as `kill -9` does. Patroni first, so that it does not restart its `PostgreSQL`, which has its own
    /// session.
    pub(super) fn kill(&mut self) -> Result<()> {
        if let Some(mut process) = self.process.take() {
            process.kill()?;
            process.wait()?;
        }
        let pid = fs::read_to_string(self.folder.join("data/postmaster.pid"))?;
        let pid = pid.lines().next().context("an empty postmaster.pid")?;
        let killed = Command::new("kill").args(["-9", pid]).status()?;
        ensure!(killed.success(), "PostgreSQL of {} was gone already", self.name);
        Ok(())
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        // On a normal stop it also stops its PostgreSQL.
        if let Some(mut process) = self.process.take() {
            let sent = Command::new("kill").arg(process.id().to_string()).status();
            if !sent.is_ok_and(|status| status.success()) {
                let _ = process.kill();
            }
            let _ = process.wait();
        }
    }
}
