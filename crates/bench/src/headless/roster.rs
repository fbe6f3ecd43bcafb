//! The roster, read by a client that copies it: all members by join date, fifty at a time, while members join, leave
//! and visit.

use std::collections::HashSet;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tokio::task::{JoinHandle, spawn_blocking};

use super::api::{Api, data_in};
use super::files;
use crate::Plan;
use crate::person::{PASSWORD, Person};
use crate::process::Setup;
use crate::statistics::print_row;

const QUERY: &str = "query ($after: String) { network { \
    members(first: 50, after: $after, sort: DATE_JOINED, sortOrder: ASC) { \
        nodes { id firstName lastName email role joinedAt lastActiveAt } \
        pageInfo { hasNextPage endCursor } } } }";
/// How long members join and leave, per second of measuring.
const CHANGING: Duration = Duration::from_secs(3);
/// How many members can sign in, spread over the roster.
const VISITORS: usize = 20;

/// Measures, checks and prints.
pub(super) async fn measure(plan: Plan, setup: &Setup, api: &Api) -> Result<()> {
    println!("\n## A roster of {} members", plan.members);
    let file = files::members(&setup.data, plan.members)?;
    super::import(setup, &file)?;
    for number in visitors(plan) {
        let email = files::email(number);
        setup.run(&["member", "set-password", &email], PASSWORD)?;
    }

    println!("\n| pages of 50 by DATE_JOINED | what | p50 ms | p99 ms |\n|---|---|---|---|");
    let mut quiet = read(api).await?;
    let about = quiet.about();
    print_row("nobody else about", &about, &mut quiet.times);
    let before: HashSet<String> = quiet.emails.iter().cloned().collect();
    ensure!(before.len() == quiet.emails.len(), "somebody came twice");
    ensure!(
        before.len() > plan.members,
        "{} members are not all",
        before.len()
    );

    let stop = Arc::new(AtomicBool::new(false));
    let adding = add(setup.clone(), stop.clone());
    let removing = remove(setup.clone(), plan.members, stop.clone());
    let visiting = visit(api.address, plan, stop.clone());
    let started = Instant::now();
    let mut rounds = Vec::new();
    while rounds.len() < plan.rounds || started.elapsed() < CHANGING * u32::try_from(plan.seconds)? {
        rounds.push(read(api).await?);
    }
    stop.store(true, Ordering::Relaxed);
    let (added, removed, visits) = (adding.await??, removing.await??, visiting.await??);
    ensure!(
        !added.is_empty() && !removed.is_empty() && visits > 0,
        "nothing went on"
    );
    let removed: HashSet<String> = removed.into_iter().collect();
    let mut times = Vec::new();
    for round in &rounds {
        check(round, &before, &removed)?;
        times.extend_from_slice(&round.times);
    }
    let about = format!(
        "members come, go and visit: the whole roster {} times",
        rounds.len()
    );
    print_row(&about, &rounds[0].about(), &mut times);
    println!(
        "\nMeanwhile {} members were added, {} removed, and {visits} visits made. Nobody who was there all the time was \
         skipped, and nobody came twice.",
        added.len(),
        removed.len()
    );
    let last = read(api).await?;
    let now: HashSet<String> = last.emails.iter().cloned().collect();
    let expected: HashSet<String> = before.difference(&removed).cloned().chain(added).collect();
    ensure!(now == expected, "at the end the roster is not what it should be");
    Ok(())
}

/// The result of reading the whole roster.
struct Roster {
    emails: Vec<String>,
    times: Vec<Duration>,
    took: Duration,
}

impl Roster {
    fn about(&self) -> String {
        format!(
            "{} members on {} pages in {:.1} s",
            self.emails.len(),
            self.times.len(),
            self.took.as_secs_f64()
        )
    }
}

async fn read(api: &Api) -> Result<Roster> {
    let mut connection = api.connect().await?;
    let started = Instant::now();
    let mut roster = Roster {
        emails: Vec::new(),
        times: Vec::new(),
        took: Duration::ZERO,
    };
    let mut after = Value::Null;
    loop {
        let asked = Instant::now();
        let answer = connection
            .send(api.query(QUERY, &json!({ "after": after })))
            .await?;
        roster.times.push(asked.elapsed());
        let mut data = data_in(&answer)?;
        let members = &mut data["network"]["members"];
        for node in members["nodes"].as_array().context("no nodes")? {
            let email = node["email"].as_str().context("no email")?;
            roster.emails.push(email.to_owned());
        }
        if members["pageInfo"]["hasNextPage"] != true {
            roster.took = started.elapsed();
            return Ok(roster);
        }
        after = members["pageInfo"]["endCursor"].take();
    }
}

fn check(roster: &Roster, before: &HashSet<String>, removed: &HashSet<String>) -> Result<()> {
    let seen: HashSet<&String> = roster.emails.iter().collect();
    ensure!(seen.len() == roster.emails.len(), "somebody came twice");
    let skipped: Vec<&String> = before
        .difference(removed)
        .filter(|email| !seen.contains(email))
        .collect();
    ensure!(skipped.is_empty(), "skipped: {skipped:?}");
    Ok(())
}

fn visitors(plan: Plan) -> impl Iterator<Item = usize> + Clone {
    (0..VISITORS).map(move |number| (2 * number + 1) * plan.members / (2 * VISITORS))
}

fn add(setup: Setup, stop: Arc<AtomicBool>) -> JoinHandle<Result<Vec<String>>> {
    spawn_blocking(move || {
        let mut added = Vec::new();
        while !stop.load(Ordering::Relaxed) {
            let email = format!("new{}@bench.example", added.len());
            let arguments = ["member", "add", "--email", &email, "--name", "New Member"];
            setup.run(&arguments, PASSWORD)?;
            added.push(email);
        }
        Ok(added)
    })
}

fn remove(setup: Setup, members: usize, stop: Arc<AtomicBool>) -> JoinHandle<Result<Vec<String>>> {
    spawn_blocking(move || {
        let mut removed = Vec::new();
        while !stop.load(Ordering::Relaxed) {
            // Spread over the roster, without those at round numbers, who visit and write posts.
            let email = files::email(removed.len() * 7_919 % members / 10 * 10 + 1 + removed.len() % 9);
            setup.run(&["member", "remove", &email], "")?;
            removed.push(email);
        }
        Ok(removed)
    })
}

fn visit(address: SocketAddr, plan: Plan, stop: Arc<AtomicBool>) -> JoinHandle<Result<usize>> {
    tokio::spawn(async move {
        let mut visits = 0;
        for number in visitors(plan).cycle() {
            if stop.load(Ordering::Relaxed) {
                break;
            }
            Person::sign_in(address, &files::email(number)).await?;
            visits += 1;
        }
        Ok(visits)
    })
}
