//! Denial-of-service attacks at full size against the real binary: how long `/healthz` is silent, how much memory and
//! disk they use, and how much honest clients still get done.

mod act;
mod aside;
mod attack;
mod honest;
mod inputs;
mod stage;
mod watch;
mod wire;

use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use clap::ValueEnum;

use self::attack::Attack;
use self::honest::Honest;
use self::stage::Stage;
use super::database::Kind;
use super::postgres::Cluster;
use crate::memory::megabytes;

/// The longest allowed silence of `/healthz`.
const MAX_SILENCE: Duration = Duration::from_millis(250);
/// How much memory an attack may use, beyond what the server uses at rest, in bytes.
const MAX_MEMORY: u64 = 256_000_000;
/// How much honest clients must get done during an attack, as a share of their rate before.
const MIN_HONEST: f64 = 0.5;

/// What to run.
#[derive(clap::Args)]
pub(crate) struct Plan {
    /// Both without it
    #[arg(long)]
    database: Option<Kind>,
    /// The attack to run; all without it
    #[arg(long)]
    attack: Option<Attack>,
}

/// The result of an attack.
struct Measured {
    silence_before: Duration,
    silence: Duration,
    memory: u64,
    growth: u64,
    /// Answers to honest clients a second, before and during the attack.
    honest: (f64, f64),
    /// What the attacker achieved.
    outcome: String,
}

impl Measured {
    fn honest_ratio(&self) -> f64 {
        self.honest.1 / self.honest.0
    }

    /// The goals that were missed.
    fn missed(&self, attack: Attack) -> Vec<&'static str> {
        [
            (self.silence < MAX_SILENCE, "silence"),
            (self.memory < MAX_MEMORY, "memory"),
            (self.growth < attack.max_growth(), "growth"),
            (self.honest_ratio() >= MIN_HONEST, "honest clients"),
        ]
        .into_iter()
        .filter_map(|(reached, goal)| (!reached).then_some(goal))
        .collect()
    }

    fn print(&self, attack: Attack) {
        let missed = self.missed(attack);
        let verdict = if missed.is_empty() {
            "reached".to_owned()
        } else {
            format!("missed: {}", missed.join(", "))
        };
        println!(
            "| {} | {:.0} ms ({:.0} ms before) | {:.1} MB | {:.2} of {:.2} MB | {:.2} ({:.0} to {:.0} a second) | {} | {verdict} |",
            attack.texts()[1],
            self.silence.as_secs_f64() * 1_000.0,
            self.silence_before.as_secs_f64() * 1_000.0,
            megabytes(self.memory),
            megabytes(self.growth),
            megabytes(attack.max_growth()),
            self.honest_ratio(),
            self.honest.0,
            self.honest.1,
            self.outcome,
        );
    }
}

/// Attacks a fresh server each time, and prints one row per attack.
pub(super) async fn run(plan: &Plan, quick: bool) -> Result<()> {
    let mut missed = Vec::new();
    let started = Instant::now();
    for kind in plan
        .database
        .map_or(vec![Kind::Sqlite, Kind::Postgres], |kind| vec![kind])
    {
        let cluster = kind.cluster()?;
        println!(
            "\n## Attacks on {kind} (goals: silence below {} ms, memory below {:.0} MB, honest clients at least {MIN_HONEST})\n",
            MAX_SILENCE.as_millis(),
            megabytes(MAX_MEMORY)
        );
        println!(
            "| attack | longest silence of `/healthz` | memory beyond rest | growth | honest clients | the attacker got | goals |"
        );
        println!("|---|---|---|---|---|---|---|");
        for attack in plan
            .attack
            .map_or(Attack::value_variants().to_vec(), |one| vec![one])
        {
            let [name, _] = attack.texts();
            let measured = measure(attack, cluster.as_ref(), quick)
                .await
                .with_context(|| format!("{name} on {kind}"))?;
            measured.print(attack);
            if !measured.missed(attack).is_empty() {
                missed.push(format!("{name} on {kind}"));
            }
        }
    }
    println!("\nAll of it took {:.0} s.", started.elapsed().as_secs_f64());
    ensure!(missed.is_empty(), "goals missed by {}", missed.join("; "));
    Ok(())
}

async fn measure(attack: Attack, cluster: Option<&Rc<Cluster>>, quick: bool) -> Result<Measured> {
    let mut stage = Stage::new(attack, cluster).await?;
    let requests = stage.requests(attack).await?;
    let size_before = stage.size()?;
    let honest = Honest::start(stage.server.address, stage.honest().await?);
    // The rates are for clients that are already connected.
    tokio::time::sleep(Duration::from_millis(300)).await;

    let watch = watch::start(stage.server.address);
    let (answered, started) = (honest.answered(), Instant::now());
    tokio::time::sleep(Duration::from_secs(if quick { 1 } else { 3 })).await;
    let rate_before = honest.rate_since(answered, started);
    let silence_before = watch.stop().await?;

    let memory_before = stage.server.memory()?;
    stage.server.reset_peak()?;
    let watch = watch::start(stage.server.address);
    let (answered, started) = (honest.answered(), Instant::now());
    let outcome = act::run(&requests, stage.server.address, attack.duration(quick)).await?;
    let rate = honest.rate_since(answered, started);
    let silence = watch.stop().await?;
    honest.stop().await?;
    ensure!(stage.server.ended()?.is_none(), "the server ended");
    Ok(Measured {
        silence_before,
        silence,
        memory: stage.server.peak()?.saturating_sub(memory_before),
        growth: stage.size()?.saturating_sub(size_before),
        honest: (rate_before, rate),
        outcome,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_goal_is_looked_at() {
        let good = || Measured {
            silence_before: Duration::ZERO,
            silence: Duration::from_millis(249),
            memory: MAX_MEMORY - 1,
            growth: Attack::DeepHtml.max_growth() - 1,
            honest: (100.0, 50.0),
            outcome: String::new(),
        };
        let missed = |change: fn(&mut Measured)| {
            let mut measured = good();
            change(&mut measured);
            measured.missed(Attack::DeepHtml)
        };
        assert!(missed(|_| ()).is_empty());
        assert_eq!(missed(|one| one.silence = MAX_SILENCE), ["silence"]);
        assert_eq!(missed(|one| one.memory = MAX_MEMORY), ["memory"]);
        assert_eq!(missed(|one| one.growth = u64::MAX), ["growth"]);
        assert_eq!(missed(|one| one.honest.1 = 49.0), ["honest clients"]);
        // A server that answered nobody before the attack gives no valid measurement.
        assert_eq!(missed(|one| one.honest = (0.0, 0.0)), ["honest clients"]);
    }
}
