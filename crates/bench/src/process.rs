//! The servers that are measured, and other processes. Each is killed when dropped.

use std::fs::{File, OpenOptions};
use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use rustix::process::{Pid, Signal, kill_process};
use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::client::{Connection, get};
use crate::latchkey;

/// How long a server may take until it is ready.
const PATIENCE: Duration = Duration::from_secs(30);

/// A process. When it is dropped it gets a signal, and its end is waited for.
pub(crate) struct Process {
    child: Child,
    /// The signal that it gets when it is dropped.
    ends_by: Signal,
}

impl Process {
    /// Starts it.
    pub(crate) fn start(command: &mut Command, ends_by: Signal) -> Result<Self> {
        let child = command
            .spawn()
            .with_context(|| format!("cannot start {}", command.get_program().display()))?;
        Ok(Self { child, ends_by })
    }

    /// Whether it ended by itself, and its status.
    pub(crate) fn ended(&mut self) -> Result<Option<ExitStatus>> {
        Ok(self.child.try_wait()?)
    }

    /// Gives it another signal than when it is dropped, and waits for its end.
    pub(crate) fn end_by(mut self, signal: Signal) {
        self.ends_by = signal;
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            let _ = kill_process(Pid::from_child(&self.child), self.ends_by);
        }
        let _ = self.child.wait();
    }
}

/// Runs a command to its end. Returns its output; an error contains all that `name` said.
pub(crate) fn said_by(name: &str, command: &mut Command) -> Result<String> {
    judge(name, command.output()?)
}

fn judge(name: &str, output: Output) -> Result<String> {
    ensure!(
        output.status.success(),
        "{name}: {}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(String::from_utf8(output.stdout)?)
}

/// Opens a log, at its end.
pub(crate) fn log_at(path: &Path) -> Result<File> {
    Ok(OpenOptions::new().create(true).append(true).open(path)?)
}

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

    /// Starts the server through another program, with its arguments.
    pub(crate) fn start_through<const N: usize>(&mut self, program: [&str; N]) {
        self.through = program.map(str::to_owned).into();
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
        let name = format!("latchkey {}", arguments.join(" "));
        judge(&name, process.wait_with_output()?)
    }

    /// The same for a command that prints JSON.
    pub(crate) fn json<T: DeserializeOwned>(&self, arguments: &[&str]) -> Result<T> {
        let said = self.run(arguments, "")?;
        serde_json::from_str(&said).with_context(|| format!("latchkey {}", arguments.join(" ")))
    }

    /// The path of the network's Headless API.
    pub(crate) fn graphql_path(&self) -> Result<String> {
        let network: Value = self.json(&["network", "show", "--json"])?;
        let slug = network["slug"].as_str().context("the network has no slug")?;
        Ok(format!("/networks/{slug}/graphql"))
    }
}

/// A running server.
pub(crate) struct Server {
    process: Process,
    /// Its address.
    pub(crate) address: SocketAddr,
    /// The time from its start until it was ready.
    pub(crate) ready_after: Duration,
}

impl Server {
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
            Some(path) => Stdio::from(log_at(path)?),
            None => Stdio::null(),
        };
        let mut command = setup.command(&["serve", "--demo", "--listen", &address.to_string()])?;
        command
            // The host that the clients here send.
            .env("LATCHKEY_PUBLIC_URL", format!("http://{address}"))
            .stdout(Stdio::null())
            .stderr(log);
        Ok(Self {
            // The data folder is deleted next, so there is nothing to save.
            process: Process::start(&mut command, Signal::KILL)?,
            address,
            ready_after: Duration::ZERO,
        })
    }

    /// The bare endpoint.
    pub(crate) fn bare() -> Result<Self> {
        let started = Instant::now();
        let mut command = Command::new(std::env::current_exe()?);
        command.arg("bare").stdout(Stdio::piped());
        let mut process = Process::start(&mut command, Signal::KILL)?;
        let output = process.child.stdout.take();
        let mut line = String::new();
        BufReader::new(output.context("the bare endpoint has no output")?).read_line(&mut line)?;
        Ok(Self {
            process,
            address: line.trim().parse().context("the bare endpoint did not start")?,
            ready_after: started.elapsed(),
        })
    }

    /// Kills it as `kill -9` does and waits for its end.
    pub(crate) fn kill(self) {
        self.process.end_by(Signal::KILL);
    }

    /// Stops it as a service manager does and waits for its end.
    pub(crate) fn stop(self) {
        self.process.end_by(Signal::TERM);
    }

    /// Whether it ended by itself, and its status.
    pub(crate) fn ended(&mut self) -> Result<Option<ExitStatus>> {
        self.process.ended()
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
            if let Some(status) = self.ended()? {
                bail!("latchkey ended by itself: {status}");
            }
            tokio::time::sleep(Duration::from_micros(500)).await;
        }
        bail!("latchkey was not ready after {PATIENCE:?}")
    }

    /// What the system knows of the process (proc(5)).
    fn proc(&self, name: &str) -> PathBuf {
        format!("/proc/{}/{name}", self.process.child.id()).into()
    }

    /// The number of its open files and connections.
    pub(crate) fn open_files(&self) -> Result<usize> {
        Ok(std::fs::read_dir(self.proc("fd"))?.count())
    }

    /// The memory that the process uses now, in bytes.
    pub(crate) fn memory(&self) -> Result<u64> {
        self.memory_as("VmRSS:")
    }

    /// Restarts the measurement of peak memory.
    pub(crate) fn reset_peak(&self) -> Result<()> {
        // Sets the peak to the current use.
        std::fs::write(self.proc("clear_refs"), "5").context("cannot write to clear_refs")
    }

    /// The peak memory of the process since [`Server::reset_peak`], in bytes.
    pub(crate) fn peak(&self) -> Result<u64> {
        self.memory_as("VmHWM:")
    }

    fn memory_as(&self, line: &str) -> Result<u64> {
        let status = std::fs::read_to_string(self.proc("status"))?;
        let kibibytes = status
            .lines()
            .find_map(|text| text.strip_prefix(line))
            .and_then(|value| value.trim().trim_end_matches(" kB").parse::<u64>().ok())
            .with_context(|| format!("the status of the process has no {line}"))?;
        Ok(kibibytes * 1_024)
    }

    /// The processor time of the process so far.
    pub(crate) fn cpu(&self) -> Result<Duration> {
        // Linux counts it in hundredths of a second (USER_HZ).
        const TICK: Duration = Duration::from_millis(10);

        let stat = std::fs::read_to_string(self.proc("stat"))?;
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

/// A port that is free now. The server cannot report its own port before it is ready, and that time is measured.
pub(crate) fn free_address() -> Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    Ok(listener.local_addr()?)
}
