//! Load: several connections, each of which sends its next request as soon as it has an answer.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use tokio::task::JoinSet;

use crate::application::{Application, Tokens, tokens_in};
use crate::client::{Answer, Connection, HttpRequest, ensure_ok};
use crate::process::Server;
use crate::statistics::percentile;

/// The number of concurrent connections.
pub(crate) const CONNECTIONS: usize = 16;

/// The requests of one connection.
pub(crate) trait LoadClient: Send + 'static {
    /// The next request; `None` when there are no more.
    fn next(&mut self) -> Option<HttpRequest>;

    /// Checks the answer. An error ends the measurement: figures for wrong answers are meaningless.
    fn check(&mut self, answer: &Answer) -> Result<()>;
}

/// The result.
pub(crate) struct Summary {
    /// Answers per second.
    pub(crate) rate: f64,
    /// The server's processor time per answer, in microseconds. Unlike the rate, it does not depend on other programs
    /// on the machine.
    pub(crate) cpu: f64,
    /// The median response time, in milliseconds.
    pub(crate) p50: f64,
    /// The 99th percentile of the response time, in milliseconds.
    pub(crate) p99: f64,
}

/// Sends requests for `duration` or until there are no more, one connection per client. Returns the clients.
pub(crate) async fn run<A: LoadClient>(
    server: &Server,
    clients: Vec<A>,
    duration: Duration,
) -> Result<(Summary, Vec<A>)> {
    let mut connections = Vec::new();
    for _ in &clients {
        connections.push(Connection::open(server.address).await?);
    }
    let cpu = server.cpu()?;
    let started = Instant::now();
    let until = started + duration;
    let mut work = JoinSet::new();
    for (connection, client) in connections.into_iter().zip(clients) {
        work.spawn(send_until(connection, client, until));
    }
    let mut times = Vec::new();
    let mut clients = Vec::new();
    while let Some(outcome) = work.join_next().await {
        let (client, taken) = outcome??;
        clients.push(client);
        times.extend(taken);
    }
    let elapsed = started.elapsed().as_secs_f64();
    #[allow(clippy::cast_precision_loss)]
    // The number of answers of a few seconds fits.
    let count = times.len() as f64;
    let summary = Summary {
        rate: count / elapsed,
        cpu: server.cpu()?.saturating_sub(cpu).as_secs_f64() * 1_000_000.0 / count,
        p50: percentile(&mut times, 50),
        p99: percentile(&mut times, 99),
    };
    Ok((summary, clients))
}

async fn send_until<A: LoadClient>(
    mut connection: Connection,
    mut client: A,
    until: Instant,
) -> Result<(A, Vec<Duration>)> {
    let mut times = Vec::new();
    while Instant::now() < until {
        let Some(request) = client.next() else { break };
        let started = Instant::now();
        let answer = connection.send(request).await.context("the server went away")?;
        times.push(started.elapsed());
        client.check(&answer)?;
    }
    Ok((client, times))
}

/// Sends the same request every time.
#[derive(Clone)]
pub(crate) struct Repeat(pub(crate) HttpRequest);

impl LoadClient for Repeat {
    fn next(&mut self) -> Option<HttpRequest> {
        Some(self.0.clone())
    }

    fn check(&mut self, answer: &Answer) -> Result<()> {
        ensure_ok("the server", answer)
    }
}

/// Rotates refresh tokens in turn.
pub(crate) struct Rotating {
    pub(crate) application: Arc<Application>,
    /// The newest tokens.
    pub(crate) tokens: Vec<Tokens>,
    pub(crate) at: usize,
}

impl LoadClient for Rotating {
    fn next(&mut self) -> Option<HttpRequest> {
        self.at = (self.at + 1) % self.tokens.len();
        Some(self.application.refresh(&self.tokens[self.at].refresh))
    }

    fn check(&mut self, answer: &Answer) -> Result<()> {
        let tokens = tokens_in(answer)?;
        let before = std::mem::replace(&mut self.tokens[self.at], tokens);
        let rotated = self.tokens[self.at].refresh != before.refresh;
        ensure!(rotated, "the refresh token was not rotated");
        Ok(())
    }
}
