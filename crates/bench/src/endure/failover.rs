//! A Patroni cluster whose leader is killed, and sometimes switched, under load: the next leader has what was
//! acknowledged, what was ended stays ended, and the server finds the new leader without a restart.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use super::caller::Caller;
use super::crash::{WORKERS, crew, end, print, print_times, start, verify};
use super::journal::PATIENCE;
use super::patroni::{Patroni, missing};
use super::postgres::ensure_supported;
use crate::chance::Chance;
use crate::client::get;
use crate::process::{Server, Setup};

/// The database in the cluster.
const DATABASE: &str = "failover";

/// Kills, switches, checks and prints.
pub(super) async fn run(changes: usize, seed: usize) -> Result<()> {
    ensure_supported()?;
    if let Some(program) = missing() {
        bail!(
            "{program} is not installed (on Debian: apt-get install patroni python3-etcd etcd-server postgresql)"
        );
    }
    let mut cluster = Patroni::start()?;
    let data = tempfile::tempdir()?;
    let setup = Setup::on(data.path()).with_database(Some(cluster.database(DATABASE)?));
    let server = Server::start(&setup).await?;
    let mut chance = Chance(seed as u64);
    let mut workers = crew(&server, seed).await?;
    let (mut lost, mut relieved, mut found) = (Vec::new(), Vec::new(), Vec::new());
    let started = Instant::now();
    for change in 1..=changes {
        let stop = Arc::new(AtomicBool::new(false));
        let working = start(workers, &server, &stop, |server| Caller::tolerant(server.address));
        tokio::time::sleep(Duration::from_millis(500 + chance.below(1_500) as u64)).await;
        let is_planned = change % 3 == 0;
        let (cluster_now, took) = tokio::task::spawn_blocking(move || {
            let took = if is_planned {
                cluster.switch_leader()
            } else {
                cluster.lose_leader()
            };
            (cluster, took)
        })
        .await?;
        cluster = cluster_now;
        let times = if is_planned { &mut relieved } else { &mut lost };
        times.push(took?.as_secs_f64() * 1_000.0);
        let back = Instant::now();
        Caller::tolerant(server.address)
            .insist(&get("/readyz", &[]), PATIENCE)
            .await?;
        found.push(back.elapsed().as_secs_f64() * 1_000.0);
        stop.store(true, Ordering::Relaxed);
        workers = end(working).await?;
        // While the current leader is alone.
        workers = verify(workers, &server, &setup, change == changes)
            .await
            .with_context(|| format!("after change {change}"))?;
        setup.run(&["doctor"], "")?;
        cluster.mend()?;
        cluster.check(DATABASE)?;
    }
    print(
        &format!("{changes} changes of the leader of a Patroni cluster, {WORKERS} workers"),
        &workers,
        started.elapsed(),
    );
    print_times("The leader was killed", "the other led", &lost);
    print_times("The leader was relieved", "the other led", &relieved);
    print_times("The server found who leads", "it was ready", &found);
    Ok(())
}
