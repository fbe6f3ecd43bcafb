//! Endurance tests over HTTP: the real binary is killed, filled, starved and worn, and its behaviour is checked. Each
//! command has a time limit, prints a short report, and fails if anything was wrong.

mod attacks;
mod balancer;
mod caller;
mod crash;
mod crew;
pub(crate) mod database;
mod failover;
mod faults;
mod journal;
mod nodes;
mod patroni;
pub(crate) mod postgres;
mod purge_log;
mod soak;
mod volume;
mod worker;

use anyhow::Result;
use clap::Subcommand;

/// Whether it runs for years.
#[derive(Subcommand)]
pub(crate) enum Command {
    /// `kill -9` under load, again and again: nothing that was acknowledged is lost
    Crash(crash::Plan),
    /// Two nodes on one `PostgreSQL` while one of them dies and comes back
    Nodes(nodes::Plan),
    /// A Patroni cluster whose leader is killed or relieved again and again, under load
    Failover(failover::Plan),
    /// Memory, files, disk and latency under a long load, with codes and tokens that live for minutes
    Soak {
        /// 15, or 2 in a quick run
        #[arg(long, value_parser = positive)]
        minutes: Option<usize>,
    },
    /// Introspection and rotation with a large database beside an empty one, and while it purges
    Volume(volume::Plan),
    /// Full disk, read-only, damaged, wrong key, clock, database gone: what people see
    Faults,
    /// Requests that are meant to take the server away from others: silence, memory, disk, honest clients
    Attacks(attacks::Plan),
}

/// Runs a command.
pub(crate) async fn run(command: Command, quick: bool) -> Result<()> {
    match command {
        Command::Crash(plan) => crash::run(plan, quick).await,
        Command::Nodes(plan) => nodes::run(plan, quick).await,
        Command::Failover(plan) => failover::run(&plan, quick).await,
        Command::Soak { minutes } => soak::run(minutes.unwrap_or(if quick { 2 } else { 15 })).await,
        Command::Volume(plan) => volume::run(&plan, quick).await,
        Command::Faults => faults::run(quick).await,
        Command::Attacks(plan) => attacks::run(&plan, quick).await,
    }
}

/// Reads the number of an option.
fn positive(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| "expected a number above 0".to_owned())
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Arguments {
        #[command(subcommand)]
        command: Command,
    }

    fn read(arguments: &[&str]) -> Result<Command, String> {
        Arguments::try_parse_from([&["bench"][..], arguments].concat())
            .map(|arguments| arguments.command)
            .map_err(|error| error.to_string())
    }

    #[test]
    fn options_are_pairs_and_none_is_left_over() {
        let Ok(Command::Crash(plan)) = read(&["crash", "--kills", "3", "--database", "postgres"]) else {
            unreachable!("the options are those of the command");
        };
        assert_eq!((plan.kills, plan.seed), (Some(3), 1));
        assert_eq!(plan.database.as_deref(), Some("postgres"));
        for wrong in [
            &["crash", "--kills"][..],
            &["crash", "kills", "3"],
            &["soak", "--seed", "2"],
        ] {
            assert!(read(wrong).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn what_is_no_number_is_refused_in_words() {
        for wrong in ["0", "-1", "many"] {
            let error = read(&["crash", &format!("--kills={wrong}")]).err().unwrap();
            assert!(error.contains("expected a number above 0"), "{error}");
        }
    }

    #[test]
    fn attacks_and_databases_are_chosen_by_name() {
        for good in [
            &["attacks"][..],
            &["attacks", "--database", "postgres"],
            &["attacks", "--attack", "deep-html"],
            &["volume", "--database", "postgres"],
        ] {
            assert!(read(good).is_ok(), "{good:?}");
        }
        for command in ["attacks", "volume"] {
            let error = read(&[command, "--database", "mysql"]).err().unwrap();
            assert!(error.contains("sqlite, postgres"), "{error}");
        }
        let error = read(&["attacks", "--attack", "none"]).err().unwrap();
        assert!(error.contains("deep-html, "), "{error}");
    }
}
