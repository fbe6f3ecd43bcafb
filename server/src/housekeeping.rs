//! What the server does on its own while it runs: it deletes expired records, notices a new key, and makes the
//! keys that sign ID tokens take turns.

mod pace;

use std::time::{Duration, Instant};

use latchkey_domain::Timestamp;
use latchkey_domain::limits::{EXPLORER_GRANT, UNREDEEMED_CODE_KEPT};
use latchkey_oauth::AuthorizationServer;
use latchkey_storage::{Expiring, Store, StoreError};
use tokio::time::MissedTickBehavior;

pub use self::pace::Pace;
use crate::instance::Instance;

/// The longest interval between deletions of expired records.
const EVERY: Duration = Duration::from_secs(60 * 60);

/// How often it looks for a new key. Until then the previous key works too.
const KEY_EVERY: Duration = Duration::from_secs(1);

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// How long mails stay in the queue after they were sent, or failed.
const MAILS: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// How long records are kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Activity of applications.
    pub activity: Duration,
    /// Unredeemed codes, grants and sessions, counted from their end, for anyone who investigates.
    pub ended: Duration,
    /// How long refresh tokens last: a grant ends when its newest one has expired.
    pub refresh_tokens: Duration,
    /// How long a grant lasts, however often its tokens are refreshed.
    pub grants: Duration,
}

impl Rules {
    /// How often to purge. Short retention means a shorter interval, so that ended records stay for at most twice
    /// their retention, or an hour longer.
    pub fn every(&self) -> Duration {
        self.ended.min(EVERY)
    }
}

/// 90 days for activity and refresh tokens, a year for grants, a day for ended records.
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

/// The numbers of deleted records.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Purged {
    /// Grants, and unredeemed codes.
    pub grants: u64,
    /// Sessions.
    pub sessions: u64,
    /// Activity entries.
    pub activity: u64,
    /// Mails.
    pub mails: u64,
}

/// Deletes the records that have expired at `now`, in small steps at this pace.
pub async fn purge(
    store: &dyn Store,
    rules: Rules,
    now: Timestamp,
    pace: Pace,
) -> Result<Purged, StoreError> {
    let grants = Expiring::Grants {
        codes: now.minus(rules.ended.min(UNREDEEMED_CODE_KEPT)),
        tokens: now.minus(rules.refresh_tokens).minus(rules.ended),
        granted: now.minus(rules.grants).minus(rules.ended),
        explorer_logins: now.minus(EXPLORER_GRANT).minus(rules.ended),
    };
    let sessions = Expiring::Sessions(now.minus(rules.ended));
    let activity = Expiring::Activity(now.minus(rules.activity));
    sweep(store, Expiring::Ceremonies(now.minus(DAY)), pace).await?;
    sweep(store, Expiring::ProviderSignIns(now), pace).await?;
    Ok(Purged {
        grants: sweep(store, grants, pace).await?,
        sessions: sweep(store, sessions, pace).await?,
        activity: sweep(store, activity, pace).await?,
        mails: sweep(store, Expiring::Mails(now.minus(MAILS)), pace).await?,
    })
}

async fn sweep(store: &dyn Store, expiring: Expiring, pace: Pace) -> Result<u64, StoreError> {
    let (mut deleted, mut after) = (0, 0);
    loop {
        let began = Instant::now();
        let step = store.sweep(expiring, after, pace.stride()).await?;
        deleted += step.deleted;
        let Some(next) = step.next else {
            return Ok(deleted);
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

/// Starts both tasks; they end with the runtime. `oauth` records unexchanged codes before they are deleted.
pub fn start(instance: &Instance, oauth: AuthorizationServer, rules: Rules) {
    let purging = instance.clone();
    tokio::spawn(async move {
        let mut times = tokio::time::interval(rules.every());
        // Pauses even if a run takes longer than the interval.
        times.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            times.tick().await;
            purge_and_log(&purging, &oauth, rules).await;
        }
    });
    let noticing = instance.clone();
    tokio::spawn(async move {
        let mut times = tokio::time::interval(KEY_EVERY);
        loop {
            times.tick().await;
            match noticing.refresh_keys().await {
                Ok(true) => tracing::info!("now making tokens with a new key"),
                Ok(false) => {}
                Err(error) => {
                    tracing::error!(%error, "cannot read which key is in use; continuing with the current one");
                }
            }
        }
    });
}

async fn purge_and_log(instance: &Instance, oauth: &AuthorizationServer, rules: Rules) {
    let started = Instant::now();
    if let Err(error) = oauth.record_expired_codes(None).await {
        tracing::error!(%error, "could not record the codes that nobody exchanged; the next run retries");
        return;
    }
    if let Err(error) = oauth.tend_signing_keys().await {
        tracing::error!(%error, "could not look after the keys that sign ID tokens; the next run retries");
    }
    match purge(&*instance.store, rules, instance.clock.now(), Pace::gentle()).await {
        Ok(Purged {
            grants,
            sessions,
            activity,
            mails,
        }) => {
            let millis = u64::try_from(started.elapsed().as_millis()).unwrap_or(u64::MAX);
            tracing::info!(
                grants,
                sessions,
                activity,
                mails,
                millis,
                "deleted expired records"
            );
        }
        Err(error) => {
            tracing::error!(%error, "could not delete expired records; the next run retries");
        }
    }
}
