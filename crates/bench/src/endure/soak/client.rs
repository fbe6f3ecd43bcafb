//! The clients of a soak: they use tokens, rotate tokens, add members, abandon consents and make mistakes.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use anyhow::{Result, ensure};
use http::StatusCode;
use serde_json::json;

use super::{SCOPES, Times};
use crate::application::{Application, code_in};
use crate::chance::Chance;
use crate::client::{Answer, Connection, HttpRequest, get, post_json};
use crate::endure::journal::{active_in, pair_in};

/// What is measured.
pub(super) const KINDS: &[&str] = &[
    "introspection",
    "rotation",
    "exchange",
    "GraphQL me",
    "abandoned grant",
    "mistake",
    BARE,
];

/// Measured beside them, because other programs may slow the machine down.
pub(super) const BARE: &str = "bare endpoint";

/// A client.
pub(super) struct Client {
    pub(super) server: SocketAddr,
    pub(super) bare: SocketAddr,
    pub(super) application: Application,
    pub(super) cookie: String,
    pub(super) graphql: String,
}

/// Its connections, and where it records response times.
struct Connections {
    server: Connection,
    bare: Connection,
    times: Arc<Times>,
}

impl Connections {
    async fn send(&mut self, kind: &'static str, request: HttpRequest) -> Result<Answer> {
        let connection = if kind == BARE {
            &mut self.bare
        } else {
            &mut self.server
        };
        let started = Instant::now();
        let answer = connection.send(request).await?;
        let took = started.elapsed();
        let mut times = self.times.lock().unwrap_or_else(PoisonError::into_inner);
        times.entry(kind).or_default().push(took);
        Ok(answer)
    }
}

impl Client {
    /// Works until it is told to stop. A wrong answer is an error.
    pub(super) async fn work(self, number: usize, stop: Arc<AtomicBool>, times: Arc<Times>) -> Result<()> {
        let mut chance = Chance(number as u64);
        let mut connections = Connections {
            server: Connection::open(self.server).await?,
            bare: Connection::open(self.bare).await?,
            times,
        };
        let (mut access, mut refresh) = self.grant(&mut connections).await?;
        while !stop.load(Ordering::Relaxed) {
            match chance.below(100) {
                0..=39 => {
                    let request = self.application.post("/oauth/introspect", &[("token", &access)]);
                    let answer = connections.send("introspection", request).await?;
                    ensure!(active_in(&answer)?, "a token is not active");
                }
                40..=59 => {
                    let request = self.application.refresh(&refresh);
                    (access, refresh) = pair_in(&connections.send("rotation", request).await?)?;
                }
                60..=63 => (access, refresh) = self.grant(&mut connections).await?,
                64..=79 => self.read(&mut connections, &access).await?,
                80..=83 => drop(self.code(&mut connections).await?),
                84..=89 => self.mistake(&mut connections, &access, chance.below(3)).await?,
                _ => drop(connections.send(BARE, get("/", &[])).await?),
            }
        }
        Ok(())
    }

    async fn code(&self, connections: &mut Connections) -> Result<String> {
        let request = self.application.authorize_with(&self.cookie, SCOPES);
        code_in(&connections.send("abandoned grant", request).await?)
    }

    async fn grant(&self, connections: &mut Connections) -> Result<(String, String)> {
        let code = self.code(connections).await?;
        pair_in(
            &connections
                .send("exchange", self.application.redeem(&code))
                .await?,
        )
    }

    async fn read(&self, connections: &mut Connections, access: &str) -> Result<()> {
        let bearer = format!("Bearer {access}");
        let query = json!({ "query": "{ me { id name } }" });
        let request = post_json(&self.graphql, &[("authorization", &bearer)], &query);
        let answer = connections.send("GraphQL me", request).await?;
        ensure!(
            answer.status() == StatusCode::OK,
            "GraphQL answered {}: {}",
            answer.status(),
            String::from_utf8_lossy(answer.body())
        );
        Ok(())
    }

    /// Makes a client's mistake. The error has to be right.
    async fn mistake(&self, connections: &mut Connections, access: &str, which: usize) -> Result<()> {
        let (request, expected) = match which {
            0 => (
                self.application
                    .redeem("lk_ac_no-such-code-was-ever-issued-by-anybody"),
                StatusCode::BAD_REQUEST,
            ),
            1 => {
                let bearer = format!("Bearer {}x", &access[..access.len() - 1]);
                (
                    get("/oauth/userinfo", &[("authorization", &bearer)]),
                    StatusCode::UNAUTHORIZED,
                )
            }
            _ => {
                let stranger = Application::known(self.application.client_id(), &"A".repeat(43));
                (
                    stranger.post("/oauth/introspect", &[("token", access)]),
                    StatusCode::UNAUTHORIZED,
                )
            }
        };
        let answer = connections.send("mistake", request).await?;
        ensure!(
            answer.status() == expected,
            "a mistake was answered {} instead of {expected}: {}",
            answer.status(),
            String::from_utf8_lossy(answer.body())
        );
        Ok(())
    }
}
