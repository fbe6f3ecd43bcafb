//! The workers of a test that kills something: they work until it is dead, and compare their journals with what is there
//! afterwards.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use serde::Deserialize;
use tokio::task::JoinSet;

use super::caller::Caller;
use super::journal::{Journal, PATIENCE};
use super::worker::{OPERATIONS, Worker};
use crate::chance::Chance;
use crate::client::get;
use crate::person::Person;
use crate::process::Setup;
use crate::statistics::median;

/// How many workers run at once.
pub(super) const WORKERS: usize = 8;

/// The workers, each with its own journal and random numbers.
pub(super) struct Crew(Vec<Worker>);

impl Crew {
    /// Workers on the server at this address.
    pub(super) async fn new(address: SocketAddr, seed: usize) -> Result<Self> {
        let cookie: Arc<str> = Person::host(address).await?.cookie.into();
        let workers = (0..WORKERS).map(|number| Worker {
            number,
            journal: Journal::default(),
            chance: Chance((seed * 1_000 + number) as u64),
            cookie: cookie.clone(),
            acknowledged: [0; OPERATIONS.len()],
            in_doubt: 0,
        });
        Ok(Self(workers.collect()))
    }

    /// They work until something happened, or until a request gets no answer. `tolerant` allows server errors.
    pub(super) async fn work_until<T>(
        &mut self,
        happened: impl Future<Output = Result<T>>,
        address: SocketAddr,
        tolerant: bool,
    ) -> Result<T> {
        let stop = Arc::new(AtomicBool::new(false));
        let mut working = JoinSet::new();
        for mut worker in self.0.drain(..) {
            let stop = stop.clone();
            working.spawn(async move {
                worker.work(&mut Caller::new(address, tolerant), &stop).await?;
                Ok(worker)
            });
        }
        let happened = happened.await?;
        stop.store(true, Ordering::Relaxed);
        self.wait_for(working).await?;
        Ok(happened)
    }

    async fn wait_for(&mut self, mut working: JoinSet<Result<Worker>>) -> Result<()> {
        while let Some(outcome) = working.join_next().await {
            self.0.push(outcome??);
        }
        // Each worker has its own random numbers, so the order in which they finish must not matter.
        self.0.sort_by_key(|worker| worker.number);
        Ok(())
    }

    /// Compares their journals with the server, and looks at what ended before: at all of it, or at a sample.
    pub(super) async fn verify(&mut self, address: SocketAddr, setup: &Setup, all: bool) -> Result<()> {
        #[derive(Deserialize)]
        struct Listed {
            client_id: String,
        }

        let listed: Vec<Listed> = setup.json(&["app", "list", "--json"])?;
        let listed: HashSet<String> = listed.into_iter().map(|one| one.client_id).collect();
        let listed = Arc::new(listed);
        let mut verifying = JoinSet::new();
        for mut worker in self.0.drain(..) {
            let listed = listed.clone();
            verifying.spawn(async move {
                let mut caller = Caller::new(address, false);
                let Worker { journal, chance, .. } = &mut worker;
                let verified = journal.verify(&mut caller, &listed, chance, all).await;
                verified.with_context(|| format!("worker {}", worker.number))?;
                Ok(worker)
            });
        }
        self.wait_for(verifying).await
    }

    /// Prints the result.
    pub(super) fn print(&self, what: &str, took: Duration) {
        let sum = |count: fn(&Worker) -> usize| self.0.iter().map(count).sum::<usize>();
        println!("\n## {what}, {:.0} s\n", took.as_secs_f64());
        println!("| acknowledged | times |\n|---|---|");
        for (at, what) in OPERATIONS.iter().enumerate() {
            let times: usize = self.0.iter().map(|worker| worker.acknowledged[at]).sum();
            println!("| {what} | {times} |");
        }
        println!(
            "\n{} requests were in doubt when something was killed. {} answers were held against the journals: nothing that was \
             acknowledged is lost, nothing that ended is alive, the database is sound.",
            sum(|worker| worker.in_doubt),
            sum(|worker| worker.journal.verified)
        );
    }
}

/// Waits until the server has its database again. Returns how long that took, in milliseconds.
pub(super) async fn ready_again(address: SocketAddr) -> Result<f64> {
    let started = Instant::now();
    let ready = get("/readyz", &[]);
    Caller::new(address, true).insist(&ready, PATIENCE).await?;
    Ok(started.elapsed().as_secs_f64() * 1_000.0)
}

/// Prints times in milliseconds.
pub(super) fn print_times(what: &str, then: &str, times: &[f64]) {
    if !times.is_empty() {
        println!(
            "{what} {} times; {then} after {:.0} ms (median), {:.0} ms at most.",
            times.len(),
            median(times),
            times.iter().copied().fold(0.0, f64::max)
        );
    }
}
