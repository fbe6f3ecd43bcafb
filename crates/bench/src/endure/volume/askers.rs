//! Clients that use tokens in random order, so that rows come from all over the table.

use anyhow::Result;

use crate::application::{Application, Tokens, ensure_active, tokens_in};
use crate::chance::Chance;
use crate::client::{Answer, Ask};
use crate::load::Asker;

/// Introspects random access tokens.
pub(super) struct Introspecting {
    asks: Vec<Ask>,
    chance: Chance,
}

impl Introspecting {
    pub(super) fn new(application: &Application, tokens: &[Tokens], number: usize) -> Self {
        Self {
            asks: tokens
                .iter()
                .map(|tokens| application.introspect(&tokens.access))
                .collect(),
            chance: Chance(number as u64),
        }
    }
}

impl Asker for Introspecting {
    fn next(&mut self) -> Option<Ask> {
        let at = self.chance.below(self.asks.len());
        Some(self.asks[at].clone())
    }

    fn check(&mut self, answer: &Answer) -> Result<()> {
        ensure_active(answer)
    }
}

/// Rotates refresh tokens in turn.
pub(super) struct Rotating {
    pub(super) application: Application,
    /// The newest tokens.
    pub(super) tokens: Vec<Tokens>,
    pub(super) at: usize,
}

impl Asker for Rotating {
    fn next(&mut self) -> Option<Ask> {
        self.at = (self.at + 1) % self.tokens.len();
        Some(self.application.refresh(&self.tokens[self.at].refresh))
    }

    fn check(&mut self, answer: &Answer) -> Result<()> {
        self.tokens[self.at] = tokens_in(answer)?;
        Ok(())
    }
}
