//! Runs `kill -9` repeatedly at random times: on the server, and with `PostgreSQL` every other time on the database.
//! What was acknowledged must still exist afterwards, and what was ended must stay ended.

use std::collections::HashSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use rusqlite::{Connection, OpenFlags};
use serde_json::Value;
use tokio::task::JoinSet;

use super::caller::Caller;
use super::journal::{Counts, Journal, PATIENCE};
use super::postgres::{Cluster, ensure_supported};
use super::worker::Worker;
use crate::chance::Chance;
use crate::client::get;
use crate::person::Person;
use crate::process::{Server, Setup};
use crate::statistics::median;

/// How many workers run at once.
pub(super) const WORKERS: usize = 8;
/// The database in the private cluster.
const DATABASE: &str = "crash";

/// What to run.
pub(super) struct Plan {
    /// How many kills.
    pub(super) kills: usize,
    /// The seed of the random numbers.
    pub(super) seed: usize,
    /// `postgres` or a URL. `SQLite` if `None`.
    pub(super) database: Option<String>,
}

/// Kills, checks and prints.
pub(super) async fn run(plan: Plan) -> Result<()> {
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
    let kind = if database.is_some() {
        "PostgreSQL"
    } else {
        "SQLite"
    };
    let setup = Setup::on(data.path()).with_database(database);
    let mut server = Server::start(&setup).await?;
    let mut chance = Chance(plan.seed as u64);
    let mut workers = crew(&server, plan.seed).await?;

    let (mut server_starts, mut database_starts, mut reconnections) = (Vec::new(), Vec::new(), Vec::new());
    let started = Instant::now();
    for kill in 1..=plan.kills {
        let stop = Arc::new(AtomicBool::new(false));
        let database_dies = cluster.is_some() && kill % 2 == 0;
        let caller = |server: &Server| {
            if database_dies {
                Caller::tolerant(server.address)
            } else {
                Caller::new(server.address)
            }
        };
        let working = start(workers, &server, &stop, caller);
        let pause = Duration::from_millis(200 + chance.below(1_800) as u64);
        tokio::time::sleep(pause).await;
        match &mut cluster {
            Some(cluster) if database_dies => {
                cluster.kill()?;
                stop.store(true, Ordering::Relaxed);
                workers = end(working).await?;
                database_starts.push(cluster.start_again()?.as_secs_f64() * 1_000.0);
                let back = Instant::now();
                let ready = get("/readyz", &[]);
                Caller::tolerant(server.address).insist(&ready, PATIENCE).await?;
                reconnections.push(back.elapsed().as_secs_f64() * 1_000.0);
            }
            _ => {
                server.kill()?;
                stop.store(true, Ordering::Relaxed);
                workers = end(working).await?;
                server = Server::start(&setup).await?;
                server_starts.push(server.ready_after.as_secs_f64() * 1_000.0);
            }
        }
        workers = verify(workers, &server, &setup, kill == plan.kills)
            .await
            .with_context(|| format!("after kill {kill}"))?;
        check_database(&setup, cluster.as_ref())?;
    }
    print(
        &format!("{} kills on {kind}, {WORKERS} workers", plan.kills),
        &workers,
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

/// The workers, each with its own journal and random numbers.
pub(super) async fn crew(server: &Server, seed: usize) -> Result<Vec<Worker>> {
    let cookie: Arc<str> = Person::host(server.address).await?.cookie.into();
    Ok((0..WORKERS)
        .map(|number| Worker {
            number,
            journal: Journal::default(),
            chance: Chance((seed * 1_000 + number) as u64),
            cookie: cookie.clone(),
        })
        .collect())
}

/// Workers at work.
pub(super) type Working = JoinSet<Result<Worker>>;

/// Starts the workers. They run until they are told to stop, or until a request gets no answer.
pub(super) fn start(
    workers: Vec<Worker>,
    server: &Server,
    stop: &Arc<AtomicBool>,
    caller: impl Fn(&Server) -> Caller,
) -> Working {
    let mut working = JoinSet::new();
    for mut worker in workers {
        let (mut caller, stop) = (caller(server), stop.clone());
        working.spawn(async move {
            worker.work(&mut caller, &stop).await?;
            Ok(worker)
        });
    }
    working
}

/// Waits for the workers.
pub(super) async fn end(mut working: Working) -> Result<Vec<Worker>> {
    let mut workers = Vec::new();
    while let Some(outcome) = working.join_next().await {
        workers.push(outcome??);
    }
    // Each worker has its own random numbers, so the order in which they finish must not matter.
    workers.sort_by_key(|worker| worker.number);
    Ok(workers)
}

/// Compares their journals with the server.
pub(super) async fn verify(
    workers: Vec<Worker>,
    server: &Server,
    setup: &Setup,
    all: bool,
) -> Result<Vec<Worker>> {
    let listed: Value = serde_json::from_str(&setup.run(&["app", "list", "--json"], "")?)?;
    let listed: HashSet<String> = listed
        .as_array()
        .context("app list is no list")?
        .iter()
        .filter_map(|application| application["client_id"].as_str().map(str::to_owned))
        .collect();
    let listed = Arc::new(listed);
    let mut verifying = JoinSet::new();
    for mut worker in workers {
        let (mut caller, listed) = (Caller::new(server.address), listed.clone());
        verifying.spawn(async move {
            let Worker {
                journal,
                chance,
                number,
                ..
            } = &mut worker;
            journal
                .verify(&mut caller, &listed, chance, all)
                .await
                .with_context(|| format!("worker {number}"))?;
            Ok(worker)
        });
    }
    end(verifying).await
}

fn check_database(setup: &Setup, cluster: Option<&Cluster>) -> Result<()> {
    setup.run(&["doctor"], "")?;
    match (cluster, &setup.database) {
        (Some(cluster), _) => cluster.check(DATABASE),
        (None, None) => check_integrity(&setup.data),
        (None, Some(_)) => Ok(()),
    }
}

/// Checks every page, index and reference of the `SQLite` file.
pub(super) fn check_integrity(data: &Path) -> Result<()> {
    let connection =
        Connection::open_with_flags(data.join("latchkey.db"), OpenFlags::SQLITE_OPEN_READ_WRITE)?;
    let said: String = connection.query_row("PRAGMA integrity_check", [], |row| row.get(0))?;
    ensure!(said == "ok", "the database is damaged: {said}");
    let dangling = connection
        .prepare("PRAGMA foreign_key_check")?
        .query_map([], |_| Ok(()))?
        .count();
    ensure!(dangling == 0, "{dangling} rows refer to rows that are not there");
    Ok(())
}

/// Prints the result.
pub(super) fn print(what: &str, workers: &[Worker], took: Duration) {
    let mut counts = Counts::default();
    for worker in workers {
        counts.add(&worker.journal.counts);
    }
    println!("\n## {what}, {:.0} s\n", took.as_secs_f64());
    println!("| acknowledged | times |\n|---|---|");
    for (what, times) in [
        ("applications created", counts.created),
        ("applications deleted", counts.deleted),
        ("codes issued", counts.authorized),
        ("codes exchanged", counts.exchanged),
        ("refresh tokens rotated", counts.rotated),
        ("grants revoked", counts.revoked),
        ("introspections", counts.introspected),
    ] {
        println!("| {what} | {times} |");
    }
    println!(
        "\n{} requests were in doubt when something was killed. {} answers were held against the journals: nothing that was \
         acknowledged is lost, nothing that ended is alive, the database is sound.",
        counts.in_doubt, counts.verified
    );
}

/// Prints times in milliseconds.
pub(super) fn print_times(what: &str, then: &str, times: &[f64]) {
    if !times.is_empty() {
        println!(
            "{what} {} times; {then} after {:.0} ms (median), {:.0} ms at most.",
            times.len(),
            median(times),
            times.iter().copied().fold(0.0, f64::max)
        );
    }
}
