//! Compares a large database with an empty one in the same run: introspection, rotation, and the cost of purging old
//! grants.

use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Result, ensure};

use self::fill::Age;
use super::database::{Database, Kind};
use super::positive;
use super::postgres::Cluster;
use super::worker::SCOPES;
use crate::application::{Application, Tokens, ensure_active};
use crate::chance::Chance;
use crate::client::{Answer, HttpRequest};
use crate::load::{self, CONNECTIONS, LoadClient, Rotating, Summary};
use crate::memory::megabytes;
use crate::person::Person;
use crate::process::{Server, Setup};
use crate::series::Series;

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
#[derive(clap::Args)]
pub(crate) struct Plan {
    /// 1,000,000, or 100,000 in a quick run
    #[arg(long, value_parser = positive)]
    grants: Option<usize>,
    /// 100,000, or 10,000 in a quick run
    #[arg(long, value_parser = positive)]
    members: Option<usize>,
    #[arg(long, default_value = "sqlite")]
    database: Kind,
}

/// A network with really issued tokens.
struct Network {
    setup: Setup,
    database: Database,
    /// The tokens of the first one are used.
    applications: Vec<Arc<Application>>,
    tokens: Vec<Tokens>,
}

/// Fills, measures and prints.
pub(super) async fn run(plan: &Plan, quick: bool) -> Result<()> {
    let (grants, members, rounds) = if quick {
        (100_000, 10_000, 3)
    } else {
        (1_000_000, 100_000, 5)
    };
    let (grants, members) = (plan.grants.unwrap_or(grants), plan.members.unwrap_or(members));
    let (kind, cluster) = (plan.database, plan.database.cluster()?);
    let (large, small) = (tempfile::tempdir()?, tempfile::tempdir()?);
    let started = Instant::now();
    let mut large = begin(large.path(), cluster.as_ref(), "large", members).await?;
    let mut small = begin(small.path(), cluster.as_ref(), "small", 0).await?;
    let mut chance = Chance(7);
    let members = "SELECT count(*), min(id), max(id) FROM members";
    let [members, first, last] = large.database.numbers(members)?;
    // The oldest come first, as in a server that has run for years.
    fill::grants(&large.database, grants / 10, Age::Over, &mut chance)?;
    for _ in 0..PLACES {
        fill::grants(&large.database, grants / PLACES, Age::Fresh, &mut chance)?;
        issue(&mut large).await?;
        issue(&mut small).await?;
    }
    large.database.settle()?;
    small.database.settle()?;
    println!(
        "\n## {} grants of {members} members (numbers {first} to {last}), beside {} grants, on {kind}\n",
        fill::count(&large.database)?,
        fill::count(&small.database)?
    );
    println!(
        "Filled in {:.0} s; the database takes {:.0} MB.",
        started.elapsed().as_secs_f64(),
        megabytes(fill::size(&large.database)?)
    );
    let ratios = compare(&mut large, &mut small, rounds).await?;
    purge::run(&mut large).await?;
    println!("\nAll of it took {:.0} s.", started.elapsed().as_secs_f64());
    ensure!(
        ratios.iter().all(|ratio| *ratio >= GOAL),
        "the large database is slower than {GOAL} of the small one"
    );
    Ok(())
}

/// Creates a network with members and applications, and stops the server again.
async fn begin(data: &Path, cluster: Option<&Rc<Cluster>>, name: &str, members: usize) -> Result<Network> {
    let (database, url) = Database::create(data, cluster, name)?;
    let setup = Setup {
        database: url,
        settings: vec![KEEPS_ALL],
        ..Setup::on(data)
    };
    let server = Server::start(&setup).await?;
    if members > 0 {
        crate::headless::import_members(&setup, members)?;
    }
    let applications = (0..APPLICATIONS)
        .map(|_| Application::register(&setup, SCOPES).map(Arc::new))
        .collect::<Result<_>>()?;
    server.stop();
    Ok(Network {
        setup,
        database,
        applications,
        tokens: Vec::new(),
    })
}

/// Creates grants over HTTP, in the normal way.
async fn issue(network: &mut Network) -> Result<()> {
    let server = Server::start(&network.setup).await?;
    let mut host = Person::host(server.address).await?;
    for _ in 0..REAL {
        let tokens = network.applications[0].tokens_of(&mut host, SCOPES).await?;
        network.tokens.push(tokens);
    }
    server.stop();
    Ok(())
}

/// Introspects random access tokens, so that rows come from all over the table.
struct Introspecting {
    requests: Vec<HttpRequest>,
    chance: Chance,
}

impl LoadClient for Introspecting {
    fn next(&mut self) -> Option<HttpRequest> {
        let at = self.chance.below(self.requests.len());
        Some(self.requests[at].clone())
    }

    fn check(&mut self, answer: &Answer) -> Result<()> {
        ensure_active(answer)
    }
}

async fn introspect(server: &Server, network: &Network, duration: Duration) -> Result<Summary> {
    let requests: Vec<HttpRequest> = network
        .tokens
        .iter()
        .map(|tokens| network.applications[0].introspect(&tokens.access))
        .collect();
    let clients = (0..CONNECTIONS).map(|number| Introspecting {
        requests: requests.clone(),
        chance: Chance(number as u64),
    });
    Ok(load::run(server, clients.collect(), duration).await?.0)
}

async fn rotate(server: &Server, network: &mut Network, duration: Duration) -> Result<Summary> {
    let share = network.tokens.len().div_ceil(CONNECTIONS);
    let clients = network.tokens.chunks(share).map(|tokens| Rotating {
        application: network.applications[0].clone(),
        tokens: tokens.to_vec(),
        at: 0,
    });
    let (summary, clients) = load::run(server, clients.collect(), duration).await?;
    network.tokens = clients.into_iter().flat_map(|client| client.tokens).collect();
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
    let mut introspections = [Series::default(), Series::default()];
    let mut rotations = [Series::default(), Series::default()];
    for _ in 0..rounds {
        introspections[0]
            .0
            .push(introspect(&on_large, large, ROUND).await?);
        introspections[1]
            .0
            .push(introspect(&on_small, small, ROUND).await?);
        rotations[0].0.push(rotate(&on_large, large, ROUND).await?);
        rotations[1].0.push(rotate(&on_small, small, ROUND).await?);
    }
    println!(
        "| medians of {rounds} interleaved rounds | large: a second | p99 ms | small: a second | p99 ms | ratio | goal |"
    );
    println!("|---|---|---|---|---|---|---|");
    let ratios = [
        print("introspections", &introspections),
        print("rotations", &rotations),
    ];
    println!(
        "\nMemory: {:.1} MB with the large one, {:.1} MB with the small one.",
        megabytes(on_large.memory()?),
        megabytes(on_small.memory()?)
    );
    on_large.stop();
    on_small.stop();
    Ok(ratios)
}

/// Prints what was measured with the large and the small database. Returns the ratio.
fn print(what: &str, [large, small]: &[Series; 2]) -> f64 {
    let ratio = large.ratio_to(small);
    println!(
        "| {what} | {:.0} | {:.2} | {:.0} | {:.2} | {ratio:.2} | {GOAL} |",
        large.median(|round| round.rate),
        large.median(|round| round.p99),
        small.median(|round| round.rate),
        small.median(|round| round.p99)
    );
    ratio
}
