//! A private `PostgreSQL` with durable commits, as in production: in a temporary folder, reachable only by a socket
//! there. It is removed when dropped.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use tempfile::TempDir;

use crate::process::Setup;

/// How long it may take to answer. After a crash it replays its log.
const PATIENCE: Duration = Duration::from_secs(60);

/// Options that make `psql` print only rows, one per line, with `|` between columns.
pub(super) const PLAIN: [&str; 6] = ["-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1"];

/// The cluster.
pub(super) struct Cluster {
    folder: TempDir,
    programs: PathBuf,
    process: Option<Child>,
}

impl Cluster {
    /// Creates a cluster and starts it.
    pub(super) fn start() -> Result<Self> {
        let mut cluster = Self {
            folder: tempfile::Builder::new().prefix("latchkey-pg.").tempdir()?,
            programs: programs()?,
            process: None,
        };
        if is_root()? {
            let owner = Command::new("chown")
                .arg("postgres")
                .arg(cluster.path())
                .status()?;
            ensure!(owner.success(), "there is no user postgres to run PostgreSQL as");
        }
        let data = cluster.path().join("data");
        let data = data.to_str().context("the temporary folder has a strange name")?;
        cluster.run(
            "initdb",
            &[
                "-D",
                data,
                "-U",
                "latchkey",
                "-A",
                "trust",
                "-E",
                "UTF8",
                "--locale=C",
            ],
        )?;
        cluster.start_again()?;
        Ok(cluster)
    }

    fn path(&self) -> &Path {
        self.folder.path()
    }

    /// `PostgreSQL` refuses to run as root.
    fn command(&self, program: &str) -> Result<Command> {
        unprivileged(&self.programs.join(program))
    }

    fn run(&self, program: &str, arguments: &[&str]) -> Result<String> {
        let output = self.command(program)?.args(arguments).output()?;
        let said = String::from_utf8_lossy(&output.stdout).into_owned();
        ensure!(
            output.status.success(),
            "{program}: {said}{}",
            String::from_utf8_lossy(&output.stderr)
        );
        Ok(said)
    }

    fn run_on_it(&self, program: &str, arguments: &[&str]) -> Result<String> {
        let socket = self.path().to_string_lossy().into_owned();
        let mut all = vec!["-h", &socket, "-U", "latchkey"];
        all.extend_from_slice(arguments);
        self.run(program, &all)
    }

    /// Creates an empty database. Returns its URL.
    pub(super) fn database(&self, name: &str) -> Result<String> {
        self.run_on_it("createdb", &["-T", "template0", name])?;
        let socket = self.path().to_string_lossy().replace('/', "%2F");
        Ok(format!("postgres://latchkey@{socket}/{name}"))
    }

    /// Runs statements in a database. Returns the rows, one per line, with `|` between columns.
    pub(super) fn sql(&self, database: &str, sql: &str) -> Result<String> {
        let mut asked = PLAIN.to_vec();
        asked.extend(["-d", database, "-c", sql]);
        Ok(self.run_on_it("psql", &asked)?.trim().to_owned())
    }

    /// Starts it and waits until it answers. Returns how long that took.
    pub(super) fn start_again(&mut self) -> Result<Duration> {
        let started = Instant::now();
        while started.elapsed() < PATIENCE {
            let log = fs::OpenOptions::new()
                .create(true)
                .append(true)
                .open(self.path().join("log"))?;
            let mut process = self
                .command("postgres")?
                .arg("-D")
                .arg(self.path().join("data"))
                .arg("-k")
                .arg(self.path())
                .args(["-c", "listen_addresses=", "-c", "max_connections=200"])
                .args(["-c", "fsync=on", "-c", "synchronous_commit=on"])
                .stdout(log.try_clone()?)
                .stderr(log)
                .spawn()?;
            // Just after a kill, old processes may still run, and it does not start beside them.
            while process.try_wait()?.is_none() {
                if self.run_on_it("pg_isready", &["-q", "-d", "postgres"]).is_ok() {
                    self.process = Some(process);
                    return Ok(started.elapsed());
                }
                ensure!(started.elapsed() < PATIENCE, "PostgreSQL does not answer");
                std::thread::sleep(Duration::from_millis(20));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        let log = fs::read_to_string(self.path().join("log")).unwrap_or_default();
        let last = log.lines().rev().take(5).collect::<Vec<_>>().join(" / ");
        bail!("PostgreSQL does not start: {last}")
    }

    /// Kills its main process as `kill -9` does. Its other processes notice and end.
    pub(super) fn kill(&mut self) -> Result<()> {
        if let Some(mut process) = self.process.take() {
            process.kill()?;
            process.wait()?;
        }
        Ok(())
    }

    /// Checks every table and index of a database. Problems are errors.
    pub(super) fn check(&self, database: &str) -> Result<()> {
        self.run_on_it(
            "psql",
            &[
                "-q",
                "-d",
                database,
                "-c",
                "CREATE EXTENSION IF NOT EXISTS amcheck",
            ],
        )?;
        self.run_on_it("pg_amcheck", &["-d", database, "--heapallindexed"])
            .map(|_| ())
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if let Some(mut process) = self.process.take() {
            // Stops at once, but unlike `kill -9` leaves no shared memory behind.
            let sent = Command::new("kill")
                .args(["-QUIT", &process.id().to_string()])
                .status();
            if !sent.is_ok_and(|status| status.success()) {
                let _ = process.kill();
            }
            let _ = process.wait();
        }
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
pub(super) fn unprivileged(program: &Path) -> Result<Command> {
    let mut command = if is_root()? {
        let mut command = Command::new("setpriv");
        command
            .args(["--reuid=postgres", "--regid=postgres", "--init-groups"])
            .arg(program);
        command
    } else {
        Command::new(program)
    };
    command.current_dir("/").stdin(Stdio::null());
    Ok(command)
}

pub(super) fn is_root() -> Result<bool> {
    Ok(Command::new("id").arg("-u").output()?.stdout.trim_ascii() == b"0")
}

/// The folder with `postgres` and `initdb`: the newest of Debian's, or that of `pg_config`.
pub(super) fn programs() -> Result<PathBuf> {
    let versions = fs::read_dir("/usr/lib/postgresql")
        .into_iter()
        .flatten()
        .flatten();
    let newest = versions
        .filter_map(|entry| {
            Some((
                entry.file_name().to_str()?.parse::<u32>().ok()?,
                entry.path().join("bin"),
            ))
        })
        .filter(|(_, bin)| bin.join("initdb").exists())
        .max();
    if let Some((_, bin)) = newest {
        return Ok(bin);
    }
    let asked = Command::new("pg_config").arg("--bindir").output();
    let bin = asked.map(|output| PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()));
    bin.ok()
        .filter(|bin| bin.join("initdb").exists())
        .context("PostgreSQL's server is not installed (on Debian: apt-get install postgresql)")
}
