//! What the server does on its own while it runs: forgetting what nobody can use any more, and noticing a new key.

mod pace;

use std::time::{Duration, Instant};

use latchkey_domain::Timestamp;
use latchkey_domain::limits::{TRIAL_GRANT, UNREDEEMED_CODE_KEPT};
use latchkey_oauth::AuthorizationServer;
use latchkey_storage::{Expiring, Store, StoreError};
use tokio::time::MissedTickBehavior;

pub use self::pace::Pace;
use crate::instance::Instance;

/// How often it forgets, if not more often.
const EVERY: Duration = Duration::from_secs(60 * 60);

/// How often it looks for a new key. Until then the key before does as well.
const KEY_EVERY: Duration = Duration::from_secs(1);

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// For how long things are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Activity of applications.
    pub activity: Duration,
    /// Codes that nobody redeemed, grants and sessions, from when they ended, for whoever looks into why.
    pub ended: Duration,
    /// How long refresh tokens are good for: a grant ends when the newest of its has.
    pub refresh_tokens: Duration,
    /// How long a grant lasts, however often its tokens are refreshed.
    pub grants: Duration,
}

impl Rules {
    /// How often to forget. Where little is kept it is looked at more often, so that what ended is there for twice as
    /// long as it has to be at most, or an hour longer.
    pub fn every(&self) -> Duration {
        self.ended.min(EVERY)
    }
}

/// 90 days for activity and refresh tokens, a year for grants, a day for what ended.
impl Default for Rules {
    fn default() -> Self {
        Self {
            activity: DAY * 90,
            ended: DAY,
            refresh_tokens: DAY * 90,
            grants: DAY * 365,
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

/// Forgets what is past its time at `now`, in small steps at this pace.
pub async fn tidy(
    store: &dyn Store,
    rules: Rules,
    now: Timestamp,
    pace: Pace,
) -> Result<Forgotten, StoreError> {
    let grants = Expiring::Grants {
        codes: now.minus(rules.ended.min(UNREDEEMED_CODE_KEPT)),
        tokens: now.minus(rules.refresh_tokens).minus(rules.ended),
        granted: now.minus(rules.grants).minus(rules.ended),
        trials: now.minus(TRIAL_GRANT).minus(rules.ended),
    };
    let sessions = Expiring::Sessions(now.minus(rules.ended));
    let activity = Expiring::Activity(now.minus(rules.activity));
    Ok(Forgotten {
        grants: sweep(store, grants, pace).await?,
        sessions: sweep(store, sessions, pace).await?,
        activity: sweep(store, activity, pace).await?,
    })
}

async fn sweep(store: &dyn Store, expiring: Expiring, pace: Pace) -> Result<u64, StoreError> {
    let (mut forgotten, mut after) = (0, 0);
    loop {
        let began = Instant::now();
        let step = store.sweep(expiring, after, pace.stride()).await?;
        forgotten += step.forgotten;
        let Some(next) = step.next else {
            return Ok(forgotten);
        };
        after = next;
        let pause = pace.pause(&step, began.elapsed());
        if pause.is_zero() {
            tokio::task::yield_now().await;
        } else {
            tokio::time::sleep(pause).await;
        }
    }
}

/// Starts both; they end with the runtime. `oauth` records codes that nobody exchanged before they go.
pub fn start(instance: &Instance, oauth: AuthorizationServer, rules: Rules) {
    let tidying = instance.clone();
    tokio::spawn(async move {
        let mut times = tokio::time::interval(rules.every());
        // Where there is so much to forget that it takes longer than that, it pauses nevertheless.
        times.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            times.tick().await;
            tidy_and_tell(&tidying, &oauth, rules).await;
        }
    });
    let noticing = instance.clone();
    tokio::spawn(async move {
        let mut times = tokio::time::interval(KEY_EVERY);
        loop {
            times.tick().await;
            match noticing.refresh_keys().await {
                Ok(true) => tracing::info!("tokens are made with a new key from now on"),
                Ok(false) => {}
                Err(error) => {
                    tracing::error!(%error, "the key that is in use cannot be looked up; the server goes on with the key it has");
                }
            }
        }
    });
}

async fn tidy_and_tell(instance: &Instance, oauth: &AuthorizationServer, rules: Rules) {
    let begun = Instant::now();
    if let Err(error) = oauth.record_expired_codes(None).await {
        tracing::error!(%error, "could not record the codes that nobody exchanged; the next run tries again");
        return;
    }
    match tidy(&*instance.store, rules, instance.clock.now(), Pace::gentle()).await {
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
