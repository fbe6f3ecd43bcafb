//! The counts of one node, in memory.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hash};
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use latchkey_domain::Timestamp;
use latchkey_storage::AttemptCount;

use super::rules::{self, Three};

/// The most entries of each kind.
const CAPACITY: usize = 20_000;

/// Counts attempts to sign in on this node and decides which have to wait.
pub(super) struct MemoryThrottle {
    hasher: RandomState,
    counts: Mutex<Counts>,
}

#[derive(Default)]
struct Counts {
    pairs: Table,
    accounts: Table,
    addresses: Table,
}

impl MemoryThrottle {
    /// An empty throttle.
    pub(super) fn new() -> Self {
        Self {
            hasher: RandomState::new(),
            counts: Mutex::default(),
        }
    }

    /// Counts an attempt on `account` from `address`, or says how long to wait.
    pub(super) fn admit(
        &self,
        account: &str,
        address: Option<IpAddr>,
        is_known: bool,
        now: Timestamp,
    ) -> Result<(), Duration> {
        let keys = self.keys(account, address);
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let verdict = rules::admit(&counts.get(keys), is_known, now);
        let after = match verdict {
            Ok(after) => Some(after),
            Err(wait) => wait.after,
        };
        if let Some(after) = after {
            counts.put(keys, after);
        }
        verdict.map(|_| ()).map_err(|wait| wait.wait)
    }

    /// Uncounts an attempt that succeeded: the pair restarts, and the address gets its attempt back.
    pub(super) fn succeeded(&self, account: &str, address: Option<IpAddr>) {
        self.change(account, address, rules::succeeded);
    }

    /// Uncounts an attempt whose outcome is unknown because the server could not check.
    pub(super) fn undecided(&self, account: &str, address: Option<IpAddr>) {
        self.change(account, address, rules::undecided);
    }

    fn change(&self, account: &str, address: Option<IpAddr>, change: impl Fn(&Three) -> Three) {
        let keys = self.keys(account, address);
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let after = change(&counts.get(keys));
        counts.put(keys, after);
    }

    /// Keys of fixed size: an entry costs the same for any email.
    fn keys(&self, account: &str, address: Option<IpAddr>) -> [u64; 3] {
        let address = address.map(rules::subscriber);
        [
            self.key(&(account, address)),
            self.key(&account),
            self.key(&address),
        ]
    }

    fn key(&self, of: &impl Hash) -> u64 {
        self.hasher.hash_one(of)
    }
}

impl Counts {
    fn get(&self, [pair, account, address]: [u64; 3]) -> Three {
        [
            self.pairs.0.get(&pair).copied(),
            self.accounts.0.get(&account).copied(),
            self.addresses.0.get(&address).copied(),
        ]
    }

    fn put(&mut self, keys: [u64; 3], after: Three) {
        let tables = [&mut self.pairs, &mut self.accounts, &mut self.addresses];
        for ((table, key), entry) in tables.into_iter().zip(keys).zip(after) {
            match entry {
                Some(entry) => table.put(key, entry),
                None => {
                    table.0.remove(&key);
                }
            }
        }
    }
}

#[derive(Default)]
struct Table(HashMap<u64, AttemptCount>);

impl Table {
    fn put(&mut self, key: u64, entry: AttemptCount) {
        if self.0.len() >= CAPACITY && !self.0.contains_key(&key) {
            self.make_room();
        }
        self.0.insert(key, entry);
    }

    /// Deletes the oldest eighth of the entries. This is rare, so the average cost is small.
    fn make_room(&mut self) {
        let mut seen: Vec<Timestamp> = self.0.values().map(|entry| entry.seen).collect();
        let (_, oldest_kept, _) = seen.select_nth_unstable(CAPACITY / 8);
        let oldest_kept = *oldest_kept;
        self.0.retain(|_, entry| entry.seen > oldest_kept);
    }
}

#[cfg(test)]
mod tests {
    use super::super::rules::{BUCKET, FIRST_WAIT, FREE, LONGEST_WAIT, UNDER_ATTACK};
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

