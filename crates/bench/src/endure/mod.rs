//! Endurance tests over HTTP: the real binary is killed, filled, starved and worn, and its behaviour is checked. Each
//! command has a time limit, prints a short report, and fails if anything was wrong.

mod attacks;
mod balancer;
mod caller;
mod crash;
mod failover;
mod faults;
mod journal;
mod nodes;
mod options;
mod patroni;
mod postgres;
mod purge_log;
mod soak;
mod volume;
mod worker;

use anyhow::{Result, bail};

use self::options::Options;

/// The commands.
pub(crate) const COMMANDS: &[&str] = &[
    "crash", "nodes", "failover", "soak", "volume", "faults", "attacks",
];

/// Runs one of the [`COMMANDS`].
pub(crate) async fn run(command: &str, options: &[&str], quick: bool) -> Result<()> {
    let mut options = Options::read(options)?;
    match command {
        "crash" => {
            let plan = crash::Plan {
                kills: options.number("kills", if quick { 3 } else { 20 })?,
                seed: options.number("seed", 1)?,
                database: options.text("database"),
            };
            options.end()?;
            crash::run(plan).await
        }
        "nodes" => {
            let plan = nodes::Plan {
                seconds: options.number("seconds", if quick { 6 } else { 30 })?,
                database: options.text("database"),
            };
            options.end()?;
            nodes::run(plan).await
        }
        "failover" => {
            let changes = options.number("changes", if quick { 3 } else { 9 })?;
            let seed = options.number("seed", 1)?;
            options.end()?;
            failover::run(changes, seed).await
        }
        "soak" => {
            let minutes = options.number("minutes", if quick { 2 } else { 15 })?;
            options.end()?;
            soak::run(minutes).await
        }
        "volume" => {
            let plan = volume::Plan {
                grants: options.number("grants", if quick { 100_000 } else { 1_000_000 })?,
                members: options.number("members", if quick { 10_000 } else { 100_000 })?,
                rounds: if quick { 3 } else { 5 },
                database: options.text("database"),
            };
            options.end()?;
            volume::run(plan).await
        }
        "faults" => {
            options.end()?;
            faults::run(quick).await
        }
        "attacks" => {
            let plan = attacks::Plan {
                quick,
                database: options.text("database"),
                attack: options.text("attack"),
            };
            options.end()?;
            attacks::run(plan).await
        }
        _ => bail!("there is no command {command}"),
    }
}
