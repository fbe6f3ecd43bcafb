//! A real Patroni cluster: etcd and two members, a leader and a synchronous standby. It uses a temporary folder and
//! ports of the loopback interface, and is removed when dropped.

mod member;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use latchkey_testing::postgres::programs;
use rustix::process::Signal;
use tempfile::TempDir;

use self::member::Member;
use super::postgres::{Client, give_to_postgres, last_lines};
use crate::process::{Process, free_address, log_at, said_by};

/// How long members may take to agree.
const PATIENCE: Duration = Duration::from_secs(120);

/// The cluster.
pub(super) struct Patroni {
    members: [Member; 2],
    // Dropped after the members, which need it to agree and have their files in the folder.
    _etcd: Process,
    _folder: TempDir,
    programs: PathBuf,
}

/// What is missing on this machine; `None` if it can run a cluster.
pub(super) fn missing() -> Option<&'static str> {
    ["patroni", "etcd"]
        .into_iter()
        .find(|program| Command::new(program).arg("--version").output().is_err())
}

impl Patroni {
    /// Creates a cluster and waits until both members are in order.
    pub(super) fn start() -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("latchkey-pt.").tempdir()?;
        let client = free_address()?.to_string();
        let etcd = start_etcd(&folder.path().join("etcd"), &client)?;
        let programs = programs();
        let member = |name| Member::prepare(name, folder.path(), &programs, &client);
        let members = [member("one")?, member("two")?];
        give_to_postgres(folder.path())?;
        let mut cluster = Self {
            members,
            _etcd: etcd,
            _folder: folder,
            programs,
        };
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
        let sql = format!("CREATE DATABASE {name} TEMPLATE template0");
        self.client(leader).sql("postgres", &sql)?;
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
        let switch = ["switchover", "latchkey", "--force"];
        self.control(
            leader,
            &[&switch[..], &["--master", from, "--candidate", to]].concat(),
        )?;
        self.wait("leads", |cluster| cluster.leader() == Some(1 - leader))?;
        Ok(started.elapsed())
    }

    /// Starts members that are down and waits until both are in sync again.
    pub(super) fn mend(&mut self) -> Result<()> {
        for member in &mut self.members {
            if member.process.is_none() {
                member.start()?;
            }
        }
        self.wait_until_in_step()
    }

    /// Checks every table and index of a database on both members. Problems are errors.
    pub(super) fn check(&self, database: &str) -> Result<()> {
        let leader = self.leader().context("nobody leads")?;
        self.client(leader).check(database)
    }

    /// Patroni's control program, with a member's settings.
    fn control(&self, member: usize, arguments: &[&str]) -> Result<String> {
        let settings = self.members[member].folder.join("patroni.yml");
        let mut command = Command::new("patronictl");
        said_by("patronictl", command.arg("-c").arg(settings).args(arguments))
    }

    /// The member that accepts writes.
    fn leader(&self) -> Option<usize> {
        (0..self.members.len()).find(|at| {
            self.members[*at].process.is_some()
                && self
                    .client(*at)
                    .sql("postgres", "SELECT pg_is_in_recovery()")
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
                .map(|leader| cluster.client(leader).sql("postgres", in_step));
            said.is_some_and(|said| said.is_ok_and(|said| said == "1"))
        })?;
        self.wait("may lead next", |cluster| {
            let listed = cluster.control(0, &["list", "--format", "json"]);
            listed.is_ok_and(|listed| listed.contains("\"Sync Standby\""))
        })
    }

    fn wait(&self, what: &str, is_so: impl Fn(&Self) -> bool) -> Result<()> {
        let started = Instant::now();
        while !is_so(self) {
            let log = |member: &Member| last_lines(&member.folder.join("log"), 3);
            ensure!(
                started.elapsed() <= PATIENCE,
                "after {PATIENCE:?} nobody {what}: {} // {}",
                log(&self.members[0]),
                log(&self.members[1])
            );
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }

    fn client(&self, member: usize) -> Client<'_> {
        let port = self.members[member].port.to_string();
        Client {
            programs: &self.programs,
            at: ["-h", "127.0.0.1", "-p", &port].map(str::to_owned).into(),
        }
    }
}

/// A single etcd member, which the Patroni members use for consensus. It listens for clients at `client`.
fn start_etcd(folder: &Path, client: &str) -> Result<Process> {
    fs::create_dir(folder)?;
    let client = format!("http://{client}");
    let peer = format!("http://{}", free_address()?);
    let log = log_at(&folder.join("log"))?;
    let mut command = Command::new("etcd");
    command
        .arg("--data-dir")
        .arg(folder.join("data"))
        .args([
            "--listen-client-urls",
            &client,
            "--advertise-client-urls",
            &client,
        ])
        .args(["--listen-peer-urls", &peer])
        .args(["--initial-advertise-peer-urls", &peer])
        .args(["--initial-cluster", &format!("default={peer}")])
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log);
    Process::start(&mut command, Signal::KILL)
}
