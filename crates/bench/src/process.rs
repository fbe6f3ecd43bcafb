//! The servers that are measured. Each is a separate process that is killed when dropped.

use std::fs::OpenOptions;
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::client::{Connection, get};
use crate::latchkey;
use anyhow::{Context, Result, bail, ensure};

/// How long a server may take until it is ready.
const PATIENCE: Duration = Duration::from_secs(30);

/// How to start a server. The default fits most measurements.
#[derive(Clone, Debug, Default)]
pub(crate) struct Setup {
    /// The data folder.
    pub(crate) data: PathBuf,
    /// A database outside the data folder.
    pub(crate) database: Option<String>,
    /// The file of the log. Not kept if `None`.
    pub(crate) log: Option<PathBuf>,
    /// Settings of the server, as environment variables.
    pub(crate) settings: Vec<(&'static str, &'static str)>,
    /// A program that replaces itself with the server, with its arguments.
    pub(crate) through: Vec<String>,
}

impl Setup {
    /// A server on this data folder.
    pub(crate) fn on(data: &Path) -> Self {
        Self {
            data: data.to_owned(),
            ..Self::default()
        }
    }

    /// The same with another database.
    pub(crate) fn with_database(mut self, database: Option<String>) -> Self {
        self.database = database;
        self
    }

    /// The binary with these arguments and this data.
    fn command(&self, arguments: &[&str]) -> Result<Command> {
        let latchkey = latchkey()?;
        let mut command = match self.through.split_first() {
            Some((program, leading)) => {
                let mut command = Command::new(program);
                command.args(leading).arg(latchkey);
                command
            }
            None => Command::new(latchkey),
        };
        command.args(arguments).arg("--data-dir").arg(&self.data);
        if let Some(database) = &self.database {
            command.env("LATCHKEY_DATABASE_URL", database);
        }
        // No limit: the maximum speed is measured.
        command.env("LATCHKEY_API_BUDGET", "0");
        command.envs(self.settings.iter().copied());
        Ok(command)
    }

    /// Runs a command beside the running server. Returns its output.
    pub(crate) fn run(&self, arguments: &[&str], input: &str) -> Result<String> {
        let mut process = self
            .command(arguments)?
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()?;
        process
            .stdin
            .take()
            .context("no standard input")?
            .write_all(input.as_bytes())?;
        let output = process.wait_with_output()?;
        if !output.status.success() {
            bail!(
                "latchkey {}: {}{}",
                arguments.join(" "),
                String::from_utf8_lossy(&output.stdout),
                String::from_utf8_lossy(&output.stderr)
            );
        }
        Ok(String::from_utf8(output.stdout)?)
    }
}

/// A running server.
pub(crate) struct Server {
    process: Child,
    /// Its address.
    pub(crate) address: SocketAddr,
    /// The time from its start until it was ready.
    pub(crate) ready_after: Duration,
}

impl Server {
    /// Latchkey on this data folder, with the demonstration's members. It logs as by default, to nowhere.
    pub(crate) async fn latchkey(data: &Path) -> Result<Self> {
        Self::start(&Setup::on(data)).await
    }

    /// Starts Latchkey with the demonstration's members, and waits until it is ready.
    pub(crate) async fn start(setup: &Setup) -> Result<Self> {
        let started = Instant::now();
        let mut server = Self::spawn(setup)?;
        server.wait_until_ready(started).await?;
        Ok(server)
    }

    /// The same, without waiting.
    pub(crate) fn spawn(setup: &Setup) -> Result<Self> {
        let address = free_address()?;
        let log = match &setup.log {
            Some(path) => Stdio::from(OpenOptions::new().create(true).append(true).open(path)?),
            None => Stdio::null(),
        };
        let process = setup
            .command(&["serve", "--demo", "--listen", &address.to_string()])?
            // The host that the clients here send.
            .env("LATCHKEY_PUBLIC_URL", format!("http://{address}"))
            .stdout(Stdio::null())
            .stderr(log)
            .spawn()
            .context("cannot start latchkey")?;
        Ok(Self {
            process,
            address,
            ready_after: Duration::ZERO,
        })
    }

    /// Kills it as `kill -9` does and waits for its end.
    pub(crate) fn kill(mut self) -> Result<()> {
        self.process.kill()?;
        self.process.wait()?;
        Ok(())
    }

