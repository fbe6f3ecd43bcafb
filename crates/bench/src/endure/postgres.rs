//! A private `PostgreSQL` with durable commits, as in production: in a temporary folder, reachable only by a socket
//! there. It is removed when dropped.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use latchkey_testing::postgres::{is_root, programs};
use rustix::process::Signal;
use tempfile::TempDir;

use crate::process::{Process, Setup, log_at, said_by};

/// How long it may take to answer. After a crash it replays its log.
const PATIENCE: Duration = Duration::from_secs(60);

/// Options that make `psql` print only rows, one per line, with `|` between columns.
const PLAIN: [&str; 6] = ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"];

/// The cluster.
pub(crate) struct Cluster {
    // Dropped before the folder with its files.
    process: Option<Process>,
    folder: TempDir,
    programs: PathBuf,
}

impl Cluster {
    /// Creates a cluster and starts it.
    pub(super) fn start() -> Result<Self> {
        let mut cluster = Self {
            process: None,
            folder: tempfile::Builder::new().prefix("latchkey-pg.").tempdir()?,
            programs: programs(),
        };
        give_to_postgres(cluster.path())?;
        let mut command = unprivileged(&cluster.programs.join("initdb"));
        command.arg("-D").arg(cluster.path().join("data")).args([
            "-U",
            "latchkey",
            "-A",
            "trust",
            "-E",
            "UTF8",
            "--locale=C",
        ]);
        said_by("initdb", &mut command)?;
        cluster.start_again()?;
        Ok(cluster)
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    fn client(&self) -> Client<'_> {
        Client {
            programs: &self.programs,
            at: vec!["-h".to_owned(), self.path().to_string_lossy().into_owned()],
        }
    }

    /// Creates an empty database. Returns its URL.
    pub(super) fn database(&self, name: &str) -> Result<String> {
        self.client().run("createdb", &["-T", "template0", name])?;
        let socket = self.path().to_string_lossy().replace('/', "%2F");
        Ok(format!("postgres://latchkey@{socket}/{name}"))
    }

    /// Runs statements in a database. Returns the rows, one per line, with `|` between columns.
    pub(super) fn sql(&self, database: &str, sql: &str) -> Result<String> {
        self.client().sql(database, sql)
    }

    /// Checks every table and index of a database. Problems are errors.
    pub(super) fn check(&self, database: &str) -> Result<()> {
        self.client().check(database)
    }

    /// Starts it and waits until it answers. Returns how long that took.
    pub(super) fn start_again(&mut self) -> Result<Duration> {
        let started = Instant::now();
        while started.elapsed() < PATIENCE {
            let log = log_at(&self.path().join("log"))?;
            let mut command = unprivileged(&self.programs.join("postgres"));
            command
                .arg("-D")
                .arg(self.path().join("data"))
                .arg("-k")
                .arg(self.path())
                .args(["-c", "listen_addresses=", "-c", "max_connections=200"])
                .args(["-c", "fsync=on", "-c", "synchronous_commit=on"])
                .stdout(log.try_clone()?)
                .stderr(log);
            // Stops at once, but unlike `kill -9` leaves no shared memory behind.
            let mut process = Process::start(&mut command, Signal::QUIT)?;
            // Just after a kill, old processes may still run, and it does not start beside them.
            while process.ended()?.is_none() {
                if self.client().run("pg_isready", &["-q", "-d", "postgres"]).is_ok() {
                    self.process = Some(process);
                    return Ok(started.elapsed());
                }
                ensure!(started.elapsed() < PATIENCE, "PostgreSQL does not answer");
                std::thread::sleep(Duration::from_millis(20));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        bail!(
            "PostgreSQL does not start: {}",
            last_lines(&self.path().join("log"), 5)
        )
    }

    /// Kills its main process as `kill -9` does. Its other processes notice and end.
    pub(super) fn kill(&mut self) {
        if let Some(process) = self.process.take() {
            process.end_by(Signal::KILL);
        }
    }
}

/// The programs that ask a server.
pub(super) struct Client<'a> {
    pub(super) programs: &'a Path,
    /// The options that say where it is.
    pub(super) at: Vec<String>,
}

impl Client<'_> {
    fn run(&self, program: &str, arguments: &[&str]) -> Result<String> {
        let mut command = unprivileged(&self.programs.join(program));
        command
            .args(&self.at)
            .args(["-U", "latchkey"])
            .args(arguments)
            .env("PGCONNECT_TIMEOUT", "2");
        said_by(program, &mut command)
    }

    /// Runs statements in a database. Returns the rows, one per line, with `|` between columns.
    pub(super) fn sql(&self, database: &str, sql: &str) -> Result<String> {
        let asked = [&PLAIN[..], &["-d", database, "-c", sql]].concat();
        Ok(self.run("psql", &asked)?.trim().to_owned())
    }

    /// Checks every table and index of a database. Problems are errors.
    pub(super) fn check(&self, database: &str) -> Result<()> {
        self.sql(database, "CREATE EXTENSION IF NOT EXISTS amcheck")?;
        self.run("pg_amcheck", &["-d", database, "--heapallindexed"])?;
        Ok(())
    }
}

/// Whether the binary supports `PostgreSQL`.
pub(super) fn is_supported() -> Result<bool> {
    let nowhere = std::env::temp_dir().join("latchkey-bench-nowhere");
    let help = Setup::on(&nowhere).run(&["serve", "--help"], "")?;
    Ok(help.contains("postgres://"))
}

/// Fails if it does not.
pub(super) fn ensure_supported() -> Result<()> {
    ensure!(
        is_supported()?,
        "this binary keeps its data in SQLite alone; expected one whose `serve --help` names postgres:// (LATCHKEY=…)"
    );
    Ok(())
}

/// A command of `PostgreSQL`, run as a user that it accepts.
pub(super) fn unprivileged(program: &Path) -> Command {
    let mut command = latchkey_testing::postgres::unprivileged(program);
    command.current_dir("/").stdin(Stdio::null());
    command
}

/// Gives a folder to that user.
pub(super) fn give_to_postgres(folder: &Path) -> Result<()> {
    if is_root() {
        said_by(
            "chown",
            Command::new("chown").args(["-R", "postgres"]).arg(folder),
        )
        .context("there is no user postgres to run PostgreSQL as")?;
    }
    Ok(())
}

/// The last lines of a log, the last one first.
pub(super) fn last_lines(log: &Path, count: usize) -> String {
    let log = fs::read_to_string(log).unwrap_or_default();
    log.lines().rev().take(count).collect::<Vec<_>>().join(" / ")
}
