//! A worker that uses the server while it is killed: it performs random operations and keeps a journal.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result, ensure};
use http::StatusCode;
use serde_json::{Value, json};

use super::caller::{Caller, Reply};
use super::journal::{Granted, Journal, Life, Registered, active_in, pair_in};
use crate::application::{Application, code_in};
use crate::chance::Chance;
use crate::person::{call, draft};

/// The requested scopes.
pub(super) const SCOPES: &str = "read:userinfo read:posts";
/// The most applications and grants per worker. All of them are checked after each kill.
const APPLICATIONS: usize = 6;
const GRANTS: usize = 25;
/// The most unused codes for one application. The server keeps ten, and some belong to requests whose answer was lost.
const CODES: usize = 5;

/// A worker.
pub(super) struct Worker {
    pub(super) number: usize,
    pub(super) journal: Journal,
    pub(super) chance: Chance,
    /// The session of a host. It has to survive everything, too.
    pub(super) cookie: Arc<str>,
}

impl Worker {
    /// Works until it is told to stop or the server is down. A wrong answer is an error.
    pub(super) async fn work(&mut self, caller: &mut Caller, stop: &AtomicBool) -> Result<()> {
        while !stop.load(Ordering::Relaxed) {
            let answered = match self.chance.below(100) {
                0..=5 => self.create(caller).await?,
                6..=8 => self.delete(caller).await?,
                9..=22 => self.authorize(caller).await?,
                23..=36 => self.exchange(caller).await?,
                37..=44 => self.revoke(caller).await?,
                45..=79 => self.rotate(caller).await?,
                _ => self.introspect(caller).await?,
            };
            if !answered {
                self.journal.counts.in_doubt += 1;
                break;
            }
        }
        Ok(())
    }

    /// A random existing application.
    fn application(&mut self) -> Option<usize> {
        let alive: Vec<usize> = (0..self.journal.applications.len())
            .filter(|at| self.journal.applications[*at].life == Life::Alive)
            .collect();
        (!alive.is_empty()).then(|| alive[self.chance.below(alive.len())])
    }

    /// A random grant.
    fn grant(&mut self) -> Option<usize> {
        let count = self.journal.grants.len();
        (count > 0).then(|| self.chance.below(count))
    }

    async fn create(&mut self, caller: &mut Caller) -> Result<bool> {
        let alive = self.journal.applications.iter();
        if alive.filter(|one| one.life == Life::Alive).count() >= APPLICATIONS {
            return Ok(true);
        }
        let name = format!("Worker {}-{}", self.number, self.journal.applications.len());
        let request = call(&self.cookie, "applications/create", &draft(&name, true));
        let Some(answer) = caller.send(request).await?.answer() else {
            return Ok(false);
        };
        let saved: Value = serde_json::from_slice(answer.body())
            .with_context(|| format!("creating an application answered {}", answer.status()))?;
        let (Some(id), Some(secret)) = (saved["client_id"].as_str(), saved["new_secret"].as_str()) else {
            anyhow::bail!("creating an application answered {}: {saved}", answer.status());
        };
        self.journal.applications.push(Registered {
            application: Application::known(id, secret),
            life: Life::Alive,
        });
        self.journal.counts.created += 1;
        Ok(true)
    }

    async fn delete(&mut self, caller: &mut Caller) -> Result<bool> {
        let Some(at) = self.application() else {
            return Ok(true);
        };
        self.journal.applications[at].life = Life::InDoubt;
        let id = self.journal.applications[at].application.client_id();
        let request = call(&self.cookie, "applications/delete", &json!({ "client_id": id }));
        let Some(answer) = caller.send(request).await?.answer() else {
            return Ok(false);
        };
        ensure!(
            answer.status().is_success(),
            "deleting an application answered {}",
            answer.status()
        );
        self.journal.application_ended(at);
        self.journal.counts.deleted += 1;
        Ok(true)
    }

    async fn authorize(&mut self, caller: &mut Caller) -> Result<bool> {
        let Some(at) = self.application() else {
            return Ok(true);
        };
        let waiting = self.journal.codes.iter().filter(|(other, _)| *other == at);
        if waiting.count() >= CODES {
            return Ok(true);
        }
        let application = &self.journal.applications[at].application;
        let request = application.authorize_with(&self.cookie, SCOPES);
        let Some(answer) = caller.send(request).await?.answer() else {
            return Ok(false);
        };
        self.journal.codes.push((at, code_in(&answer)?));
        self.journal.counts.authorized += 1;
        Ok(true)
    }

    async fn exchange(&mut self, caller: &mut Caller) -> Result<bool> {
        if self.journal.codes.is_empty() || self.journal.grants.len() >= GRANTS {
            return Ok(true);
        }
        let (at, code) = self.journal.codes.remove(0);
        let request = self.journal.applications[at].application.redeem(&code);
        let Some(answer) = caller.send(request).await?.answer() else {
            return Ok(false);
        };
        let (access, refresh) = pair_in(&answer)?;
        self.journal.grants.push(Granted {
            application: at,
            access,
            refresh,
            life: Life::Alive,
        });
        self.journal.counts.exchanged += 1;
        Ok(true)
    }

    async fn revoke(&mut self, caller: &mut Caller) -> Result<bool> {
        let Some(at) = self.grant() else {
            return Ok(true);
        };
        let grant = &mut self.journal.grants[at];
        grant.life = Life::InDoubt;
        let application = &self.journal.applications[grant.application].application;
        let request = application.post("/oauth/revoke", &[("token", &grant.refresh)]);
        let Some(answer) = caller.send(request).await?.answer() else {
            return Ok(false);
        };
        ensure!(
            answer.status() == StatusCode::OK,
            "revoking answered {}",
            answer.status()
        );
        let mut grant = self.journal.grants.swap_remove(at);
        grant.life = Life::Ended;
        self.journal.ended.push(grant);
        self.journal.counts.revoked += 1;
        Ok(true)
    }

    async fn rotate(&mut self, caller: &mut Caller) -> Result<bool> {
        let Some(at) = self.grant() else {
            return Ok(true);
        };
        let grant = &mut self.journal.grants[at];
        let application = &self.journal.applications[grant.application].application;
        // If the answer is lost, the old token must work once more, so the journal keeps it.
        let Some(answer) = caller.send(application.refresh(&grant.refresh)).await?.answer() else {
            return Ok(false);
        };
        (grant.access, grant.refresh) = pair_in(&answer)?;
        self.journal.counts.rotated += 1;
        Ok(true)
    }

    async fn introspect(&mut self, caller: &mut Caller) -> Result<bool> {
        let Some(at) = self.grant() else {
            return Ok(true);
        };
        let grant = &self.journal.grants[at];
        let application = &self.journal.applications[grant.application].application;
        let request = application.post("/oauth/introspect", &[("token", &grant.access)]);
        let reply = caller.send(request).await?;
        let Reply::Answer(answer) = reply else {
            return Ok(false);
        };
        ensure!(active_in(&answer)?, "an access token is not active");
        self.journal.counts.introspected += 1;
        Ok(true)
    }
}
