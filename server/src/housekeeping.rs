//! What the server does on its own while it runs: forgetting what nobody can use any more, and noticing a new key.

use std::time::{Duration, Instant};

use latchkey_domain::Timestamp;
use latchkey_store::{Expiring, Store, StoreError};

use crate::instance::Instance;

/// How many rows one step looks at, and so at most forgets in one transaction.
const ROWS: u32 = 500;

/// How long requests have the database to themselves between two steps.
const PAUSE: Duration = Duration::from_millis(20);

/// How often it forgets.
const EVERY: Duration = Duration::from_secs(60 * 60);

/// How often it looks for a new key. Until then the key before does as well.
const KEY_EVERY: Duration = Duration::from_secs(1);

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// For how long things are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Activity of applications.
    pub activity: Duration,
    /// Codes that nobody redeemed, from when they ended, for whoever looks into why.
    pub codes: Duration,
    /// Grants, from when their newest tokens were issued. Refresh tokens are good for 90 days.
    pub tokens: Duration,
    /// Sessions, from when they ended.
    pub sessions: Duration,
}

impl Rules {
    /// The rules, with activity kept for so many days.
    pub fn with_activity_days(days: u16) -> Self {
        Self {
            activity: DAY * u32::from(days),
            codes: DAY,
            tokens: DAY * 91,
            sessions: DAY,
        }
    }
}

/// What was forgotten.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Forgotten {
    /// Grants, and codes that nobody redeemed.
    pub grants: u64,
    /// Sessions.
    pub sessions: u64,
    /// Entries of activity.
    pub activity: u64,
}

/// Forgets what is past its time at `now`, in small steps with a pause behind each that changed something.
pub async fn tidy(
    store: &dyn Store,
    rules: Rules,
    now: Timestamp,
    pause: Duration,
) -> Result<Forgotten, StoreError> {
    let grants = Expiring::Grants {
        codes: now.minus(rules.codes),
        tokens: now.minus(rules.tokens),
    };
    let sessions = Expiring::Sessions(now.minus(rules.sessions));
    let activity = Expiring::Activity(now.minus(rules.activity));
    Ok(Forgotten {
        grants: sweep(store, grants, pause).await?,
        sessions: sweep(store, sessions, pause).await?,
        activity: sweep(store, activity, pause).await?,
    })
}

async fn sweep(store: &dyn Store, expiring: Expiring, pause: Duration) -> Result<u64, StoreError> {
    let (mut forgotten, mut after) = (0, 0);
    loop {
        let step = store.sweep(expiring, after, ROWS).await?;
        forgotten += step.forgotten;
        let Some(next) = step.next else {
            return Ok(forgotten);
        };
        after = next;
        if step.forgotten > 0 {
            tokio::time::sleep(pause).await;
        } else {
            tokio::task::yield_now().await;
        }
    }
}

/// Starts both; they end with the runtime.
pub fn start(instance: &Instance, rules: Rules) {
    let tidying = instance.clone();
    tokio::spawn(async move {
        let mut times = tokio::time::interval(EVERY);
        loop {
            times.tick().await;
            tidy_and_tell(&tidying, rules).await;
        }
    });
    let noticing = instance.clone();
    tokio::spawn(async move {
        let mut times = tokio::time::interval(KEY_EVERY);
        loop {
            times.tick().await;
            match noticing.refresh_keys() {
                Ok(true) => tracing::info!("tokens are made with a new key from now on"),
                Ok(false) => {}
                Err(error) => {
                    tracing::error!(%error, "the key file cannot be read; the server goes on with the key it has");
                }
            }
        }
    });
}

async fn tidy_and_tell(instance: &Instance, rules: Rules) {
    let begun = Instant::now();
    match tidy(&*instance.store, rules, instance.clock.now(), PAUSE).await {
        Ok(Forgotten {
            grants,
            sessions,
            activity,
        }) => {
            let millis = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
            tracing::info!(grants, sessions, activity, millis, "forgot what is past its time");
        }
        Err(error) => {
            tracing::error!(%error, "could not forget what is past its time; the next run tries again");
        }
    }
}