    /// From an address that the member never signed in from.
    fn admit(
        throttle: &MemoryThrottle,
        account: &str,
        from: Option<IpAddr>,
        now: Timestamp,
    ) -> Result<(), Duration> {
        throttle.admit(account, from, false, now)
    }

    fn fail(throttle: &MemoryThrottle, times: u32, account: &str, from: Option<IpAddr>, now: Timestamp) {
        for _ in 0..times {
            assert_eq!(admit(throttle, account, from, now), Ok(()));
        }
    }

    #[test]
    fn the_sixth_attempt_waits_and_each_after_it_twice_as_long() {
        let throttle = MemoryThrottle::new();
        fail(&throttle, FREE, EMAIL, address(1), at(0));
        let mut now = 0;
        for wait in [2, 4, 8, 16, 32, 60, 60] {
            assert_eq!(
                admit(&throttle, EMAIL, address(1), at(now)),
                Err(Duration::from_secs(wait))
            );
            now += wait;
            assert_eq!(
                admit(&throttle, EMAIL, address(1), at(now)),
                Ok(()),
                "after {wait} s"
            );
        }
    }

    #[test]
    fn another_address_and_another_account_are_not_held_up() {
        let throttle = MemoryThrottle::new();
        fail(&throttle, FREE, EMAIL, address(1), at(0));
        assert!(admit(&throttle, EMAIL, address(1), at(0)).is_err());
        assert!(admit(&throttle, EMAIL, address(2), at(0)).is_ok());
        assert!(admit(&throttle, "bob@example.com", address(1), at(0)).is_ok());
    }

    #[test]
    fn success_starts_anew() {
        let throttle = MemoryThrottle::new();
        fail(&throttle, FREE - 1, EMAIL, address(1), at(0));
        fail(&throttle, 1, EMAIL, address(1), at(0));
        throttle.succeeded(EMAIL, address(1));
        fail(&throttle, FREE, EMAIL, address(1), at(0));
        assert!(admit(&throttle, EMAIL, address(1), at(0)).is_err());
    }

    #[allow(clippy::unnecessary_wraps)]
    fn many(n: u32) -> Option<IpAddr> {
        Some(IpAddr::from([
            10,
            1,
            u8::try_from(n / 256).unwrap(),
            u8::try_from(n % 256).unwrap(),
        ]))
    }

    #[test]
    fn guesses_from_many_addresses_are_slowed_and_each_address_gets_its_turn() {
        let throttle = MemoryThrottle::new();
        let mut waits = Vec::new();
        for n in 0..120 {
            waits.extend(admit(&throttle, EMAIL, many(n), at(0)).err());
        }
        assert_eq!(waits.len(), 120 - UNDER_ATTACK as usize);
        assert_eq!(waits[..6], [2, 4, 8, 16, 32, 60].map(Duration::from_secs));
        assert!(waits[6..].iter().all(|wait| *wait == LONGEST_WAIT));
        // Even while others guess.
        for n in 1_000..3_000 {
            assert!(admit(&throttle, EMAIL, many(n), at(30)).is_err());
        }
        let last = many(119);
        assert_eq!(admit(&throttle, EMAIL, last, at(59)), Err(Duration::from_secs(1)));
        assert_eq!(admit(&throttle, EMAIL, last, at(60)), Ok(()));
        assert_eq!(admit(&throttle, EMAIL, last, at(60)), Err(LONGEST_WAIT));
        assert_eq!(admit(&throttle, EMAIL, last, at(120)), Ok(()));
        assert_eq!(admit(&throttle, EMAIL, last, at(120)), Err(LONGEST_WAIT));
    }

    #[test]
    fn a_success_gives_the_address_its_attempts_back() {
        let throttle = MemoryThrottle::new();
        for n in 0..100 {
            let _ = admit(&throttle, EMAIL, many(n), at(0));
        }
        assert_eq!(admit(&throttle, EMAIL, address(7), at(0)), Err(LONGEST_WAIT));
        assert_eq!(admit(&throttle, EMAIL, address(7), at(60)), Ok(()));
        throttle.succeeded(EMAIL, address(7));
        assert_eq!(throttle.admit(EMAIL, address(7), true, at(60)), Ok(()));
    }

