//! A Patroni member and its `PostgreSQL`.

use std::fs;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use rustix::process::{Pid, Signal, kill_process};

use crate::endure::postgres::unprivileged;
use crate::process::{Process, free_address, log_at};

/// A member.
pub(super) struct Member {
    pub(super) name: &'static str,
    pub(super) folder: PathBuf,
    /// The port of its `PostgreSQL`.
    pub(super) port: u16,
    /// `None` while it is down.
    pub(super) process: Option<Process>,
}

impl Member {
    /// Writes its settings, without starting it.
    pub(super) fn prepare(name: &'static str, folder: &Path, programs: &Path, etcd: &str) -> Result<Self> {
        let (api, port) = (free_address()?, free_address()?.port());
        let folder = folder.join(name);
        fs::create_dir(&folder)?;
        let (home, bin) = (folder.display(), programs.display());
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
        let log = log_at(&self.folder.join("log"))?;
        let mut command = unprivileged(Path::new("patroni"));
        command
            .arg(self.folder.join("patroni.yml"))
            .stdout(log.try_clone()?)
            .stderr(log)
            // Signals of the terminal to this process must not reach it: it is killed below.
            .process_group(0);
        // On a normal stop it also stops its PostgreSQL.
        self.process = Some(Process::start(&mut command, Signal::TERM)?);
        Ok(())
    }

    /// Kills it as `kill -9` does. Patroni first, so that it does not restart its `PostgreSQL`, which has its own
    /// session.
    pub(super) fn kill(&mut self) -> Result<()> {
        if let Some(process) = self.process.take() {
            process.end_by(Signal::KILL);
        }
        let pid = fs::read_to_string(self.folder.join("data/postmaster.pid"))?;
        let pid = pid
            .lines()
            .next()
            .and_then(|pid| Pid::from_raw(pid.parse().ok()?));
        kill_process(pid.context("no number in postmaster.pid")?, Signal::KILL)
            .with_context(|| format!("PostgreSQL of {} was gone already", self.name))
    }
}
