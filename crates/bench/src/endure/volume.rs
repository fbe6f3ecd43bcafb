//! Compares a large database with an empty one in the same run: introspection, rotation, and the cost of purging old
//! grants.

use std::path::Path;
use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use self::clients::{Introspecting, Rotating};
use self::fill::{Age, Rows};
use super::caller::Caller;
use super::journal::pair_in;
use super::postgres::{Cluster, ensure_supported};
use super::worker::SCOPES;
use crate::application::{Application, code_in};
use crate::chance::Chance;
use crate::load::{self, CONNECTIONS, Summary};
use crate::memory::megabytes;
use crate::person::Person;
use crate::process::{Server, Setup};
use crate::statistics::median;

mod clients;
mod fill;
mod purge;

/// How many applications the grants belong to.
const APPLICATIONS: usize = 10;
/// Real grants are created in this many places of the table, several in each.
const PLACES: usize = 10;
const REAL: usize = 100;
/// The duration of a round.
const ROUND: Duration = Duration::from_secs(3);
/// How fast the large database must be, relative to the empty one.
const GOAL: f64 = 0.7;
/// Until purging is measured, ended records are not deleted.
const KEEPS_ALL: (&str, &str) = ("LATCHKEY_RETAIN_ENDED", "365d");

/// What to run.
#[derive(Clone)]
pub(super) struct Plan {
    pub(super) grants: usize,
    pub(super) members: usize,
    pub(super) rounds: usize,
    /// `postgres`. `SQLite` if `None`.
    pub(super) database: Option<String>,
}

/// A network with really issued tokens.
struct Network {
    setup: Setup,
    rows: Rows,
    /// The tokens of the first one are used.
    applications: Vec<Application>,
    pairs: Vec<(String, String)>,
}

/// Fills, measures and prints.
pub(super) async fn run(plan: Plan) -> Result<()> {
    let cluster = match plan.database.as_deref() {
        None => None,
        Some("postgres") => {
            ensure_supported()?;
            Some(Rc::new(Cluster::start()?))
        }
        Some(other) => bail!("--database {other}: expected postgres, which is a private cluster for the run"),
    };
    let kind = if cluster.is_some() { "PostgreSQL" } else { "SQLite" };
    let (large, small) = (tempfile::tempdir()?, tempfile::tempdir()?);
    let started = Instant::now();
    let mut large = begin(large.path(), cluster.as_ref(), "large", plan.members).await?;
    let mut small = begin(small.path(), cluster.as_ref(), "small", 0).await?;
    let mut chance = Chance(7);
    let (members, first, last) = large.rows.members()?;
    // The oldest come first, as in a server that has run for years.
    large.rows.grants(plan.grants / 10, Age::Over, &mut chance)?;
    for _ in 0..PLACES {
        large.rows.grants(plan.grants / PLACES, Age::Fresh, &mut chance)?;
        issue(&mut large).await?;
        issue(&mut small).await?;
    }
    large.rows.settle()?;
    small.rows.settle()?;
    println!(
        "\n## {} grants of {members} members (numbers {first} to {last}), beside {} grants, on {kind}\n",
        large.rows.count()?,
        small.rows.count()?
    );
    println!(
        "Filled in {:.0} s; the database takes {:.0} MB.",
        started.elapsed().as_secs_f64(),
        megabytes(large.rows.size()?)
    );
    let ratios = compare(&mut large, &mut small, plan.rounds).await?;
    purge::run(&mut large).await?;
    println!("\nAll of it took {:.0} s.", started.elapsed().as_secs_f64());
    ensure!(
        ratios.iter().all(|ratio| *ratio >= GOAL),
        "the large database is slower than {GOAL} of the small one"
    );
    Ok(())
}

/// Creates a network with members and applications, and stops the server again.
async fn begin(
    data: &Path,
    cluster: Option<&Rc<Cluster>>,
    name: &'static str,
    members: usize,
) -> Result<Network> {
    let (database, rows) = match cluster {
        Some(cluster) => (
            Some(cluster.database(name)?),
            Rows::Postgres(Rc::clone(cluster), name),
        ),
        None => (None, Rows::Sqlite(data.join("latchkey.db"))),
    };
    let setup = Setup {
        settings: vec![KEEPS_ALL],
        ..Setup::on(data)
    }
    .with_database(database);
    let server = Server::start(&setup).await?;
    if members > 0 {
        crate::headless::import_members(&setup, members)?;
    }
    let applications = (0..APPLICATIONS)
        .map(|_| Application::register_on(&setup, SCOPES))
        .collect::<Result<_>>()?;
    server.stop()?;
    Ok(Network {
        setup,
        rows,
        applications,
        pairs: Vec::new(),
    })
}

