//! A long, full load of all kinds. Every ten seconds it samples memory, open files, disk and response times: none of
//! them may creep up. Codes and tokens live for minutes here, so that what clients abandon is deleted within the run,
//! as it would be within months.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Result;
use tokio::task::JoinSet;

use self::client::Client;
use super::purge_log::{Log, Sweep};
use super::worker::SCOPES;
use crate::application::Application;
use crate::client::Connection;
use crate::load::CONNECTIONS;
use crate::memory::megabytes;
use crate::person::Person;
use crate::process::{Server, Setup};
use crate::statistics::percentile;

mod client;
mod verdict;

/// The time between samples.
const WINDOW: Duration = Duration::from_secs(10);
/// How often the log is read.
const TICK: Duration = Duration::from_secs(1);
/// The shortest allowed lifetimes. As a result, an abandoned grant exists for six minutes until the purge that runs
/// each minute. Tokens in use rotate every few milliseconds.
const SETTINGS: [(&str, &str); 4] = [
    ("LATCHKEY_CODE_LIFETIME", "1m"),
    ("LATCHKEY_ACCESS_TOKEN_LIFETIME", "2m"),
    ("LATCHKEY_REFRESH_TOKEN_LIFETIME", "5m"),
    ("LATCHKEY_RETAIN_ENDED", "1m"),
];
/// From this time on, deletions keep up with new records: the six minutes of a grant and two purges.
const CAUGHT_UP: Duration = Duration::from_secs(8 * 60);

/// Response times by kind since the last sample.
type Times = Mutex<BTreeMap<&'static str, Vec<Duration>>>;

/// The measurements of a window.
struct Sample {
    began: Instant,
    ended: Instant,
    memory: f64,
    files: usize,
    disk: f64,
    /// p50 and p99 of each kind.
    times: BTreeMap<&'static str, (f64, f64)>,
    answers: usize,
}

/// Runs the load, samples and prints.
pub(super) async fn run(minutes: usize) -> Result<()> {
    let (data, elsewhere) = (tempfile::tempdir()?, tempfile::tempdir()?);
    let log = elsewhere.path().join("log");
    let setup = Setup {
        log: Some(log.clone()),
        settings: SETTINGS.to_vec(),
        ..Setup::on(data.path())
    };
    let bare = Server::bare()?;
    let server = Server::start(&setup).await?;
    let application = Application::register(&setup, SCOPES)?;
    let graphql = setup.graphql_path()?;
    let cookie = Person::host(server.address).await?.cookie;
    let (stop, times) = (Arc::new(AtomicBool::new(false)), Arc::new(Times::default()));
    let mut clients = JoinSet::new();
    for number in 0..CONNECTIONS {
        let client = Client {
            server: Connection::open(server.address).await?,
            bare: Connection::open(bare.address).await?,
            application: application.clone(),
            cookie: cookie.clone(),
            graphql: graphql.clone(),
            times: times.clone(),
        };
        clients.spawn(client.work(number, stop.clone()));
    }

    println!("\n## {minutes} minutes of everything at once, {CONNECTIONS} connections\n");
    println!(
        "| after s | answers/s | memory MB | files | database and log MB | introspection p50 / p99 ms | rotation p50 / p99 ms | grants deleted |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    let (started, mut log) = (Instant::now(), Log::of(&log));
    let (mut samples, mut sweeps): (Vec<Sample>, Vec<Sweep>) = (Vec::new(), Vec::new());
    while started.elapsed() < Duration::from_secs(60 * minutes as u64) {
        let (window, seen_before) = (Instant::now(), sweeps.len());
        while window.elapsed() < WINDOW {
            tokio::time::sleep(TICK.min(WINDOW.saturating_sub(window.elapsed()))).await;
            sweeps.extend(log.sweeps()?);
        }
        if let Some(outcome) = clients.try_join_next() {
            outcome??;
        }
        let sample = take_sample(&server, data.path(), &times, window)?;
        let deleted = sweeps[seen_before..].iter().map(|sweep| sweep.grants).sum();
        print_sample(started.elapsed(), &sample, deleted);
        samples.push(sample);
    }
    stop.store(true, Ordering::Relaxed);
    while let Some(outcome) = clients.join_next().await {
        outcome??;
    }
    verdict::judge(&samples, &sweeps, started)?;
    super::database::check_integrity(data.path())
}

fn take_sample(server: &Server, data: &Path, times: &Times, began: Instant) -> Result<Sample> {
    let taken = std::mem::take(&mut *times.lock().unwrap_or_else(PoisonError::into_inner));
    let mut disk = 0;
    for file in std::fs::read_dir(data)?.flatten() {
        disk += file.metadata().map_or(0, |metadata| metadata.len());
    }
    Ok(Sample {
        began,
        ended: Instant::now(),
        memory: megabytes(server.memory()?),
        files: server.open_files()?,
        disk: megabytes(disk),
        answers: taken.values().map(Vec::len).sum(),
        times: taken
            .into_iter()
            .map(|(kind, mut times)| (kind, (percentile(&mut times, 50), percentile(&mut times, 99))))
            .collect(),
    })
}

fn print_sample(after: Duration, sample: &Sample, deleted: u64) {
    let of = |kind| sample.times.get(kind).copied().unwrap_or((f64::NAN, f64::NAN));
    let (introspection, rotation) = (of("introspection"), of("rotation"));
    println!(
        "| {} | {} | {:.1} | {} | {:.1} | {:.2} / {:.2} | {:.2} / {:.2} | {deleted} |",
        after.as_secs(),
        sample.answers as u64 / WINDOW.as_secs(),
        sample.memory,
        sample.files,
        sample.disk,
        introspection.0,
        introspection.1,
        rotation.0,
        rotation.1
    );
}
