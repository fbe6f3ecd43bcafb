//! A Patroni cluster whose leader is killed, and sometimes switched, under load: the next leader has what was
//! acknowledged, what was ended stays ended, and the server finds the new leader without a restart.

use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::crew::{Crew, WORKERS, print_times, ready_again};
use super::patroni::{Patroni, missing};
use super::positive;
use super::postgres::ensure_supported;
use crate::chance::Chance;
use crate::process::{Server, Setup};

/// The database in the cluster.
const DATABASE: &str = "failover";

/// What to run.
#[derive(clap::Args)]
pub(crate) struct Plan {
    /// How often the leader changes: 9 times, or 3 in a quick run
    #[arg(long, value_parser = positive)]
    changes: Option<usize>,
    /// The seed of the random numbers
    #[arg(long, default_value_t = 1)]
    seed: usize,
}

/// Kills, switches, checks and prints.
pub(super) async fn run(plan: &Plan, quick: bool) -> Result<()> {
    let changes = plan.changes.unwrap_or(if quick { 3 } else { 9 });
    ensure_supported()?;
    if let Some(program) = missing() {
        bail!(
            "{program} is not installed (on Debian: apt-get install patroni python3-etcd etcd-server postgresql)"
        );
    }
    let mut cluster = Patroni::start()?;
    let data = tempfile::tempdir()?;
    let setup = Setup {
        database: Some(cluster.database(DATABASE)?),
        ..Setup::on(data.path())
    };
    let server = Server::start(&setup).await?;
    let mut chance = Chance(plan.seed as u64);
    let mut crew = Crew::new(server.address, plan.seed).await?;
    let (mut lost, mut relieved, mut found) = (Vec::new(), Vec::new(), Vec::new());
    let started = Instant::now();
    for change in 1..=changes {
        let is_planned = change % 3 == 0;
        let pause = Duration::from_millis(500 + chance.below(1_500) as u64);
        let replaced = async {
            tokio::time::sleep(pause).await;
            let (cluster, took) = tokio::task::spawn_blocking(move || {
                let took = if is_planned {
                    cluster.switch_leader()
                } else {
                    cluster.lose_leader()
                };
                (cluster, took)
            })
            .await?;
            Ok((cluster, took?, ready_again(server.address).await?))
        };
        let took;
        let ready;
        (cluster, took, ready) = crew.work_until(replaced, server.address, true).await?;
        let times = if is_planned { &mut relieved } else { &mut lost };
        times.push(took.as_secs_f64() * 1_000.0);
        found.push(ready);
        // While the current leader is alone.
        crew.verify(server.address, &setup, change == changes)
            .await
            .with_context(|| format!("after change {change}"))?;
        setup.run(&["doctor"], "")?;
        cluster.mend()?;
        cluster.check(DATABASE)?;
    }
    crew.print(
        &format!("{changes} changes of the leader of a Patroni cluster, {WORKERS} workers"),
        started.elapsed(),
    );
    print_times("The leader was killed", "the other led", &lost);
    print_times("The leader was relieved", "the other led", &relieved);
    print_times("The server found who leads", "it was ready", &found);
    Ok(())
}
