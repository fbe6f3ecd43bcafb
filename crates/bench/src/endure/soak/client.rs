//! The clients of a soak: they use tokens, rotate tokens, add members, abandon consents and make mistakes.

use std::sync::Arc;
use std::sync::PoisonError;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Instant;

use anyhow::Result;
use http::StatusCode;
use serde_json::json;

use super::{SCOPES, Times};
use crate::application::{Application, Tokens, code_in, ensure_active, tokens_in, userinfo};
use crate::chance::Chance;
use crate::client::{Answer, Connection, HttpRequest, ensure_ok, ensure_status, get, graphql};

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

/// A client with its connections.
pub(super) struct Client {
    pub(super) server: Connection,
    pub(super) bare: Connection,
    pub(super) application: Application,
    pub(super) cookie: String,
    pub(super) graphql: String,
    /// Where it records response times.
    pub(super) times: Arc<Times>,
}

impl Client {
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

    /// Works until it is told to stop. A wrong answer is an error.
    pub(super) async fn work(mut self, number: usize, stop: Arc<AtomicBool>) -> Result<()> {
        let mut chance = Chance(number as u64);
        let mut tokens = self.grant().await?;
        while !stop.load(Ordering::Relaxed) {
            match chance.below(100) {
                0..=39 => {
                    let request = self.application.introspect(&tokens.access);
                    ensure_active(&self.send("introspection", request).await?)?;
                }
                40..=59 => {
                    let request = self.application.refresh(&tokens.refresh);
                    tokens = tokens_in(&self.send("rotation", request).await?)?;
                }
                60..=63 => tokens = self.grant().await?,
                64..=79 => self.read(&tokens.access).await?,
                80..=83 => drop(self.code().await?),
                84..=89 => self.mistake(&tokens.access, chance.below(3)).await?,
                _ => drop(self.send(BARE, get("/", &[])).await?),
            }
        }
        Ok(())
    }

    async fn code(&mut self) -> Result<String> {
        let request = self.application.authorize(&self.cookie, SCOPES);
        code_in(&self.send("abandoned grant", request).await?)
    }

    async fn grant(&mut self) -> Result<Tokens> {
        let code = self.code().await?;
        tokens_in(&self.send("exchange", self.application.redeem(&code)).await?)
    }

    async fn read(&mut self, access: &str) -> Result<()> {
        let query = json!({ "query": "{ me { id name } }" });
        let request = graphql(&self.graphql, access, &query);
        ensure_ok("GraphQL", &self.send("GraphQL me", request).await?)
    }

    /// Makes a client's mistake. The error has to be right.
    async fn mistake(&mut self, access: &str, which: usize) -> Result<()> {
        let (request, expected) = match which {
            0 => {
                let code = "lk_ac_no-such-code-was-ever-issued-by-anybody";
                (self.application.redeem(code), StatusCode::BAD_REQUEST)
            }
            1 => {
                let changed = format!("{}x", &access[..access.len() - 1]);
                (userinfo(&changed), StatusCode::UNAUTHORIZED)
            }
            _ => {
                let stranger = Application {
                    client_secret: "A".repeat(43),
                    ..self.application.clone()
                };
                (stranger.introspect(access), StatusCode::UNAUTHORIZED)
            }
        };
        let answer = self.send("mistake", request).await?;
        ensure_status("a mistake", &answer, expected)
    }
}
