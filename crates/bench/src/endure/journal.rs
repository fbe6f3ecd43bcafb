//! What one worker's requests changed: applications, unused codes, grants with their newest tokens, and what ended. A
//! request without an answer is in doubt: it may or may not have worked, but nothing in between.

use std::collections::HashSet;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use http::StatusCode;
use serde_json::Value;

use super::caller::Caller;
use crate::application::{Application, tokens_in};
use crate::chance::Chance;
use crate::client::{Answer, get};

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
    pub(super) access: String,
    pub(super) refresh: String,
    pub(super) life: Life,
}

/// Numbers of acknowledged operations of each kind, and other counts.
#[derive(Clone, Debug, Default)]
pub(super) struct Counts {
    pub(super) created: usize,
    pub(super) deleted: usize,
    pub(super) authorized: usize,
    pub(super) exchanged: usize,
    pub(super) rotated: usize,
    pub(super) revoked: usize,
    pub(super) introspected: usize,
    /// Requests without an answer.
    pub(super) in_doubt: usize,
    /// Answers that were checked after the kills.
    pub(super) verified: usize,
}

impl Counts {
    /// Adds the counts of another worker.
    pub(super) fn add(&mut self, other: &Self) {
        self.created += other.created;
        self.deleted += other.deleted;
        self.authorized += other.authorized;
        self.exchanged += other.exchanged;
        self.rotated += other.rotated;
        self.revoked += other.revoked;
        self.introspected += other.introspected;
        self.in_doubt += other.in_doubt;
        self.verified += other.verified;
    }
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
    pub(super) counts: Counts,
}

impl Journal {
    /// Ends what belongs to a deleted application.
    pub(super) fn application_ended(&mut self, at: usize) {
        self.applications[at].life = Life::Ended;
        self.codes.retain(|(application, _)| *application != at);
        let mut alive = Vec::new();
        for grant in self.grants.drain(..) {
            if grant.application == at {
                self.ended.push(Granted {
                    life: Life::Ended,
                    ..grant
                });
            } else {
                alive.push(grant);
            }
        }
        self.grants = alive;
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
            let (id, there) = (application.client_id(), listed.contains(application.client_id()));
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
        for (at, code) in std::mem::take(&mut self.codes) {
            let request = self.applications[at].application.redeem(&code);
            let answer = caller.insist(&request, PATIENCE).await?;
            let (access, refresh) = pair_in(&answer).context("LOST: a code that was acknowledged")?;
            self.counts.verified += 1;
            self.grants.push(Granted {
                application: at,
                access,
                refresh,
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
                ensure!(
                    is_active(caller, application, &grant.access).await?,
                    "LOST: an access token that was acknowledged is not active"
                );
            }
            let answer = caller
                .insist(&application.refresh(&grant.refresh), PATIENCE)
                .await?;
            if grant.life == Life::InDoubt && answer.status() == StatusCode::BAD_REQUEST {
                grant.life = Life::Ended;
                self.ended.push(grant);
                continue;
            }
            (grant.access, grant.refresh) =
                pair_in(&answer).context("LOST: the newest refresh token that was acknowledged")?;
            grant.life = Life::Alive;
            ensure!(
                is_active(caller, application, &grant.access).await?,
                "WRONG: an access token is not active just after it was issued"
            );
            self.counts.verified += 3;
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
            let bearer = format!("Bearer {}", grant.access);
            let userinfo = get("/oauth/userinfo", &[("authorization", &bearer)]);
            let answer = caller.insist(&userinfo, PATIENCE).await?;
            ensure!(
                answer.status() == StatusCode::UNAUTHORIZED,
                "ALIVE AGAIN: the access token of a grant that ended: {}",
                answer.status()
            );
            let answer = caller
                .insist(&application.refresh(&grant.refresh), PATIENCE)
                .await?;
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
            self.counts.verified += 2;
        }
        Ok(())
    }
}

/// Whether the server says that a token is active.
pub(super) async fn is_active(caller: &mut Caller, application: &Application, token: &str) -> Result<bool> {
    let request = application.post("/oauth/introspect", &[("token", token)]);
    active_in(&caller.insist(&request, PATIENCE).await?)
}

/// The result in an introspection answer.
pub(super) fn active_in(answer: &Answer) -> Result<bool> {
    let said: Value = serde_json::from_slice(answer.body())?;
    said["active"]
        .as_bool()
        .with_context(|| format!("introspection answered {}: {said}", answer.status()))
}

/// The access token and the refresh token in an answer.
pub(super) fn pair_in(answer: &Answer) -> Result<(String, String)> {
    let tokens = tokens_in(answer)?;
    let text = |name: &str| {
        tokens[name]
            .as_str()
            .map(str::to_owned)
            .with_context(|| format!("no {name}"))
    };
    Ok((text("access_token")?, text("refresh_token")?))
}
