//! The servers that are measured. Each is a process of its own, and ends with its value.

use std::io::{BufRead, BufReader, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::client::{Connection, get};
use crate::latchkey;

/// How long a server may take until it is ready.
const PATIENCE: Duration = Duration::from_secs(10);

/// A server that runs.
pub(crate) struct Server {
    process: Child,
    /// Where it listens.
    pub(crate) address: SocketAddr,
    /// How long it took from its start until it said that it is ready.
    pub(crate) ready_after: Duration,
}

impl Server {
    /// Latchkey on this data folder, with the demonstration's people. It logs as it does by default; nobody reads it.
    pub(crate) async fn latchkey(data: &Path) -> Result<Self> {
        let address = free_address()?;
        let begun = Instant::now();
        let process = Command::new(latchkey()?)
            .args(["serve", "--demo", "--data-dir"])
            .arg(data)
            .args(["--listen", &address.to_string()])
            // What is measured is how fast it can be, not how much it is allowed.
            .args(["--api-budget", "0"])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .context("cannot start latchkey")?;
        let mut server = Self {
            process,
            address,
            ready_after: Duration::ZERO,
        };
        server.wait_until_ready(begun).await?;
        Ok(server)
    }

    /// The bare endpoint.
    pub(crate) fn bare() -> Result<Self> {
        let begun = Instant::now();
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
            ready_after: begun.elapsed(),
        })
    }

    async fn wait_until_ready(&mut self, begun: Instant) -> Result<()> {
        while begun.elapsed() < PATIENCE {
            if let Ok(mut connection) = Connection::open(self.address).await
                && let Ok(answer) = connection.send(get("/healthz", &[])).await
                && answer.status().is_success()
            {
                self.ready_after = begun.elapsed();
                return Ok(());
            }
            if let Some(status) = self.process.try_wait()? {
                bail!("latchkey ended by itself: {status}");
            }
            tokio::time::sleep(Duration::from_micros(500)).await;
        }
        bail!("latchkey was not ready after {PATIENCE:?}")
    }

    /// The memory that the process has in use now, in bytes (`VmRSS`).
    pub(crate) fn memory(&self) -> Result<u64> {
        let path = format!("/proc/{}/status", self.process.id());
        let status = std::fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))?;
        let kibibytes = status
            .lines()
            .find_map(|line| line.strip_prefix("VmRSS:"))
            .and_then(|value| value.trim().trim_end_matches(" kB").parse::<u64>().ok())
            .with_context(|| format!("{path} has no VmRSS"))?;
        Ok(kibibytes * 1_024)
    }
}

impl Server {
    /// The processor time that the process has used so far.
    pub(crate) fn cpu(&self) -> Result<Duration> {
        // Linux counts in hundredths of a second there (proc(5), USER_HZ).
        const TICK: Duration = Duration::from_millis(10);

        let path = format!("/proc/{}/stat", self.process.id());
        let stat = std::fs::read_to_string(&path).with_context(|| format!("cannot read {path}"))?;
        // The name, in parentheses, may have spaces; user and system time are the 12th and 13th field behind it.
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
        // The data folder goes next: there is nothing to save.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// An application, made with the command line beside the running server.
pub(crate) fn create_application(data: &Path, arguments: &[&str]) -> Result<Value> {
    let mut command = vec!["app", "create", "--json"];
    command.extend_from_slice(arguments);
    Ok(serde_json::from_str(&run(data, &command, "")?)?)
}

/// Runs a command of the command line beside the running server; what it printed.
pub(crate) fn run(data: &Path, arguments: &[&str], input: &str) -> Result<String> {
    let mut process = Command::new(latchkey()?)
        .args(arguments)
        .arg("--data-dir")
        .arg(data)
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
            "latchkey {}: {}",
            arguments.join(" "),
            String::from_utf8_lossy(&output.stderr)
        );
    }
    Ok(String::from_utf8(output.stdout)?)
}

/// A port that is free now. The server cannot say which one it took before it is ready, and that is what is measured.
fn free_address() -> Result<SocketAddr> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    Ok(listener.local_addr()?)
}
