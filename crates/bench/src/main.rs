//! Measures the real binary: requests per second, response times, memory, and time until ready. A bare axum endpoint is
//! measured in the same run, by the same client, on the same machine, because only the ratio says anything about
//! Latchkey. `endure` checks whether it keeps what it acknowledged when it is killed, filled or starved. Everything
//! stays on the loopback interface and stops by itself.

mod application;
mod applications;
mod bare;
mod chance;
mod client;
mod endure;
mod headless;
mod load;
mod memory;
mod oauth;
mod person;
mod process;
mod series;
mod statistics;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result, ensure};
use clap::{Parser, Subcommand};

use self::applications::Pages;
use self::oauth::Endpoints;

/// Measures Latchkey beside a bare axum endpoint. Without a command: applications, headless, oauth and size.
#[derive(Parser)]
#[command(
    name = "latchkey-bench",
    after_help = "LATCHKEY=/path/to/latchkey names the binary; `postgres` as the database is a private cluster for the run."
)]
struct Arguments {
    /// One short round, or a small size, to see that it works
    #[arg(long, global = true)]
    quick: bool,
    #[command(subcommand)]
    command: Option<Command>,
}

#[derive(Subcommand)]
enum Command {
    /// The admin's pages with ten applications and with ten thousand, and with a million entries of activity
    Applications(applications::Pages),
    /// The Headless API of a large network
    Headless,
    /// The OAuth endpoints
    Oauth(oauth::Endpoints),
    /// How soon the server is ready, and how much memory it uses at rest
    Size,
    /// Only serve the bare endpoint, on a port that is printed
    Bare,
    #[command(flatten)]
    Endure(endure::Command),
}

/// What to measure.
#[derive(Clone, Copy)]
struct Plan {
    /// How often each thing is measured. The median is printed.
    rounds: usize,
    /// The duration of a round, in seconds.
    seconds: u64,
    /// The number of members that the Headless API lists.
    members: usize,
    /// The number of posts that it searches.
    posts: usize,
}

fn main() -> ExitCode {
    let Arguments { quick, command } = Arguments::parse();
    let plan = if quick {
        Plan {
            rounds: 1,
            seconds: 1,
            members: 2_000,
            posts: 5_000,
        }
    } else {
        Plan {
            rounds: 5,
            seconds: 3,
            members: 20_000,
            posts: 100_000,
        }
    };
    let outcome = match command {
        None => all(plan, quick),
        Some(Command::Applications(pages)) => run(applications::measure(pages, quick, plan.rounds)),
        Some(Command::Headless) => run(headless::measure(plan)),
        Some(Command::Oauth(endpoints)) => run(oauth::measure(endpoints, plan)),
        Some(Command::Size) => run(memory::measure(plan)),
        Some(Command::Bare) => bare::serve(),
        Some(Command::Endure(command)) => run(endure::run(command, quick)),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("latchkey-bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn all(plan: Plan, quick: bool) -> Result<()> {
    run(memory::measure(plan))?;
    run(oauth::measure(Endpoints::default(), plan))?;
    run(applications::measure(Pages::default(), quick, plan.rounds))?;
    run(headless::measure(plan))
}

/// The load comes from one thread, so that it uses little of the processor that it shares with the servers.
fn run<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?
        .block_on(work)
}

/// The binary: `LATCHKEY`, or the one in the same folder as this program.
fn latchkey() -> Result<PathBuf> {
    if let Some(path) = std::env::var_os("LATCHKEY") {
        let path = PathBuf::from(path);
        return path
            .canonicalize()
            .with_context(|| format!("LATCHKEY names {}, which is not there", path.display()));
    }
    let path = std::env::current_exe()?.with_file_name("latchkey");
    ensure!(path.exists(), "{} is missing: run `make build`", path.display());
    path.canonicalize().context("cannot find the binary")
}
