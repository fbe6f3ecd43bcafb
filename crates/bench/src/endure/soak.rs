//! A long, full load of all kinds. Every ten seconds somebody looks how much memory, how many files, how much disk it takes,
//! and how long answers took: none of them may creep up.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};
use serde_json::Value;
use tokio::task::JoinSet;

use self::client::{BARE, Client, KINDS};
use super::worker::SCOPES;
use crate::application::Application;
use crate::load::CONNECTIONS;
use crate::memory::megabytes;
use crate::person::Person;
use crate::process::{Server, Setup};
use crate::statistics::{median, percentile};

mod client;

/// How often somebody looks.
const WINDOW: Duration = Duration::from_secs(10);
/// How much more memory there may be at the end than after the warm-up.
const MEMORY: f64 = 1.2;
/// How much longer the slowest answers may take in the last fifth than in the first.
const LATENCY: f64 = 1.5;

/// How long answers of each kind took, since somebody looked.
type Times = Mutex<BTreeMap<&'static str, Vec<Duration>>>;

/// What was seen in a window.
struct Sample {
    memory: f64,
    files: usize,
    disk: f64,
    /// p50 and p99 of each kind.
    times: BTreeMap<&'static str, (f64, f64)>,
    answers: usize,
}

/// Loads, looks and prints.
pub(super) async fn run(minutes: usize) -> Result<()> {
    let data = tempfile::tempdir()?;
    let setup = Setup::on(data.path());
    let bare = Server::bare()?;
    let server = Server::start(&setup).await?;
    let application = Application::register_on(&setup, SCOPES)?;
    let network: Value = serde_json::from_str(&setup.run(&["network", "show", "--json"], "")?)?;
    let graphql = format!(
        "/networks/{}/graphql",
        network["slug"].as_str().unwrap_or_default()
    );
    let cookie = Person::host(server.address).await?.cookie;
    let (stop, times) = (Arc::new(AtomicBool::new(false)), Arc::new(Times::default()));
    let mut clients = JoinSet::new();
    for number in 0..CONNECTIONS {
        let client = Client {
            server: server.address,
            bare: bare.address,
            application: application.clone(),
            cookie: cookie.clone(),
            graphql: graphql.clone(),
        };
        clients.spawn(client.work(number, stop.clone(), times.clone()));
    }

    println!("\n## {minutes} minutes of everything at once, {CONNECTIONS} connections\n");
    println!(
        "| after s | answers/s | memory MB | files | database and log MB | introspection p50 / p99 ms | rotation p50 / p99 ms |"
    );
    println!("|---|---|---|---|---|---|---|");
    let begun = Instant::now();
    let mut samples = Vec::new();
    while begun.elapsed() < Duration::from_secs(60 * minutes as u64) {
        tokio::time::sleep(WINDOW).await;
        if let Some(outcome) = clients.try_join_next() {
            outcome??;
        }
        let sample = look(&server, data.path(), &times)?;
        print_sample(begun.elapsed(), &sample);
        samples.push(sample);
    }
    stop.store(true, Ordering::Relaxed);
    while let Some(outcome) = clients.join_next().await {
        outcome??;
    }
    judge(&samples)?;
    super::crash::check_integrity(data.path())
}

fn look(server: &Server, data: &Path, times: &Times) -> Result<Sample> {
    let taken = std::mem::take(&mut *times.lock().unwrap_or_else(PoisonError::into_inner));
    let mut disk = 0;
    for file in std::fs::read_dir(data)?.flatten() {
        disk += file.metadata().map_or(0, |metadata| metadata.len());
    }
    Ok(Sample {
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

fn print_sample(after: Duration, sample: &Sample) {
    let of = |kind| sample.times.get(kind).copied().unwrap_or((f64::NAN, f64::NAN));
    let (introspection, rotation) = (of("introspection"), of("rotation"));
    println!(
        "| {} | {} | {:.1} | {} | {:.1} | {:.2} / {:.2} | {:.2} / {:.2} |",
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

/// Compares the last fifth with the first after the warm-up, which is two minutes or a fifth of a short run.
fn judge(samples: &[Sample]) -> Result<()> {
    let warm = usize::try_from(120 / WINDOW.as_secs())?.min(samples.len() / 5);
    let samples = &samples[warm..];
    let fifth = (samples.len() / 5).max(1);
    ensure!(samples.len() > fifth, "the run was too short to compare anything");
    let (first, last) = (&samples[..fifth], &samples[samples.len() - fifth..]);
    let p99 =
        |kind: &'static str| move |sample: &Sample| sample.times.get(kind).map_or(f64::NAN, |times| times.1);
    let change = |of: &dyn Fn(&Sample) -> f64| {
        let middle = |samples: &[Sample]| median(&samples.iter().map(of).collect::<Vec<_>>());
        let (before, after) = (middle(first), middle(last));
        (before, after, after / before)
    };
    // What the machine itself does to answers is seen at the bare endpoint.
    let (_, _, machine) = change(&p99(BARE));
    let (mut wrong, mut unclear) = (Vec::new(), Vec::new());
    let mut row = |what: &str, of: &dyn Fn(&Sample) -> f64, limit: Option<f64>, excuse: f64| {
        let (before, after, ratio) = change(of);
        let verdict = match limit {
            None => "",
            Some(limit) if ratio <= limit => "good",
            Some(limit) if ratio <= limit * excuse => "unclear",
            Some(_) => "WRONG",
        };
        let limit = limit.map_or("-".to_owned(), |limit| format!("{limit}"));
        println!("| {what} | {before:.2} | {after:.2} | {ratio:.2} | {limit} | {verdict} |");
        match verdict {
            "WRONG" => wrong.push(what.to_owned()),
            "unclear" => unclear.push(what.to_owned()),
            _ => {}
        }
    };
    println!(
        "\n| medians of the windows | first fifth after warm-up | last fifth | ratio | at most | |\n|---|---|---|---|---|---|"
    );
    row("memory MB", &|sample| sample.memory, Some(MEMORY), 1.0);
    #[allow(clippy::cast_precision_loss)]
    // A handful of files.
    row("open files", &|sample| sample.files as f64, Some(1.0), 1.0);
    row("database and log MB", &|sample| sample.disk, None, 1.0);
    for kind in KINDS {
        let limit = (*kind != BARE).then_some(LATENCY);
        row(&format!("{kind}, p99 ms"), &p99(kind), limit, machine);
    }
    ensure!(wrong.is_empty(), "these crept up: {}", wrong.join("; "));
    ensure!(
        unclear.is_empty(),
        "the machine was not quiet (the bare endpoint took {machine:.1} times as long at the end), so this is not shown: {}",
        unclear.join("; ")
    );
    Ok(())
}
