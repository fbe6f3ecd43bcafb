//! Two nodes on one `PostgreSQL` behind a balancer, while one of them dies and comes back: clients that retry when a
//! connection breaks never see a wrong answer. Also measures how much faster two nodes are than one.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use http::StatusCode;
use tokio::task::JoinSet;

use super::balancer::Balancer;
use super::caller::Caller;
use super::positive;
use super::postgres::{Cluster, ensure_supported};
use super::worker::SCOPES;
use crate::application::{Application, Tokens, active_in, code_in, ensure_active, tokens_in};
use crate::client::{Answer, HttpRequest, ensure_ok, ensure_status};
use crate::load::CONNECTIONS;
use crate::person::Person;
use crate::process::{Server, Setup};

/// How long a node lives between two kills.
const LIFE: Duration = Duration::from_millis(2_500);
/// How long a client retries: no longer than a node is down.
const PATIENCE: Duration = Duration::from_secs(20);

/// What to run.
#[derive(clap::Args)]
pub(crate) struct Plan {
    /// How long a node is killed repeatedly: 30, or 6 in a quick run. Each of the four measurements takes a quarter
    #[arg(long, value_parser = positive)]
    seconds: Option<usize>,
    /// `postgres`, or the URL of an empty database
    #[arg(long)]
    database: Option<String>,
}

/// What the clients share.
struct Load {
    application: Application,
    cookie: String,
    stop: AtomicBool,
    rotated: AtomicUsize,
    introspected: AtomicUsize,
    revoked: AtomicUsize,
}

impl Load {
    /// Clients may work, and nothing is counted yet.
    fn begin(&self) {
        self.stop.store(false, Ordering::Relaxed);
        for count in [&self.rotated, &self.introspected, &self.revoked] {
            count.store(0, Ordering::Relaxed);
        }
    }
}

/// What a client does.
#[derive(Clone, Copy)]
enum Kind {
    Rotate,
    Introspect,
    /// Everything, comparing each answer with the previous one, which another node may have given.
    Check,
}

/// Runs, checks and prints.
pub(super) async fn run(plan: Plan, quick: bool) -> Result<()> {
    let seconds = plan.seconds.unwrap_or(if quick { 6 } else { 30 }) as u64;
    ensure_supported()?;
    let cluster = match plan.database.as_deref() {
        None | Some("postgres") => Some(Cluster::start()?),
        Some(url) if url.starts_with("postgres") => None,
        Some(other) => bail!("--database {other}: two nodes need PostgreSQL; expected postgres://…"),
    };
    let database = match &cluster {
        Some(cluster) => Some(cluster.database("nodes")?),
        None => plan.database,
    };
    let data = tempfile::tempdir()?;
    let setup = Setup {
        database,
        ..Setup::on(data.path())
    };
    let one = Server::start(&setup).await?;
    let mut other = Server::start(&setup).await?;
    let balancer = Balancer::start(vec![one.address, other.address]).await?;
    let load = Arc::new(Load {
        application: Application::register(&setup, SCOPES)?,
        cookie: Person::host(one.address).await?.cookie,
        stop: AtomicBool::new(false),
        rotated: AtomicUsize::default(),
        introspected: AtomicUsize::default(),
        revoked: AtomicUsize::default(),
    });

    let each = Duration::from_secs((seconds).div_ceil(4));
    println!("\n## Two nodes on PostgreSQL, {CONNECTIONS} clients\n");
    println!("| nodes | rotations a second | introspections a second |\n|---|---|---|");
    for nodes in [vec![one.address], vec![one.address, other.address]] {
        balancer.set(nodes.clone());
        let rotated = measure(&load, &balancer, Kind::Rotate, each).await?;
        let introspected = measure(&load, &balancer, Kind::Introspect, each).await?;
        println!("| {} | {rotated:.0} | {introspected:.0} |", nodes.len());
    }

    load.begin();
    let clients = start(&load, &balancer, Kind::Check);
    let started = Instant::now();
    let mut kills = 0;
    while started.elapsed() < Duration::from_secs(seconds) {
        tokio::time::sleep(LIFE).await;
        other.kill();
        kills += 1;
        tokio::time::sleep(LIFE / 5).await;
        other = Server::start(&setup).await?;
        balancer.set(vec![one.address, other.address]);
    }
    finish(&load, clients).await?;
    println!(
        "\nOne node was killed {kills} times in {:.0} s. Meanwhile {} rotations, {} introspections and {} revocations were \
         acknowledged; none of the answers contradicted one before it.",
        started.elapsed().as_secs_f64(),
        load.rotated.load(Ordering::Relaxed),
        load.introspected.load(Ordering::Relaxed),
        load.revoked.load(Ordering::Relaxed),
    );
    if let Some(cluster) = &cluster {
        cluster.check("nodes")?;
        println!("The database is sound (`pg_amcheck --heapallindexed`).");
    }
    Ok(())
}

