//! A real Patroni cluster: etcd and two members, a leader and a synchronous standby. It uses a temporary folder and
//! ports of the loopback interface, and is removed when dropped.

mod etcd;
mod member;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use tempfile::TempDir;

use self::etcd::Etcd;
use self::member::Member;
use super::postgres::{PLAIN, is_root, programs, unprivileged};
use crate::process::free_address;

/// How long members may take to agree.
const PATIENCE: Duration = Duration::from_secs(120);

/// The cluster.
pub(super) struct Patroni {
    members: [Member; 2],
    // Dropped after the members, which need it to agree and have their files in the folder.
    _etcd: Etcd,
    folder: TempDir,
    programs: PathBuf,
}

/// What is missing on this machine; `None` if it can run a cluster.
pub(super) fn missing() -> Option<&'static str> {
    ["patroni", "etcd"].into_iter().find(|program| {
        let found = Command::new(program)
            .arg("--version")
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        found.is_err()
    })
}

impl Patroni {
    /// Creates a cluster and waits until both members are in order.
    pub(super) fn start() -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("latchkey-pt.").tempdir()?;
        let client = format!("http://{}", free_address()?);
        let etcd = Etcd::start(&folder.path().join("etcd"), &client)?;
        let programs = programs()?;
        let member = |name| Member::prepare(name, folder.path(), &programs, &client);
        let mut cluster = Self {
            members: [member("one")?, member("two")?],
            folder,
            programs,
            _etcd: etcd,
        };
        own(cluster.folder.path())?;
        // The first member creates the database, the second copies it.
        cluster.members[0].start()?;
        cluster.wait("leads", |cluster| cluster.leader() == Some(0))?;
        cluster.members[1].start()?;
        cluster.wait_until_in_step()?;
        Ok(cluster)
    }

    /// Creates an empty database. Returns a URL with both members.
    pub(super) fn database(&self, name: &str) -> Result<String> {
        let leader = self.leader().context("nobody leads")?;
        self.query_sql(
            leader,
            "postgres",
            &format!("CREATE DATABASE {name} TEMPLATE template0"),
        )?;
        let [one, two] = [self.members[0].port, self.members[1].port];
        Ok(format!(
            "postgres://latchkey@127.0.0.1:{one},127.0.0.1:{two}/{name}?target_session_attrs=read-write&connect_timeout=2"
        ))
    }

    /// Kills the leader, Patroni and `PostgreSQL`, as `kill -9` does. Returns how long it took until the other led.
    pub(super) fn lose_leader(&mut self) -> Result<Duration> {
        let (leader, started) = (self.leader().context("nobody leads")?, Instant::now());
        self.members[leader].kill()?;
        self.wait("leads", |cluster| cluster.leader() == Some(1 - leader))?;
        Ok(started.elapsed())
    }

    /// Switches to the other leader, as for maintenance. Returns how long that took.
    pub(super) fn switch_leader(&mut self) -> Result<Duration> {
        let (leader, started) = (self.leader().context("nobody leads")?, Instant::now());
        let (from, to) = (self.members[leader].name, self.members[1 - leader].name);
        let output = self
            .control(leader)
            .args([
                "switchover",
                "latchkey",
                "--master",
                from,
                "--candidate",
                to,
                "--force",
            ])
            .output()?;
        ensure!(
            output.status.success(),
            "patronictl: {}{}",
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        self.wait("leads", |cluster| cluster.leader() == Some(1 - leader))?;
        Ok(started.elapsed())
    }

    /// Starts members that are down and waits until both are in sync again.
    pub(super) fn mend(&mut self) -> Result<Duration> {
        let started = Instant::now();
        for member in &mut self.members {
            if member.process.is_none() {
                member.start()?;
            }
        }
        self.wait_until_in_step()?;
        Ok(started.elapsed())
    }

    /// Checks every table and index of a database on both members. Problems are errors.
    pub(super) fn check(&self, database: &str) -> Result<()> {
        let leader = self.leader().context("nobody leads")?;
        self.query_sql(leader, database, "CREATE EXTENSION IF NOT EXISTS amcheck")?;
        let checked = self
            .client("pg_amcheck", leader)?
            .args(["-d", database, "--heapallindexed"])
            .output()?;
        ensure!(
            checked.status.success(),
            "pg_amcheck: {}{}",
            String::from_utf8_lossy(&checked.stdout),
            String::from_utf8_lossy(&checked.stderr)
        );
        Ok(())
    }

    /// Patroni's control program, with a member's settings.
    fn control(&self, member: usize) -> Command {
        let mut command = Command::new("patronictl");
        command
            .arg("-c")
            .arg(self.members[member].folder.join("patroni.yml"));
        command
    }

    /// The member that accepts writes.
    fn leader(&self) -> Option<usize> {
        (0..self.members.len()).find(|at| {
            self.members[*at].process.is_some()
                && self
                    .query_sql(*at, "postgres", "SELECT pg_is_in_recovery()")
                    .is_ok_and(|said| said == "f")
        })
    }

    /// A commit waits for the other member again, and Patroni has recorded that it may lead next, which happens later.
    fn wait_until_in_step(&self) -> Result<()> {
        let in_step =
            "SELECT count(*) FROM pg_stat_replication WHERE sync_state = 'sync' AND state = 'streaming'";
        self.wait("has a member in step", |cluster| {
            let said = cluster
                .leader()
                .map(|leader| cluster.query_sql(leader, "postgres", in_step));
            said.is_some_and(|said| said.is_ok_and(|said| said == "1"))
        })?;
        self.wait("may lead next", |cluster| {
            let listed = cluster.control(0).args(["list", "--format", "json"]).output();
            listed.is_ok_and(|listed| String::from_utf8_lossy(&listed.stdout).contains("\"Sync Standby\""))
        })
    }

    fn wait(&self, what: &str, is_so: impl Fn(&Self) -> bool) -> Result<()> {
        let started = Instant::now();
        while !is_so(self) {
            if started.elapsed() > PATIENCE {
                let log = |member: &Member| {
                    let log = fs::read_to_string(member.folder.join("log")).unwrap_or_default();
                    log.lines().rev().take(3).collect::<Vec<_>>().join(" / ")
                };
                bail!(
                    "after {PATIENCE:?} nobody {what}: {} // {}",
                    log(&self.members[0]),
                    log(&self.members[1])
                );
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    fn client(&self, program: &str, member: usize) -> Result<Command> {
        let port = self.members[member].port.to_string();
        let mut command = unprivileged(&self.programs.join(program))?;
        command.args(["-h", "127.0.0.1", "-p", &port, "-U", "latchkey"]);
        Ok(command)
    }

    fn query_sql(&self, member: usize, database: &str, sql: &str) -> Result<String> {
        let output = self
            .client("psql", member)?
            .env("PGCONNECT_TIMEOUT", "2")
            .args(PLAIN)
            .args(["-d", database, "-c", sql])
            .output()?;
        ensure!(
            output.status.success(),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
    }
}

/// Gives the folder to the user of `PostgreSQL`.
fn own(folder: &Path) -> Result<()> {
    if is_root()? {
        let owner = Command::new("chown")
            .args(["-R", "postgres"])
            .arg(folder)
            .status()?;
        ensure!(owner.success(), "there is no user postgres to run PostgreSQL as");
    }
    Ok(())
}
