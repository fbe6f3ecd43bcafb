//! Load: a number of connections, each of which asks again as soon as it has its answer.

use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use tokio::task::JoinSet;

use crate::client::{Answer, Ask, Connection};
use crate::process::Server;
use crate::statistics::percentile;

/// How many connections ask at once.
pub(crate) const CONNECTIONS: usize = 16;

/// What one connection asks for.
pub(crate) trait Asker: Send + 'static {
    /// What to ask next; `None` when there is nothing left to ask.
    fn next(&mut self) -> Option<Ask>;

    /// Looks at the answer. An error ends the measurement: figures for wrong answers are none.
    fn check(&mut self, answer: &Answer) -> Result<()>;
}

/// What came out.
pub(crate) struct Summary {
    /// Answers a second.
    pub(crate) rate: f64,
    /// What each answer took of the server's processor time, in microseconds. Unlike the rate it does not depend on what
    /// else the machine does.
    pub(crate) cpu: f64,
    /// The time that half of the answers took at most, in milliseconds.
    pub(crate) p50: f64,
    /// The time that 99 of 100 answers took at most, in milliseconds.
    pub(crate) p99: f64,
}

/// Asks for `duration`, or until there is nothing left to ask, one connection for each asker. Gives the askers back.
pub(crate) async fn run<A: Asker>(
    server: &Server,
    askers: Vec<A>,
    duration: Duration,
) -> Result<(Summary, Vec<A>)> {
    let mut connections = Vec::new();
    for _ in &askers {
        connections.push(Connection::open(server.address).await?);
    }
    let cpu = server.cpu()?;
    let begun = Instant::now();
    let until = begun + duration;
    let mut work = JoinSet::new();
    for (connection, asker) in connections.into_iter().zip(askers) {
        work.spawn(ask_until(connection, asker, until));
    }
    let mut times = Vec::new();
    let mut askers = Vec::new();
    while let Some(outcome) = work.join_next().await {
        let (asker, taken) = outcome??;
        askers.push(asker);
        times.extend(taken);
    }
    let elapsed = begun.elapsed().as_secs_f64();
    #[allow(clippy::cast_precision_loss)]
    // As many answers as a number of seconds on one machine can hold.
    let count = times.len() as f64;
    let summary = Summary {
        rate: count / elapsed,
        cpu: server.cpu()?.saturating_sub(cpu).as_secs_f64() * 1_000_000.0 / count,
        p50: percentile(&mut times, 50),
        p99: percentile(&mut times, 99),
    };
    Ok((summary, askers))
}

async fn ask_until<A: Asker>(
    mut connection: Connection,
    mut asker: A,
    until: Instant,
) -> Result<(A, Vec<Duration>)> {
    let mut times = Vec::new();
    while Instant::now() < until {
        let Some(ask) = asker.next() else { break };
        let begun = Instant::now();
        let answer = connection.send(ask).await.context("the server went away")?;
        times.push(begun.elapsed());
        asker.check(&answer)?;
    }
    Ok((asker, times))
}

/// Asks the same every time.
#[derive(Clone)]
pub(crate) struct Repeat(pub(crate) Ask);

impl Asker for Repeat {
    fn next(&mut self) -> Option<Ask> {
        Some(self.0.clone())
    }

    fn check(&mut self, answer: &Answer) -> Result<()> {
        anyhow::ensure!(
            answer.status().is_success(),
            "{}: {}",
            answer.status(),
            String::from_utf8_lossy(answer.body())
        );
        Ok(())
    }
}
