//! The rules about attempts, over counts wherever they are kept.

use std::net::IpAddr;
use std::time::Duration;

use latchkey_domain::Timestamp;
use latchkey_store::Attempts;

/// Attempts that a pair of account and address has before it waits.
pub(super) const FREE: u32 = 5;
/// The first wait; each that follows is twice as long.
pub(super) const FIRST_WAIT: Duration = Duration::from_secs(2);
/// The longest wait.
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// After so long without an attempt, all is forgotten.
pub(super) const FORGET_AFTER: Duration = Duration::from_secs(60 * 60);
/// Wrong attempts on one account, from everywhere, after which it counts as under attack.
pub(super) const UNDER_ATTACK: u32 = 50;
/// Attempts that an address can make at once.
pub(super) const BUCKET: u32 = 30;
/// How long it takes an address to earn another attempt.
pub(super) const REFILL: Duration = Duration::from_secs(6);

/// The counts that an attempt is about: those of the pair, the account and the address.
pub(super) type Three = [Option<Attempts>; 3];

/// Counts an attempt, or says how long to wait. Attempts that are told to wait do not count.
pub(super) fn admit(before: &Three, now: Timestamp) -> Result<Three, Duration> {
    let [pair, account, address] = before.map(|one| one.filter(|one| is_current(one, now)));
    let under_attack = account.map_or(0, |account| account.count) >= UNDER_ATTACK;
    let free = if under_attack { 1 } else { FREE };
    let wait = wait_of_pair(pair, free, now).max(wait_of_address(address, now));
    if wait.is_zero() {
        Ok([
            Some(added(pair, now)),
            Some(added(account, now)),
            Some(spent(address, now)),
        ])
    } else {
        Err(wait)
    }
}

/// An attempt succeeded: the pair starts anew, the others have theirs back.
pub(super) fn succeeded([_, account, address]: &Three) -> Three {
    [None, account.map(take_back), address.map(take_back)]
}

/// The outcome of an attempt is not known: it is taken back.
pub(super) fn undecided(before: &Three) -> Three {
    before.map(|one| one.map(take_back))
}

/// What one subscriber holds: an IPv4 address, or a /64 of IPv6 (RFC 6177), in which addresses are free to pick.
pub(super) fn subscriber(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6((u128::from(v6) >> 64 << 64).into()),
        v4 @ IpAddr::V4(_) => v4,
    }
}

/// Not so for what is old, or from a future that a clock which was set back has yet to reach.
fn is_current(entry: &Attempts, now: Timestamp) -> bool {
    now.since(entry.seen) < FORGET_AFTER && entry.seen.since(now) <= LONGEST_WAIT
}

fn wait_of_pair(entry: Option<Attempts>, free: u32, now: Timestamp) -> Duration {
    let Some(entry) = entry.filter(|entry| entry.count >= free) else {
        return Duration::ZERO;
    };
    let doublings = (entry.count - free).min(16);
    let wait = FIRST_WAIT.saturating_mul(1 << doublings).min(LONGEST_WAIT);
    wait.saturating_sub(now.since(entry.seen))
}

fn wait_of_address(entry: Option<Attempts>, now: Timestamp) -> Duration {
    let Some(entry) = entry else {
        return Duration::ZERO;
    };
    let since = now.since(entry.seen);
    let (spent, over) = refilled(entry.count, since);
    if spent < BUCKET {
        Duration::ZERO
    } else {
        REFILL.saturating_sub(over)
    }
}

/// What is still spent of a bucket after `since`, and how far it is into earning the next attempt.
fn refilled(spent: u32, since: Duration) -> (u32, Duration) {
    let earned = u32::try_from(since.as_millis() / REFILL.as_millis()).unwrap_or(u32::MAX);
    (
        spent.saturating_sub(earned),
        since.saturating_sub(REFILL.saturating_mul(earned)),
    )
}

fn spent(entry: Option<Attempts>, now: Timestamp) -> Attempts {
    let Some(entry) = entry else {
        return Attempts { count: 1, seen: now };
    };
    let (spent, over) = refilled(entry.count, now.since(entry.seen));
    Attempts {
        count: spent + 1,
        seen: now.minus(over),
    }
}

fn added(entry: Option<Attempts>, now: Timestamp) -> Attempts {
    let count = entry.map_or(0, |entry| entry.count).saturating_add(1);
    Attempts { count, seen: now }
}

fn take_back(entry: Attempts) -> Attempts {
    Attempts {
        count: entry.count.saturating_sub(1),
        ..entry
    }
}