    #[test]
    fn a_network_that_the_member_knows_is_not_held_up_by_the_guesses_of_others() {
        let throttle = MemoryThrottle::new();
        for n in 0..1_000 {
            let _ = admit(&throttle, EMAIL, many(n), at(0));
        }
        let home = address(9);
        for _ in 0..FREE {
            assert_eq!(throttle.admit(EMAIL, home, true, at(0)), Ok(()));
        }
        assert_eq!(throttle.admit(EMAIL, home, true, at(0)), Err(FIRST_WAIT));
        assert_eq!(admit(&throttle, "bob@example.com", address(10), at(0)), Ok(()));
    }

    #[test]
    fn a_network_of_ipv6_addresses_waits_as_one_while_an_account_is_guessed_at() {
        let throttle = MemoryThrottle::new();
        for n in 0..100 {
            let _ = admit(&throttle, EMAIL, many(n), at(0));
        }
        let within = |host: u16| Some(IpAddr::from([0x2001, 0xdb8, 0, 1, 0, 0, 0, host]));
        assert_eq!(admit(&throttle, EMAIL, within(1), at(0)), Err(LONGEST_WAIT));
        assert_eq!(
            admit(&throttle, EMAIL, within(2), at(1)),
            Err(Duration::from_secs(59))
        );
        assert_eq!(admit(&throttle, EMAIL, within(3), at(60)), Ok(()));
        assert!(admit(&throttle, EMAIL, within(4), at(60)).is_err());
    }

    #[test]
    fn one_address_cannot_try_everybody() {
        let throttle = MemoryThrottle::new();
        for n in 0..BUCKET {
            fail(&throttle, 1, &format!("member{n}@example.com"), address(1), at(0));
        }
        assert_eq!(
            admit(&throttle, "next@example.com", address(1), at(0)),
            Err(Duration::from_secs(6))
        );
        assert_eq!(
            admit(&throttle, "next@example.com", address(1), at(4)),
            Err(Duration::from_secs(2))
        );
        assert_eq!(admit(&throttle, "next@example.com", address(1), at(6)), Ok(()));
        assert!(admit(&throttle, "other@example.com", address(1), at(7)).is_err());
        assert!(admit(&throttle, "next@example.com", address(2), at(0)).is_ok());
    }

    #[test]
    fn many_members_behind_one_address_sign_in_all_day() {
        let throttle = MemoryThrottle::new();
        for n in 0..1_000 {
            let account = format!("member{n}@example.com");
            assert_eq!(admit(&throttle, &account, address(1), at(0)), Ok(()));
            throttle.succeeded(&account, address(1));
        }
    }

    #[test]
    fn a_network_of_ipv6_addresses_counts_as_one() {
        let throttle = MemoryThrottle::new();
        let within = |host: u16| Some(IpAddr::from([0x2001, 0xdb8, 0, 1, 0, 0, 0, host]));
        for host in 0..u16::try_from(FREE).unwrap() {
            fail(&throttle, 1, EMAIL, within(host), at(0));
        }
        assert!(admit(&throttle, EMAIL, within(99), at(0)).is_err());
        assert!(
            admit(
                &throttle,
                EMAIL,
                Some(IpAddr::from([0x2001, 0xdb8, 0, 2, 0, 0, 0, 1])),
                at(0)
            )
            .is_ok()
        );
    }

    #[test]
    fn all_is_forgotten_after_an_hour() {
        let throttle = MemoryThrottle::new();
        fail(&throttle, FREE, EMAIL, address(1), at(0));
        fail(&throttle, FREE, EMAIL, address(1), at(3_600));
    }

    #[test]
    fn a_clock_that_is_set_back_holds_nobody_up() {
        let throttle = MemoryThrottle::new();
        fail(&throttle, FREE, EMAIL, address(1), at(1_000_000));
        assert_eq!(admit(&throttle, EMAIL, address(1), at(0)), Ok(()));
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let throttle = MemoryThrottle::new();
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
