//! Runs `kill -9` repeatedly at random times: on the server, and with `PostgreSQL` every other time on the database.
//! What was acknowledged must still exist afterwards, and what was ended must stay ended.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use super::crew::{Crew, WORKERS, print_times, ready_again};
use super::database::{Kind, check_integrity};
use super::positive;
use super::postgres::{Cluster, ensure_supported};
use crate::chance::Chance;
use crate::process::{Server, Setup};

/// The database in the private cluster.
const DATABASE: &str = "crash";

/// What to run.
#[derive(clap::Args)]
pub(crate) struct Plan {
    /// How many kills: 20, or 3 in a quick run
    #[arg(long, value_parser = positive)]
    pub(super) kills: Option<usize>,
    /// The seed of the random numbers
    #[arg(long, default_value_t = 1)]
    pub(super) seed: usize,
    /// `postgres` or a URL; `SQLite` without it
    #[arg(long)]
    pub(super) database: Option<String>,
}

/// Kills, checks and prints.
pub(super) async fn run(plan: Plan, quick: bool) -> Result<()> {
    let kills = plan.kills.unwrap_or(if quick { 3 } else { 20 });
    if plan.database.is_some() {
        ensure_supported()?;
    }
    let data = tempfile::tempdir()?;
    let mut cluster = match plan.database.as_deref() {
        Some("postgres") => Some(Cluster::start()?),
        _ => None,
    };
    let database = match &cluster {
        Some(cluster) => Some(cluster.database(DATABASE)?),
        None => plan.database,
    };
    let kind = database.as_ref().map_or(Kind::Sqlite, |_| Kind::Postgres);
    let setup = Setup {
        database,
        ..Setup::on(data.path())
    };
    let mut server = Server::start(&setup).await?;
    let mut chance = Chance(plan.seed as u64);
    let mut crew = Crew::new(server.address, plan.seed).await?;

    let (mut server_starts, mut database_starts, mut reconnections) = (Vec::new(), Vec::new(), Vec::new());
    let started = Instant::now();
    for kill in 1..=kills {
        let (address, pause) = (
            server.address,
            Duration::from_millis(200 + chance.below(1_800) as u64),
        );
        match &mut cluster {
            Some(cluster) if kill % 2 == 0 => {
                let killed = async {
                    tokio::time::sleep(pause).await;
                    cluster.kill();
                    Ok(())
                };
                crew.work_until(killed, address, true).await?;
                database_starts.push(cluster.start_again()?.as_secs_f64() * 1_000.0);
                reconnections.push(ready_again(address).await?);
            }
            _ => {
                let killed = async {
                    tokio::time::sleep(pause).await;
                    server.kill();
                    Ok(())
                };
                crew.work_until(killed, address, false).await?;
                server = Server::start(&setup).await?;
                server_starts.push(server.ready_after.as_secs_f64() * 1_000.0);
            }
        }
        crew.verify(server.address, &setup, kill == kills)
            .await
            .with_context(|| format!("after kill {kill}"))?;
        setup.run(&["doctor"], "")?;
        match (&cluster, &setup.database) {
            (Some(cluster), _) => cluster.check(DATABASE)?,
            (None, None) => check_integrity(&setup.data)?,
            (None, Some(_)) => {}
        }
    }
    crew.print(
        &format!("{kills} kills on {kind}, {WORKERS} workers"),
        started.elapsed(),
    );
    print_times("The server was killed", "it was ready again", &server_starts);
    print_times("The database was killed", "it answered again", &database_starts);
    print_times(
        "The server found the database again",
        "it was ready",
        &reconnections,
    );
    Ok(())
}
