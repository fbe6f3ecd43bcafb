//! Sign-in under attack.
//!
//! Three counts, all kept in memory and bounded in size:
//!
//! - **Account and address together.** After [`FREE`] attempts with a wrong password the pair waits, twice as long each
//!   time, up to a minute. Another address is not held up, so nobody can lock a member out by guessing.
//! - **Account.** When very many attempts go wrong from everywhere, each address has one attempt instead of five before
//!   it waits. A member who types the right password is still let in at once from an address that was not guessing.
//! - **Address.** A bucket of attempts that refills slowly, so that one address cannot try one password on everybody.
//!
//! An attempt counts from when it begins, so that a thousand at once are no way around; one that succeeds is taken
//! back.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hash};
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use latchkey_domain::Timestamp;

/// Attempts that a pair of account and address has before it waits.
const FREE: u32 = 5;
/// The first wait; each that follows is twice as long.
const FIRST_WAIT: Duration = Duration::from_secs(2);
/// The longest wait.
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// After so long without an attempt, all is forgotten.
const FORGET_AFTER: Duration = Duration::from_secs(60 * 60);
/// Wrong attempts on one account, from everywhere, after which it counts as under attack.
const UNDER_ATTACK: u32 = 50;
/// Attempts that an address can make at once.
const BUCKET: u32 = 30;
/// How long it takes an address to earn another attempt.
const REFILL: Duration = Duration::from_secs(6);
/// Entries of each kind, at most.
const CAPACITY: usize = 20_000;

/// Counts attempts to sign in, and says who has to wait.
pub struct Throttle {
    hasher: RandomState,
    counts: Mutex<Counts>,
}

#[derive(Default)]
struct Counts {
    pairs: Table,
    accounts: Table,
    addresses: Table,
}

impl Default for Throttle {
    fn default() -> Self {
        Self::new()
    }
}

impl Throttle {
    /// A throttle that has seen nothing yet.
    pub fn new() -> Self {
        Self {
            hasher: RandomState::new(),
            counts: Mutex::default(),
        }
    }

    /// Counts an attempt on `account` from `address`, or says how long to wait. Attempts that are told to wait do not
    /// count.
    pub fn admit(&self, account: &str, address: Option<IpAddr>, now: Timestamp) -> Result<(), Duration> {
        let (pair, account, address) = self.keys(account, address);
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let under_attack = counts.accounts.count(account, now) >= UNDER_ATTACK;
        let free = if under_attack { 1 } else { FREE };
        let wait = counts
            .pairs
            .wait_of_pair(pair, free, now)
            .max(counts.addresses.wait_of_address(address, now));
        if !wait.is_zero() {
            return Err(wait);
        }
        counts.pairs.add(pair, now);
        counts.accounts.add(account, now);
        counts.addresses.spend(address, now);
        Ok(())
    }

    /// Takes back an attempt that succeeded: the pair starts anew, the address has its attempt back.
    pub fn succeeded(&self, account: &str, address: Option<IpAddr>) {
        let (pair, account, address) = self.keys(account, address);
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.pairs.0.remove(&pair);
        counts.accounts.take_back(account);
        counts.addresses.take_back(address);
    }

    /// Takes back an attempt whose outcome is not known, because the server could not look.
    pub fn undecided(&self, account: &str, address: Option<IpAddr>) {
        let (pair, account, address) = self.keys(account, address);
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        counts.pairs.take_back(pair);
        counts.accounts.take_back(account);
        counts.addresses.take_back(address);
    }

    /// Keys of a fixed size: an entry costs the same whatever was typed as the email.
    fn keys(&self, account: &str, address: Option<IpAddr>) -> (u64, u64, u64) {
        let account = account.trim().to_lowercase();
        let address = address.map(subscriber);
        (
            self.key(&(&account, address)),
            self.key(&account),
            self.key(&address),
        )
    }

    fn key(&self, of: &impl Hash) -> u64 {
        self.hasher.hash_one(of)
    }
}

/// What one subscriber holds: an IPv4 address, or a /64 of IPv6 (RFC 6177), in which addresses are free to pick.
fn subscriber(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) => IpAddr::V6((u128::from(v6) >> 64 << 64).into()),
        v4 @ IpAddr::V4(_) => v4,
    }
}