async fn measure(load: &Arc<Load>, balancer: &Balancer, kind: Kind, duration: Duration) -> Result<f64> {
    load.begin();
    let clients = start(load, balancer, kind);
    // Wait until each has its grant.
    tokio::time::sleep(Duration::from_millis(300)).await;
    let done = || load.rotated.load(Ordering::Relaxed) + load.introspected.load(Ordering::Relaxed);
    let (before, started) = (done(), Instant::now());
    tokio::time::sleep(duration).await;
    let count = u32::try_from(done() - before)?;
    let rate = f64::from(count) / started.elapsed().as_secs_f64();
    finish(load, clients).await?;
    Ok(rate)
}

fn start(load: &Arc<Load>, balancer: &Balancer, kind: Kind) -> JoinSet<Result<()>> {
    let mut clients = JoinSet::new();
    for _ in 0..CONNECTIONS {
        // Two connections made one after the other reach different nodes.
        let client = Client {
            load: load.clone(),
            callers: [(); 2].map(|()| Caller::new(balancer.address, false)),
            turn: 0,
        };
        clients.spawn(client.work(kind));
    }
    clients
}

async fn finish(load: &Load, mut clients: JoinSet<Result<()>>) -> Result<()> {
    load.stop.store(true, Ordering::Relaxed);
    while let Some(outcome) = clients.join_next().await {
        outcome??;
    }
    Ok(())
}

struct Client {
    load: Arc<Load>,
    callers: [Caller; 2],
    turn: usize,
}

impl Client {
    async fn send(&mut self, request: &HttpRequest) -> Result<Answer> {
        self.turn += 1;
        if self.turn.is_multiple_of(500) {
            // Reconnect, so that a node that came back gets its share.
            self.callers.iter_mut().for_each(Caller::hang_up);
        }
        self.callers[self.turn % 2].insist(request, PATIENCE).await
    }

    /// A new grant. A code whose exchange was not answered is not sent again: that would look like theft.
    async fn grant(&mut self) -> Result<Tokens> {
        loop {
            let authorize = self.load.application.authorize(&self.load.cookie, SCOPES);
            let code = code_in(&self.send(&authorize).await?)?;
            let request = self.load.application.redeem(&code);
            self.turn += 1;
            if let Some(answer) = self.callers[self.turn % 2].send(request).await? {
                return tokens_in(&answer);
            }
        }
    }

    async fn introspect(&mut self, token: &str) -> Result<Answer> {
        let answer = self.send(&self.load.application.introspect(token)).await?;
        self.load.introspected.fetch_add(1, Ordering::Relaxed);
        Ok(answer)
    }

    async fn rotate(&mut self, refresh: &str) -> Result<Tokens> {
        let request = self.load.application.refresh(refresh);
        let tokens = tokens_in(&self.send(&request).await?)
            .context("WRONG: a refresh token that was acknowledged does not rotate")?;
        ensure!(
            tokens.refresh != refresh,
            "WRONG: the refresh token was not rotated"
        );
        self.load.rotated.fetch_add(1, Ordering::Relaxed);
        Ok(tokens)
    }

    async fn work(mut self, kind: Kind) -> Result<()> {
        let mut tokens = self.grant().await?;
        let mut rounds = 0_usize;
        while !self.load.stop.load(Ordering::Relaxed) {
            rounds += 1;
            if matches!(kind, Kind::Rotate | Kind::Check) {
                tokens = self.rotate(&tokens.refresh).await?;
            }
            if matches!(kind, Kind::Introspect | Kind::Check) {
                ensure_active(&self.introspect(&tokens.access).await?).context("WRONG")?;
            }
            if matches!(kind, Kind::Check) && rounds.is_multiple_of(10) {
                self.revoke(&tokens).await?;
                tokens = self.grant().await?;
            }
        }
        Ok(())
    }

    async fn revoke(&mut self, tokens: &Tokens) -> Result<()> {
        let request = self.load.application.revoke(&tokens.refresh);
        ensure_ok("revoking", &self.send(&request).await?)?;
        self.load.revoked.fetch_add(1, Ordering::Relaxed);
        for token in [&tokens.access, &tokens.refresh] {
            ensure!(
                !active_in(&self.introspect(token).await?)?,
                "WRONG: a token is active after it was revoked"
            );
        }
        let request = self.load.application.refresh(&tokens.refresh);
        ensure_status(
            "WRONG: a refresh token that was revoked",
            &self.send(&request).await?,
            StatusCode::BAD_REQUEST,
        )
    }
}