    /// Whether it ended by itself, and its status.
    pub(crate) fn ended(&mut self) -> Result<Option<ExitStatus>> {
        Ok(self.process.try_wait()?)
    }

    /// Stops it as a service manager does and waits for its end.
    pub(crate) fn stop(mut self) -> Result<()> {
        let status = Command::new("kill").arg(self.process.id().to_string()).status()?;
        ensure!(status.success(), "the server could not be told to stop");
        self.process.wait()?;
        Ok(())
    }

    /// The number of its open files and connections.
    pub(crate) fn open_files(&self) -> Result<usize> {
        Ok(std::fs::read_dir(format!("/proc/{}/fd", self.process.id()))?.count())
    }

    /// The bare endpoint.
    pub(crate) fn bare() -> Result<Self> {
        let started = Instant::now();
        let mut process = Command::new(std::env::current_exe()?)
            .arg("bare")
            .stdout(Stdio::piped())
            .spawn()?;
        let output = process.stdout.take().context("the bare endpoint has no output")?;
        let mut line = String::new();
        BufReader::new(output).read_line(&mut line)?;
        Ok(Self {
            process,
            address: line.trim().parse().context("the bare endpoint did not start")?,
            ready_after: started.elapsed(),
        })
    }

    /// Waits until it is ready. Measures from `started` on.
    pub(crate) async fn wait_until_ready(&mut self, started: Instant) -> Result<()> {
        while started.elapsed() < PATIENCE {
            if let Ok(mut connection) = Connection::open(self.address).await
                && let Ok(answer) = connection.send(get("/healthz", &[])).await
                && answer.status().is_success()
            {
                self.ready_after = started.elapsed();
                return Ok(());
            }
            if let Some(status) = self.process.try_wait()? {
                bail!("latchkey ended by itself: {status}");
            }
            tokio::time::sleep(Duration::from_micros(500)).await;
        }
        bail!("latchkey was not ready after {PATIENCE:?}")
    }

    /// The memory that the process uses now, in bytes.
    pub(crate) fn memory(&self) -> Result<u64> {
        self.memory_as("VmRSS:")
    }

    /// Restarts the measurement of peak memory.
    pub(crate) fn reset_peak(&self) -> Result<()> {
        // Sets the peak to the current use (proc(5), clear_refs).
        let path = format!("/proc/{}/clear_refs", self.process.id());
        std::fs::write(&path, "5").with_context(|| format!("cannot write {path}"))
    }

    /// The peak memory of the process since [`Server::reset_peak`], in bytes.
    pub(crate) fn peak(&self) -> Result<u64> {
        self.memory_as("VmHWM:")
    }

    fn memory_as(&self, line: &str) -> Result<u64> {
        let path = format!("/proc/{}/status", self.process.id());
        let status = std::fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))?;
        let kibibytes = status
            .lines()
            .find_map(|text| text.strip_prefix(line))
            .and_then(|value| value.trim().trim_end_matches(" kB").parse::<u64>().ok())
            .with_context(|| format!("{path} has no {line}"))?;
        Ok(kibibytes * 1_024)
    }
}

impl Server {
    /// The processor time of the process so far.
    pub(crate) fn cpu(&self) -> Result<Duration> {
        // Linux counts it in hundredths of a second (proc(5), USER_HZ).
        const TICK: Duration = Duration::from_millis(10);

        let path = format!("/proc/{}/stat", self.process.id());
        let stat = std::fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))?;
        // The name, in parentheses, may contain spaces. User and system time are the 12th and 13th field after it.
        let fields = stat.rsplit(')').next().unwrap_or_default();
        let ticks: u32 = fields
            .split_whitespace()
            .skip(11)
            .take(2)
            .filter_map(|ticks| ticks.parse::<u32>().ok())
            .sum();
        Ok(TICK * ticks)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // The data folder is deleted next, so there is nothing to save.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Runs a command beside the running server. Returns its output.
pub(crate) fn run(data: &Path, arguments: &[&str], input: &str) -> Result<String> {
    Setup::on(data).run(arguments, input)
}

/// A port that is free now. The server cannot report its own port before it is ready, and that time is measured.
pub(crate) fn free_address() -> Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    Ok(listener.local_addr()?)
}