/// Creates grants over HTTP, in the normal way.
async fn issue(network: &mut Network) -> Result<()> {
    let server = Server::start(&network.setup).await?;
    let cookie = Person::host(server.address).await?.cookie;
    let mut caller = Caller::new(server.address);
    let application = &network.applications[0];
    for _ in 0..REAL {
        let request = application.authorize_with(&cookie, SCOPES);
        let code = code_in(&caller.send(request).await?.answer().context("no code")?)?;
        let answer = caller.send(application.redeem(&code)).await?;
        network
            .pairs
            .push(pair_in(&answer.answer().context("no tokens")?)?);
    }
    server.stop()
}

async fn introspect(server: &Server, network: &Network, duration: Duration) -> Result<Summary> {
    let clients = (0..CONNECTIONS)
        .map(|number| Introspecting::new(&network.applications[0], &network.pairs, number))
        .collect();
    Ok(load::run(server, clients, duration).await?.0)
}

async fn rotate(server: &Server, network: &mut Network, duration: Duration) -> Result<Summary> {
    let share = network.pairs.len().div_ceil(CONNECTIONS);
    let clients = network
        .pairs
        .chunks(share)
        .map(|pairs| Rotating::new(&network.applications[0], pairs))
        .collect();
    let (summary, clients) = load::run(server, clients, duration).await?;
    network.pairs = clients.into_iter().flat_map(Rotating::into_pairs).collect();
    Ok(summary)
}

async fn compare(large: &mut Network, small: &mut Network, rounds: usize) -> Result<[f64; 2]> {
    let (on_large, on_small) = (
        Server::start(&large.setup).await?,
        Server::start(&small.setup).await?,
    );
    println!(
        "The server is ready after {:.0} ms with the large one, {:.0} ms with the small one.\n",
        on_large.ready_after.as_secs_f64() * 1_000.0,
        on_small.ready_after.as_secs_f64() * 1_000.0
    );
    let mut introspections = Pair::default();
    let mut rotations = Pair::default();
    for _ in 0..rounds {
        let summary = introspect(&on_large, large, ROUND).await?;
        introspections.add(&summary, &introspect(&on_small, small, ROUND).await?);
        let summary = rotate(&on_large, large, ROUND).await?;
        rotations.add(&summary, &rotate(&on_small, small, ROUND).await?);
    }
    println!(
        "| medians of {rounds} interleaved rounds | large: a second | p99 ms | small: a second | p99 ms | ratio | goal |"
    );
    println!("|---|---|---|---|---|---|---|");
    let ratios = [
        introspections.print("introspections"),
        rotations.print("rotations"),
    ];
    println!(
        "\nMemory: {:.1} MB with the large one, {:.1} MB with the small one.",
        megabytes(on_large.memory()?),
        megabytes(on_small.memory()?)
    );
    on_large.stop()?;
    on_small.stop()?;
    Ok(ratios)
}

/// A measurement with the large and the small database.
#[derive(Default)]
struct Pair {
    large: Vec<f64>,
    large_p99: Vec<f64>,
    small: Vec<f64>,
    small_p99: Vec<f64>,
    ratios: Vec<f64>,
}

impl Pair {
    fn add(&mut self, large: &Summary, small: &Summary) {
        self.large.push(large.rate);
        self.large_p99.push(large.p99);
        self.small.push(small.rate);
        self.small_p99.push(small.p99);
        self.ratios.push(large.rate / small.rate);
    }

    fn print(&self, what: &str) -> f64 {
        let ratio = median(&self.ratios);
        println!(
            "| {what} | {:.0} | {:.2} | {:.0} | {:.2} | {ratio:.2} | {GOAL} |",
            median(&self.large),
            median(&self.large_p99),
            median(&self.small),
            median(&self.small_p99)
        );
        ratio
    }
}
