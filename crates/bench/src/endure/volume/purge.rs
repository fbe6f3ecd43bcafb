//! Compares introspection and rotation during a purge of a hundred thousand grants with the same server afterwards.

use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use super::{KEEPS_ALL, Network, introspect, rotate};
use crate::endure::purge_log::{Log, Sweep};
use crate::load::Summary;
use crate::process::{Server, Setup};
use crate::statistics::median;

/// The duration of each measurement.
const MEASURED: Duration = Duration::from_secs(1);
/// How many measurements after the purge.
const QUIET: usize = 10;
/// How long purging may take. A disk with slow commits makes it slow, and the load continues meanwhile.
const PATIENCE: Duration = Duration::from_secs(900);

/// The measurements of one kind of request.
#[derive(Default)]
struct Summaries {
    rate: Vec<f64>,
    p50: Vec<f64>,
    p99: Vec<f64>,
}

impl Summaries {
    fn add(&mut self, summary: &Summary) {
        self.rate.push(summary.rate);
        self.p50.push(summary.p50);
        self.p99.push(summary.p99);
    }

    fn print(&self, what: &str, when: &str) {
        println!(
            "| {what} | {when} | {:.0} | {:.2} | {:.2} | {:.2} |",
            median(&self.rate),
            median(&self.p50),
            median(&self.p99),
            self.p99.iter().copied().fold(f64::NAN, f64::max)
        );
    }
}

/// Both kinds.
#[derive(Default)]
struct Both {
    introspections: Summaries,
    rotations: Summaries,
}

impl Both {
    async fn measure(&mut self, server: &Server, network: &mut Network) -> Result<()> {
        self.introspections
            .add(&introspect(server, network, MEASURED).await?);
        self.rotations.add(&rotate(server, network, MEASURED).await?);
        Ok(())
    }
}

/// Measures and prints. The server starts purging when it starts.
pub(super) async fn run(network: &mut Network) -> Result<()> {
    let before = network.rows.count_over()?;
    let folder = tempfile::tempdir()?;
    let log = folder.path().join("log");
    let setup = Setup {
        log: Some(log.clone()),
        ..network.setup.clone()
    };
    let setup = Setup {
        settings: setup
            .settings
            .into_iter()
            .filter(|one| *one != KEEPS_ALL)
            .collect(),
        ..setup
    };
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
    server.stop()?;
    print(before, &sweep, &meanwhile, &quiet);
    let left = network.rows.count_over()?;
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
    quiet.introspections.print("introspection", "quiet");
    meanwhile.introspections.print("introspection", "while it purges");
    quiet.rotations.print("rotation", "quiet");
    meanwhile.rotations.print("rotation", "while it purges");
}