#[derive(Clone, Copy)]
struct Entry {
    count: u32,
    seen: Timestamp,
}

#[derive(Default)]
struct Table(HashMap<u64, Entry>);

impl Table {
    /// The entry, unless it is old, or from a future that a clock which was set back has yet to reach.
    fn entry(&self, key: u64, now: Timestamp) -> Option<Entry> {
        let current =
            |entry: &Entry| now.since(entry.seen) < FORGET_AFTER && entry.seen.since(now) <= LONGEST_WAIT;
        self.0.get(&key).copied().filter(current)
    }

    fn count(&self, key: u64, now: Timestamp) -> u32 {
        self.entry(key, now).map_or(0, |entry| entry.count)
    }

    fn wait_of_pair(&self, key: u64, free: u32, now: Timestamp) -> Duration {
        let Some(entry) = self.entry(key, now).filter(|entry| entry.count >= free) else {
            return Duration::ZERO;
        };
        let doublings = (entry.count - free).min(16);
        let wait = FIRST_WAIT.saturating_mul(1 << doublings).min(LONGEST_WAIT);
        wait.saturating_sub(now.since(entry.seen))
    }

    fn wait_of_address(&self, key: u64, now: Timestamp) -> Duration {
        let Some(entry) = self.entry(key, now) else {
            return Duration::ZERO;
        };
        let since = now.since(entry.seen);
        let (spent, over) = Self::refilled(entry.count, since);
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

    fn spend(&mut self, key: u64, now: Timestamp) {
        let Some(entry) = self.entry(key, now) else {
            return self.put(key, Entry { count: 1, seen: now });
        };
        let (spent, over) = Self::refilled(entry.count, now.since(entry.seen));
        self.put(
            key,
            Entry {
                count: spent + 1,
                seen: now.minus(over),
            },
        );
    }

    fn add(&mut self, key: u64, now: Timestamp) {
        let count = self.count(key, now).saturating_add(1);
        self.put(key, Entry { count, seen: now });
    }

    fn take_back(&mut self, key: u64) {
        if let Some(entry) = self.0.get_mut(&key) {
            entry.count = entry.count.saturating_sub(1);
        }
    }

    fn put(&mut self, key: u64, entry: Entry) {
        if self.0.len() >= CAPACITY && !self.0.contains_key(&key) {
            self.make_room();
        }
        self.0.insert(key, entry);
    }

    /// Forgets the eighth that was seen the longest ago: rarely, and many at once, so that it costs little each time.
    fn make_room(&mut self) {
        let mut seen: Vec<Timestamp> = self.0.values().map(|entry| entry.seen).collect();
        let (_, oldest_kept, _) = seen.select_nth_unstable(CAPACITY / 8);
        let oldest_kept = *oldest_kept;
        self.0.retain(|_, entry| entry.seen > oldest_kept);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const EMAIL: &str = "ada@example.com";

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_millis(1_800_000_000_000).plus(Duration::from_secs(seconds))
    }

    // As `admit` takes it: a client without an address is counted too.
    #[allow(clippy::unnecessary_wraps)]
    fn address(last: u8) -> Option<IpAddr> {
        Some(IpAddr::from([192, 0, 2, last]))
    }

    fn fail(throttle: &Throttle, times: u32, account: &str, from: Option<IpAddr>, now: Timestamp) {
        for _ in 0..times {
            assert_eq!(throttle.admit(account, from, now), Ok(()));
        }
    }

    #[test]
    fn the_sixth_attempt_waits_and_each_after_it_twice_as_long() {
        let throttle = Throttle::new();
        fail(&throttle, FREE, EMAIL, address(1), at(0));
        let mut now = 0;
        for wait in [2, 4, 8, 16, 32, 60, 60] {
            assert_eq!(
                throttle.admit(EMAIL, address(1), at(now)),
                Err(Duration::from_secs(wait))
            );
            now += wait;
            assert_eq!(
                throttle.admit(EMAIL, address(1), at(now)),
                Ok(()),
                "after {wait} s"
            );
        }
    }

    #[test]
    fn another_address_and_another_account_are_not_held_up() {
        let throttle = Throttle::new();
        fail(&throttle, FREE, EMAIL, address(1), at(0));
        assert!(throttle.admit(EMAIL, address(1), at(0)).is_err());
        assert!(throttle.admit(EMAIL, address(2), at(0)).is_ok());
        assert!(throttle.admit("bob@example.com", address(1), at(0)).is_ok());
    }

    #[test]
    fn the_email_counts_however_it_is_typed() {
        let throttle = Throttle::new();
        fail(&throttle, FREE, EMAIL, address(1), at(0));
        assert!(throttle.admit(" ADA@example.com ", address(1), at(0)).is_err());
    }

    #[test]
    fn success_starts_anew() {
        let throttle = Throttle::new();
        fail(&throttle, FREE - 1, EMAIL, address(1), at(0));
        fail(&throttle, 1, EMAIL, address(1), at(0));
        throttle.succeeded(EMAIL, address(1));
        fail(&throttle, FREE, EMAIL, address(1), at(0));
        assert!(throttle.admit(EMAIL, address(1), at(0)).is_err());
    }

    #[test]
    fn an_account_under_attack_still_lets_a_new_address_try_once() {
        let throttle = Throttle::new();
        for last in 0..UNDER_ATTACK {
            fail(&throttle, 1, EMAIL, address(u8::try_from(last).unwrap()), at(0));
        }
        assert!(throttle.admit(EMAIL, address(200), at(0)).is_ok());
        assert_eq!(throttle.admit(EMAIL, address(200), at(0)), Err(FIRST_WAIT));
        assert!(throttle.admit(EMAIL, address(201), at(0)).is_ok());
    }

    #[test]
    fn one_address_cannot_try_everybody() {
        let throttle = Throttle::new();
        for n in 0..BUCKET {
            fail(&throttle, 1, &format!("member{n}@example.com"), address(1), at(0));
        }
        assert_eq!(throttle.admit("next@example.com", address(1), at(0)), Err(REFILL));
        assert_eq!(
            throttle.admit("next@example.com", address(1), at(4)),
            Err(Duration::from_secs(2))
        );
        assert_eq!(throttle.admit("next@example.com", address(1), at(6)), Ok(()));
        assert!(throttle.admit("other@example.com", address(1), at(7)).is_err());
        assert!(throttle.admit("next@example.com", address(2), at(0)).is_ok());
    }

    #[test]
    fn many_members_behind_one_address_sign_in_all_day() {
        let throttle = Throttle::new();
        for n in 0..1_000 {
            let account = format!("member{n}@example.com");
            assert_eq!(throttle.admit(&account, address(1), at(0)), Ok(()));
            throttle.succeeded(&account, address(1));
        }
    }

    #[test]
    fn a_network_of_ipv6_addresses_counts_as_one() {
        let throttle = Throttle::new();
        let within = |host: u16| Some(IpAddr::from([0x2001, 0xdb8, 0, 1, 0, 0, 0, host]));
        for host in 0..u16::try_from(FREE).unwrap() {
            fail(&throttle, 1, EMAIL, within(host), at(0));
        }
        assert!(throttle.admit(EMAIL, within(99), at(0)).is_err());
        assert!(
            throttle
                .admit(
                    EMAIL,
                    Some(IpAddr::from([0x2001, 0xdb8, 0, 2, 0, 0, 0, 1])),
                    at(0)
                )
                .is_ok()
        );
    }

    #[test]
    fn all_is_forgotten_after_an_hour() {
        let throttle = Throttle::new();
        fail(&throttle, FREE, EMAIL, address(1), at(0));
        fail(&throttle, FREE, EMAIL, address(1), at(3_600));
    }

    #[test]
    fn a_clock_that_is_set_back_holds_nobody_up() {
        let throttle = Throttle::new();
        fail(&throttle, FREE, EMAIL, address(1), at(1_000_000));
        assert_eq!(throttle.admit(EMAIL, address(1), at(0)), Ok(()));
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let throttle = Throttle::new();
        for n in 0..50_000_u32 {
            let from = Some(IpAddr::from(n.to_be_bytes()));
            fail(
                &throttle,
                1,
                &format!("{n}@example.com"),
                from,
                at(u64::from(n / 1_000)),
            );
        }
        let counts = throttle.counts.lock().unwrap();
        for table in [&counts.pairs, &counts.accounts, &counts.addresses] {
            assert!(
                (CAPACITY / 2..=CAPACITY).contains(&table.0.len()),
                "{}",
                table.0.len()
            );
        }
    }
}
