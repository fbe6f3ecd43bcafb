//! The rules about attempts, for counts in any place.

use std::net::IpAddr;
use std::time::Duration;

use latchkey_domain::{Timestamp, TokenBucket, limits};
use latchkey_storage::AttemptCount;

/// How many attempts a pair of account and address has before it waits.
pub(super) const FREE: u32 = limits::SIGN_IN_ATTEMPTS_OF_PAIR;
/// The first wait. Each further wait is twice as long.
pub(super) const FIRST_WAIT: Duration = limits::SIGN_IN_FIRST_WAIT;
/// The longest wait.
pub(super) const LONGEST_WAIT: Duration = limits::SIGN_IN_LONGEST_WAIT;
/// Counts expire after this time without an attempt.
pub(super) const EXPIRES_AFTER: Duration = Duration::from_secs(60 * 60);
/// After this many wrong attempts on an account from everywhere, unknown addresses wait.
pub(super) const UNDER_ATTACK: u32 = limits::SIGN_IN_ATTEMPTS_BEFORE_PACE;
/// How many attempts an address can make at once.
pub(super) const BUCKET: u64 = limits::SIGN_IN_ATTEMPTS_OF_ADDRESS;
const OF_ADDRESS: TokenBucket = TokenBucket::new(
    BUCKET,
    Duration::from_secs(limits::SIGN_IN_ATTEMPT_RETURNS.as_secs() * BUCKET),
);

/// The counts that an attempt uses: of the pair, the account and the address.
pub(super) type Three = [Option<AttemptCount>; 3];

/// An attempt that has to wait.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Wait {
    /// Until the next attempt.
    pub(super) wait: Duration,
    /// What to store, if this wait is new.
    pub(super) after: Option<Three>,
}

/// Counts an attempt, or says how long to wait. `is_known` says whether the member signed in from the address's network
/// before.
pub(super) fn admit(before: &Three, is_known: bool, now: Timestamp) -> Result<Three, Wait> {
    let [pair, account, address] = before.map(|one| one.filter(|one| is_current(one, now)));
    let spent = spent(address, now);
    let wait = wait_of_pair(pair, now).max(spent.err().unwrap_or_default());
    let (Ok(spent), true) = (spent, wait.is_zero()) else {
        return Err(Wait { wait, after: None });
    };
    let pace = if is_known {
        Duration::ZERO
    } else {
        pace_of_account(account)
    };
    let count = pair.map_or(0, |pair| pair.count);
    // With FREE attempts or more, the pair has already waited, for the account or for itself.
    if !pace.is_zero() && count < FREE {
        // The account counts it already, so that of many attempts at once each waits longer than the one before.
        let pair = due_in(pace, FREE, now);
        return Err(Wait {
            wait: pace,
            after: Some([Some(pair), Some(added(account, now)), address]),
        });
    }
    Ok([
        Some(due_in(pace, count.saturating_add(1), now)),
        Some(added(account, now)),
        Some(spent),
    ])
}

/// After a success: the pair restarts, and the account and the address get their attempts back.
pub(super) fn succeeded([_, account, address]: &Three) -> Three {
    [None, account.map(uncount), address.map(uncount)]
}

/// Uncounts an attempt whose outcome is unknown.
pub(super) fn undecided(before: &Three) -> Three {
    before.map(|one| one.map(uncount))
}

/// The network of one subscriber: an IPv4 address, or a /64 of IPv6 (RFC 6177), whose addresses the subscriber can
/// choose.
pub fn subscriber(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6((u128::from(v6) >> 64 << 64).into()),
        v4 @ IpAddr::V4(_) => v4,
    }
}

/// False for expired entries, and for entries from the future, after a clock was set back.
fn is_current(entry: &AttemptCount, now: Timestamp) -> bool {
    now.since(entry.seen) < EXPIRES_AFTER && entry.seen.since(now) <= LONGEST_WAIT
}

/// How long a pair waits after attempt number `count`.
fn wait_after(count: u32) -> Duration {
    wait_beyond(FREE, count)
}

/// How long an unknown address waits before an attempt on this account.
fn pace_of_account(account: Option<AttemptCount>) -> Duration {
    wait_beyond(UNDER_ATTACK, account.map_or(0, |account| account.count))
}

/// Zero up to `free` attempts, then doubles with each attempt.
fn wait_beyond(free: u32, count: u32) -> Duration {
    match count.checked_sub(free) {
        None => Duration::ZERO,
        Some(more) => FIRST_WAIT.saturating_mul(1 << more.min(16)).min(LONGEST_WAIT),
    }
}

/// A pair that had `count` attempts. Its next one is due `pace` from now, or later if `count` requires it.
fn due_in(pace: Duration, count: u32, now: Timestamp) -> AttemptCount {
    AttemptCount {
        count,
        seen: now.plus(pace.saturating_sub(wait_after(count))),
    }
}

fn wait_of_pair(entry: Option<AttemptCount>, now: Timestamp) -> Duration {
    entry.map_or(Duration::ZERO, |entry| {
        entry.seen.plus(wait_after(entry.count)).since(now)
    })
}

/// Counts an attempt of an address, or says how long it waits.
fn spent(entry: Option<AttemptCount>, now: Timestamp) -> Result<AttemptCount, Duration> {
    let before = entry.unwrap_or(AttemptCount { count: 0, seen: now });
    let (count, seen) = OF_ADDRESS.take(1, before.count.into(), before.seen, now)?;
    let count = u32::try_from(count).unwrap_or(u32::MAX);
    Ok(AttemptCount { count, seen })
}

fn added(entry: Option<AttemptCount>, now: Timestamp) -> AttemptCount {
    let count = entry.map_or(0, |entry| entry.count).saturating_add(1);
    AttemptCount { count, seen: now }
}

fn uncount(entry: AttemptCount) -> AttemptCount {
    AttemptCount {
        count: entry.count.saturating_sub(1),
        ..entry
    }
}
