//! Compares introspection and rotation during a purge of a hundred thousand grants with the same server afterwards.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use super::fill::count_over;
use super::{KEEPS_ALL, Network, introspect, rotate};
use crate::endure::purge_log::{Log, Sweep};
use crate::process::{Server, Setup};
use crate::series::Series;

/// The duration of each measurement.
const MEASURED: Duration = Duration::from_secs(1);
/// How many measurements after the purge.
const QUIET: usize = 10;
/// How long purging may take. A disk with slow commits makes it slow, and the load continues meanwhile.
const PATIENCE: Duration = Duration::from_secs(900);

/// Both kinds.
#[derive(Default)]
struct Both {
    introspections: Series,
    rotations: Series,
}

impl Both {
    async fn measure(&mut self, server: &Server, network: &mut Network) -> Result<()> {
        self.introspections
            .0
            .push(introspect(server, network, MEASURED).await?);
        self.rotations.0.push(rotate(server, network, MEASURED).await?);
        Ok(())
    }
}

/// Measures and prints. The server starts purging when it starts.
pub(super) async fn run(network: &mut Network) -> Result<()> {
    let before = count_over(&network.database)?;
    let folder = tempfile::tempdir()?;
    let log = folder.path().join("log");
    let mut setup = Setup {
        log: Some(log.clone()),
        ..network.setup.clone()
    };
    setup.settings.retain(|one| *one != KEEPS_ALL);
    let server = Server::start(&setup).await?;
    let (started, mut log) = (Instant::now(), Log::of(&log));
    let mut meanwhile = Both::default();
    let sweep = loop {
        meanwhile.measure(&server, network).await?;
        if let Some(sweep) = log.sweeps()?.first() {
            break *sweep;
        }
        ensure!(
            started.elapsed() < PATIENCE,
            "purging {before} grants has not ended after {PATIENCE:?}"
        );
    };
    let mut quiet = Both::default();
    for _ in 0..QUIET {
        quiet.measure(&server, network).await?;
    }
    server.stop();
    print(before, &sweep, &meanwhile, &quiet);
    let left = count_over(&network.database)?;
    ensure!(
        left == 0 && i64::try_from(sweep.grants)? == before,
        "of {before} grants that were long over, {} were deleted and {left} are left",
        sweep.grants
    );
    Ok(())
}

fn print(before: i64, sweep: &Sweep, meanwhile: &Both, quiet: &Both) {
    #[allow(clippy::cast_precision_loss)]
    // Up to a million.
    let rate = sweep.grants as f64 / sweep.took.as_secs_f64();
    println!(
        "\nThe server deleted {} of {before} grants that were long over in {:.1} s under load: {rate:.0} a second.\n",
        sweep.grants,
        sweep.took.as_secs_f64()
    );
    println!("| | | a second | p50 ms | p99 ms | worst p99 of a second |\n|---|---|---|---|---|---|");
    for (what, when, series) in [
        ("introspection", "quiet", &quiet.introspections),
        ("introspection", "while it purges", &meanwhile.introspections),
        ("rotation", "quiet", &quiet.rotations),
        ("rotation", "while it purges", &meanwhile.rotations),
    ] {
        println!(
            "| {what} | {when} | {:.0} | {:.2} | {:.2} | {:.2} |",
            series.median(|second| second.rate),
            series.median(|second| second.p50),
            series.median(|second| second.p99),
            series.0.iter().map(|second| second.p99).fold(f64::NAN, f64::max)
        );
    }
}
