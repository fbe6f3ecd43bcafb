//! Denial-of-service attacks at full size against the real binary: how long `/healthz` is silent, how much memory and
//! disk they use, and how much honest clients still get done.

mod act;
mod attack;
mod honest;
mod inputs;
mod stage;
mod watch;
mod wire;

use std::rc::Rc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use self::attack::Attack;
use self::honest::Honest;
use self::stage::Stage;
use self::watch::Watch;
use super::postgres::{Cluster, ensure_supported};
use crate::memory::megabytes;

/// The longest allowed silence of `/healthz`.
const MAX_SILENCE: Duration = Duration::from_millis(250);
/// How much memory an attack may use, beyond what the server uses at rest, in bytes.
const MAX_MEMORY: u64 = 256_000_000;
/// How much honest clients must get done during an attack, as a share of their rate before.
const MIN_HONEST: f64 = 0.5;

/// What to run.
#[derive(Clone)]
pub(super) struct Plan {
    pub(super) quick: bool,
    /// `sqlite` or `postgres`. Both if `None`.
    pub(super) database: Option<String>,
    /// The name of the attack to run. All if `None`.
    pub(super) attack: Option<String>,
}

impl Plan {
    /// How long honest clients are measured before an attack.
    fn before(&self) -> Duration {
        Duration::from_secs(if self.quick { 1 } else { 3 })
    }

    fn attacks(&self) -> Result<Vec<Attack>> {
        let Some(name) = &self.attack else {
            return Ok(Attack::ALL.to_vec());
        };
        let found = Attack::ALL.into_iter().find(|attack| attack.name() == name);
        let names = || Attack::ALL.map(Attack::name).join(", ");
        Ok(vec![found.with_context(|| {
            format!("--attack {name}: expected one of {}", names())
        })?])
    }

    /// The stores, as named in the report.
    fn stores(&self) -> Result<Vec<&'static str>> {
        match self.database.as_deref() {
            None => Ok(vec!["SQLite", "PostgreSQL"]),
            Some("sqlite") => Ok(vec!["SQLite"]),
            Some("postgres") => Ok(vec!["PostgreSQL"]),
            Some(other) => bail!(
                "--database {other}: expected sqlite, or postgres, which is a private cluster for the run"
            ),
        }
    }
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
            attack.title(),
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
pub(super) async fn run(plan: Plan) -> Result<()> {
    let attacks = plan.attacks()?;
    let mut missed = Vec::new();
    let started = Instant::now();
    for store in plan.stores()? {
        let cluster = if store == "PostgreSQL" {
            ensure_supported()?;
            Some(Rc::new(Cluster::start()?))
        } else {
            None
        };
        println!(
            "\n## Attacks on {store} (goals: silence below {} ms, memory below {:.0} MB, honest clients at least {MIN_HONEST})\n",
            MAX_SILENCE.as_millis(),
            megabytes(MAX_MEMORY)
        );
        println!(
            "| attack | longest silence of `/healthz` | memory beyond rest | growth | honest clients | the attacker got | goals |"
        );
        println!("|---|---|---|---|---|---|---|");
        for attack in &attacks {
            let measured = measure(&plan, *attack, cluster.as_ref())
                .await
                .with_context(|| format!("{} on {store}", attack.name()))?;
            measured.print(*attack);
            if !measured.missed(*attack).is_empty() {
                missed.push(format!("{} on {store}", attack.name()));
            }
        }
    }
    println!("\nAll of it took {:.0} s.", started.elapsed().as_secs_f64());
    ensure!(missed.is_empty(), "goals missed by {}", missed.join("; "));
    Ok(())
}

async fn measure(plan: &Plan, attack: Attack, cluster: Option<&Rc<Cluster>>) -> Result<Measured> {
    let mut stage = Stage::new(attack, cluster).await?;
    let requests = stage.requests(attack).await?;
    let size_before = stage.database.size()?;
    let honest = Honest::start(stage.server.address, stage.honest().await?);
    // The rates are for clients that are already connected.
    tokio::time::sleep(Duration::from_millis(300)).await;

    let watch = Watch::start(stage.server.address);
    let rate_before = honest.rate_over(plan.before()).await;
    let silence_before = watch.stop().await?;

    let memory_before = stage.server.memory()?;
    stage.server.reset_peak()?;
    let watch = Watch::start(stage.server.address);
    let (answered, started) = (honest.answered(), Instant::now());
    let outcome = act::run(&requests, stage.server.address, attack.duration(plan.quick)).await?;
    let rate = honest.rate_since(answered, started);
    let silence = watch.stop().await?;
    honest.stop().await?;
    ensure!(stage.server.ended()?.is_none(), "the server ended");
    Ok(Measured {
        silence_before,
        silence,
        memory: stage.server.peak()?.saturating_sub(memory_before),
        growth: stage.database.size()?.saturating_sub(size_before),
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

    #[test]
    fn attacks_and_stores_are_chosen_by_name() {
        let plan = |database: &str, attack: &str| Plan {
            quick: true,
            database: (!database.is_empty()).then(|| database.to_owned()),
            attack: (!attack.is_empty()).then(|| attack.to_owned()),
        };
        assert_eq!(plan("", "").stores().unwrap().len(), 2);
        assert_eq!(plan("postgres", "").stores().unwrap(), ["PostgreSQL"]);
        assert!(plan("mysql", "").stores().is_err());
        assert_eq!(plan("", "").attacks().unwrap().len(), Attack::ALL.len());
        assert_eq!(plan("", "deep-html").attacks().unwrap(), [Attack::DeepHtml]);
        let error = plan("", "none").attacks().unwrap_err().to_string();
        assert!(error.contains("deep-html, "), "{error}");
    }
}
