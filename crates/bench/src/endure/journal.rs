//! What one worker's requests changed: applications, unused codes, grants with their newest tokens, and what ended. A
//! request without an answer is in doubt: it may or may not have worked, but nothing in between.

use std::collections::HashSet;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use http::StatusCode;
use serde_json::Value;

use super::caller::Caller;
use crate::application::{Application, Tokens, ensure_active, tokens_in, userinfo};
use crate::chance::Chance;
use crate::client::ensure_status;

/// How long a request after a kill may stay unanswered.
pub(super) const PATIENCE: Duration = Duration::from_secs(30);
/// How many of the records that ended long ago are checked again each time.
const SAMPLE: usize = 30;

/// The state of a record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Life {
    /// It exists.
    Alive,
    /// Its end was requested but not acknowledged.
    InDoubt,
    /// Its end was acknowledged.
    Ended,
}

/// An application that the worker registered.
#[derive(Clone, Debug)]
pub(super) struct Registered {
    pub(super) application: Application,
    pub(super) life: Life,
}

/// A grant with the newest acknowledged tokens.
#[derive(Clone, Debug)]
pub(super) struct Granted {
    /// The index of the worker's application.
    pub(super) application: usize,
    pub(super) tokens: Tokens,
    pub(super) life: Life,
}

/// The journal.
#[derive(Default)]
pub(super) struct Journal {
    pub(super) applications: Vec<Registered>,
    /// Acknowledged codes that were not used yet, with their application.
    pub(super) codes: Vec<(usize, String)>,
    pub(super) grants: Vec<Granted>,
    pub(super) ended: Vec<Granted>,
    /// How many of the ended records were checked.
    looked_at: usize,
    /// How many answers were checked after the kills.
    pub(super) verified: usize,
}

impl Journal {
    /// Ends what belongs to a deleted application.
    pub(super) fn application_ended(&mut self, at: usize) {
        self.applications[at].life = Life::Ended;
        self.codes.retain(|(application, _)| *application != at);
        let over = self.grants.extract_if(.., |grant| grant.application == at);
        self.ended.extend(over);
    }

    /// Compares the journal with the server. `listed` are the client ids that the server has.
    pub(super) async fn verify(
        &mut self,
        caller: &mut Caller,
        listed: &HashSet<String>,
        chance: &mut Chance,
        all: bool,
    ) -> Result<()> {
        self.verify_applications(listed)?;
        self.verify_codes(caller).await?;
        self.verify_alive(caller).await?;
        self.verify_ended(caller, chance, all).await
    }

    fn verify_applications(&mut self, listed: &HashSet<String>) -> Result<()> {
        for at in 0..self.applications.len() {
            let Registered { application, life } = &self.applications[at];
            let id = &application.client_id;
            let there = listed.contains(id);
            match life {
                Life::Alive => ensure!(there, "LOST: application {id} was acknowledged and is not there"),
                Life::Ended => ensure!(!there, "ALIVE AGAIN: application {id} was deleted and is there"),
                Life::InDoubt if there => self.applications[at].life = Life::Alive,
                Life::InDoubt => self.application_ended(at),
            }
        }
        Ok(())
    }

    async fn verify_codes(&mut self, caller: &mut Caller) -> Result<()> {
        for (application, code) in std::mem::take(&mut self.codes) {
            let request = self.applications[application].application.redeem(&code);
            let answer = caller.insist(&request, PATIENCE).await?;
            let tokens = tokens_in(&answer).context("LOST: a code that was acknowledged")?;
            self.verified += 1;
            self.grants.push(Granted {
                application,
                tokens,
                life: Life::Alive,
            });
        }
        Ok(())
    }

    async fn verify_alive(&mut self, caller: &mut Caller) -> Result<()> {
        for mut grant in std::mem::take(&mut self.grants) {
            let application = &self.applications[grant.application].application;
            if grant.life == Life::Alive {
                // No newer token was ever used, so the previous pair is also valid.
                let request = application.introspect(&grant.tokens.access);
                ensure_active(&caller.insist(&request, PATIENCE).await?)
                    .context("LOST: an access token that was acknowledged")?;
            }
            let request = application.refresh(&grant.tokens.refresh);
            let answer = caller.insist(&request, PATIENCE).await?;
            if grant.life == Life::InDoubt && answer.status() == StatusCode::BAD_REQUEST {
                self.ended.push(grant);
                continue;
            }
            grant.tokens =
                tokens_in(&answer).context("LOST: the newest refresh token that was acknowledged")?;
            grant.life = Life::Alive;
            let request = application.introspect(&grant.tokens.access);
            ensure_active(&caller.insist(&request, PATIENCE).await?)
                .context("WRONG: an access token just after it was issued")?;
            self.verified += 3;
            self.grants.push(grant);
        }
        Ok(())
    }

    /// Checks what ended since the last time, and a sample of what ended before; or everything.
    async fn verify_ended(&mut self, caller: &mut Caller, chance: &mut Chance, all: bool) -> Result<()> {
        let mut which: Vec<usize> = (self.looked_at..self.ended.len()).collect();
        if all {
            which = (0..self.ended.len()).collect();
        } else if self.looked_at > 0 {
            which.extend((0..SAMPLE).map(|_| chance.below(self.looked_at)));
        }
        self.looked_at = self.ended.len();
        for at in which {
            let grant = &self.ended[at];
            let Registered { application, life } = &self.applications[grant.application];
            let answer = caller.insist(&userinfo(&grant.tokens.access), PATIENCE).await?;
            ensure_status(
                "ALIVE AGAIN: the access token of a grant that ended",
                &answer,
                StatusCode::UNAUTHORIZED,
            )?;
            let request = application.refresh(&grant.tokens.refresh);
            let answer = caller.insist(&request, PATIENCE).await?;
            let error: Value = serde_json::from_slice(answer.body())?;
            let expected = if *life == Life::Ended {
                "invalid_client"
            } else {
                "invalid_grant"
            };
            ensure!(
                error["error"] == expected,
                "ALIVE AGAIN: the refresh token of a grant that ended: {} {error}",
                answer.status()
            );
            self.verified += 2;
        }
        Ok(())
    }
}
