//! A worker that uses the server while it is killed: it performs random operations and keeps a journal.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::caller::Caller;
use super::journal::{Granted, Journal, Life, Registered};
use crate::application::{Application, code_in, ensure_active, register, tokens_in};
use crate::chance::Chance;
use crate::client::{Answer, HttpRequest, ensure_ok};
use crate::person::call;

/// The requested scopes.
pub(super) const SCOPES: &str = "read:userinfo read:posts";
/// The most applications and grants per worker. All of them are checked after each kill.
const APPLICATIONS: usize = 6;
const GRANTS: usize = 25;
/// The most unused codes for one application. The server keeps ten, and some belong to requests whose answer was lost.
const CODES: usize = 5;

/// The operations, as named in the report.
pub(super) const OPERATIONS: [&str; 7] = [
    "applications created",
    "applications deleted",
    "codes issued",
    "codes exchanged",
    "refresh tokens rotated",
    "grants revoked",
    "introspections",
];

/// A worker.
pub(super) struct Worker {
    pub(super) number: usize,
    pub(super) journal: Journal,
    pub(super) chance: Chance,
    /// The session of a host. It has to survive everything, too.
    pub(super) cookie: Arc<str>,
    /// How often each of the [`OPERATIONS`] was acknowledged.
    pub(super) acknowledged: [usize; OPERATIONS.len()],
    /// Requests without an answer.
    pub(super) in_doubt: usize,
}

/// Why an operation was not acknowledged.
enum Not {
    /// There is nothing to do it with, or enough of what it makes.
    Possible,
    /// There was no definite answer.
    Answered,
    /// The answer is wrong.
    Right(anyhow::Error),
}

impl From<anyhow::Error> for Not {
    fn from(error: anyhow::Error) -> Self {
        Self::Right(error)
    }
}

/// The definite answer to a request.
async fn answer_of(caller: &mut Caller, request: HttpRequest) -> Result<Answer, Not> {
    caller.send(request).await?.ok_or(Not::Answered)
}

impl Worker {
    /// Works until it is told to stop or the server is down. A wrong answer is an error.
    pub(super) async fn work(&mut self, caller: &mut Caller, stop: &AtomicBool) -> Result<()> {
        while !stop.load(Ordering::Relaxed) {
            let (operation, outcome) = match self.chance.below(100) {
                0..=5 => (0, self.create(caller).await),
                6..=8 => (1, self.delete(caller).await),
                9..=22 => (2, self.authorize(caller).await),
                23..=36 => (3, self.exchange(caller).await),
                37..=44 => (5, self.revoke(caller).await),
                45..=79 => (4, self.rotate(caller).await),
                _ => (6, self.introspect(caller).await),
            };
            match outcome {
                Ok(()) => self.acknowledged[operation] += 1,
                Err(Not::Possible) => {}
                Err(Not::Answered) => {
                    self.in_doubt += 1;
                    break;
                }
                Err(Not::Right(error)) => return Err(error),
            }
        }
        Ok(())
    }

    /// A random existing application.
    fn application(&mut self) -> Result<usize, Not> {
        let alive: Vec<usize> = (0..self.journal.applications.len())
            .filter(|at| self.journal.applications[*at].life == Life::Alive)
            .collect();
        if alive.is_empty() {
            return Err(Not::Possible);
        }
        Ok(alive[self.chance.below(alive.len())])
    }

    /// A random grant and its application, and where it is in the journal.
    fn grant(&mut self) -> Result<(usize, &mut Granted, &Application), Not> {
        let Journal {
            grants, applications, ..
        } = &mut self.journal;
        if grants.is_empty() {
            return Err(Not::Possible);
        }
        let at = self.chance.below(grants.len());
        let grant = &mut grants[at];
        let application = &applications[grant.application].application;
        Ok((at, grant, application))
    }

    async fn create(&mut self, caller: &mut Caller) -> Result<(), Not> {
        let alive = self.journal.applications.iter();
        if alive.filter(|one| one.life == Life::Alive).count() >= APPLICATIONS {
            return Err(Not::Possible);
        }
        let name = format!("Worker {}-{}", self.number, self.journal.applications.len());
        let answer = answer_of(caller, register(&self.cookie, &name, true)).await?;
        self.journal.applications.push(Registered {
            application: registered_in(&answer)?,
            life: Life::Alive,
        });
        Ok(())
    }

    async fn delete(&mut self, caller: &mut Caller) -> Result<(), Not> {
        let at = self.application()?;
        let registered = &mut self.journal.applications[at];
        registered.life = Life::InDoubt;
        let arguments = json!({ "client_id": registered.application.client_id });
        let answer = answer_of(caller, call(&self.cookie, "applications/delete", &arguments)).await?;
        ensure_ok("deleting an application", &answer)?;
        self.journal.application_ended(at);
        Ok(())
    }

    async fn authorize(&mut self, caller: &mut Caller) -> Result<(), Not> {
        let at = self.application()?;
        let waiting = self.journal.codes.iter().filter(|(other, _)| *other == at);
        if waiting.count() >= CODES {
            return Err(Not::Possible);
        }
        let application = &self.journal.applications[at].application;
        let answer = answer_of(caller, application.authorize(&self.cookie, SCOPES)).await?;
        self.journal.codes.push((at, code_in(&answer)?));
        Ok(())
    }

    async fn exchange(&mut self, caller: &mut Caller) -> Result<(), Not> {
        if self.journal.codes.is_empty() || self.journal.grants.len() >= GRANTS {
            return Err(Not::Possible);
        }
        let (application, code) = self.journal.codes.remove(0);
        let request = self.journal.applications[application].application.redeem(&code);
        let tokens = tokens_in(&answer_of(caller, request).await?)?;
        self.journal.grants.push(Granted {
            application,
            tokens,
            life: Life::Alive,
        });
        Ok(())
    }

    async fn revoke(&mut self, caller: &mut Caller) -> Result<(), Not> {
        let (at, grant, application) = self.grant()?;
        grant.life = Life::InDoubt;
        let answer = answer_of(caller, application.revoke(&grant.tokens.refresh)).await?;
        ensure_ok("revoking", &answer)?;
        let grant = self.journal.grants.swap_remove(at);
        self.journal.ended.push(grant);
        Ok(())
    }

    async fn rotate(&mut self, caller: &mut Caller) -> Result<(), Not> {
        let (_, grant, application) = self.grant()?;
        // If the answer is lost, the old token must work once more, so the journal keeps it.
        let answer = answer_of(caller, application.refresh(&grant.tokens.refresh)).await?;
        grant.tokens = tokens_in(&answer)?;
        Ok(())
    }

    async fn introspect(&mut self, caller: &mut Caller) -> Result<(), Not> {
        let (_, grant, application) = self.grant()?;
        let answer = answer_of(caller, application.introspect(&grant.tokens.access)).await?;
        Ok(ensure_active(&answer)?)
    }
}

/// The application in the answer to its registration.
fn registered_in(answer: &Answer) -> Result<Application> {
    let saved: Value = serde_json::from_slice(answer.body())
        .with_context(|| format!("creating an application answered {}", answer.status()))?;
    let (Some(id), Some(secret)) = (saved["client_id"].as_str(), saved["new_secret"].as_str()) else {
        bail!("creating an application answered {}: {saved}", answer.status());
    };
    Ok(Application {
        client_id: id.to_owned(),
        client_secret: secret.to_owned(),
    })
}
