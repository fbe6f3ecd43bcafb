//! Clients that use tokens in random order, so that rows come from all over the table.

use anyhow::{Result, ensure};

use crate::application::Application;
use crate::chance::Chance;
use crate::client::{Answer, HttpRequest};
use crate::endure::journal::{active_in, pair_in};
use crate::load::LoadClient;

/// Introspects random access tokens.
pub(super) struct Introspecting {
    requests: Vec<HttpRequest>,
    chance: Chance,
}

impl Introspecting {
    pub(super) fn new(application: &Application, pairs: &[(String, String)], number: usize) -> Self {
        Self {
            requests: pairs
                .iter()
                .map(|(access, _)| application.post("/oauth/introspect", &[("token", access)]))
                .collect(),
            chance: Chance(number as u64),
        }
    }
}

impl LoadClient for Introspecting {
    fn next(&mut self) -> Option<HttpRequest> {
        let at = self.chance.below(self.requests.len());
        Some(self.requests[at].clone())
    }

    fn check(&mut self, answer: &Answer) -> Result<()> {
        ensure!(active_in(answer)?, "a token is not active");
        Ok(())
    }
}

/// Rotates refresh tokens in turn.
pub(super) struct Rotating {
    application: Application,
    pairs: Vec<(String, String)>,
    at: usize,
}

impl Rotating {
    pub(super) fn new(application: &Application, pairs: &[(String, String)]) -> Self {
        Self {
            application: application.clone(),
            pairs: pairs.to_vec(),
            at: 0,
        }
    }

    /// The newest tokens.
    pub(super) fn into_pairs(self) -> Vec<(String, String)> {
        self.pairs
    }
}

impl LoadClient for Rotating {
    fn next(&mut self) -> Option<HttpRequest> {
        self.at = (self.at + 1) % self.pairs.len();
        Some(self.application.refresh(&self.pairs[self.at].1))
    }

    fn check(&mut self, answer: &Answer) -> Result<()> {
        self.pairs[self.at] = pair_in(answer)?;
        Ok(())
    }
}
