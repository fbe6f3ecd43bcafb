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

const USAGE: &str = "\
usage: latchkey-bench [--quick] [applications | headless | oauth | size]
                        all of it, or a part; --quick: one short round, to see that it works
       latchkey-bench bare
                        only serve the bare endpoint, on a port that is printed

Whether it runs for years; each fails if something was wrong, and --quick is a small size of it:
       latchkey-bench crash [--kills 20] [--seed 1] [--database postgres]
                        kill -9 under load, again and again: nothing that was acknowledged is lost
       latchkey-bench nodes [--seconds 30] [--database postgres://...]
                        two nodes on one PostgreSQL while one of them dies and comes back
       latchkey-bench failover [--changes 9] [--seed 1]
                        a Patroni cluster whose leader is killed or relieved again and again, under load
       latchkey-bench soak [--minutes 15]
                        memory, files, disk and latency under a long load, with codes and tokens that live for minutes
       latchkey-bench volume [--grants 1000000] [--members 100000] [--database postgres]
                        introspection and rotation with a large database beside an empty one, and while it purges
       latchkey-bench faults
                        full disk, read-only, damaged, wrong key, clock, database gone: what people see
       latchkey-bench attacks [--database sqlite|postgres] [--attack NAME]
                        requests that are meant to take the server away from others: silence, memory, disk, honest clients

LATCHKEY=/path/to/latchkey names the binary; `postgres` as the database is a private cluster for the run.";

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
    let mut arguments: Vec<String> = std::env::args().skip(1).collect();
    let quick = arguments.iter().any(|argument| argument == "--quick");
    arguments.retain(|argument| argument != "--quick");
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
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let outcome = match arguments.as_slice() {
        ["bare"] => bare::serve(),
        [] => all(plan),
        ["applications"] => run(applications::measure(plan)),
        ["headless"] => run(headless::measure(plan)),
        ["oauth"] => run(oauth::measure(plan)),
        ["size"] => run(memory::measure(plan)),
        [command, options @ ..] if endure::COMMANDS.contains(command) => {
            run(endure::run(command, options, quick))
        }
        ["--help"] => {
            println!("{USAGE}");
            Ok(())
        }
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::from(2);
        }
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("latchkey-bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn all(plan: Plan) -> Result<()> {
    run(memory::measure(plan))?;
    run(oauth::measure(plan))?;
    run(applications::measure(plan))?;
    run(headless::measure(plan))
}

/// The load comes from one thread, so that it uses little of the processor that it shares with the servers.
fn run(work: impl Future<Output = Result<()>>) -> Result<()> {
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
