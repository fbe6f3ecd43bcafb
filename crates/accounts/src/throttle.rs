//! Sign-in under attack.
//!
//! Three counts, kept in memory and bounded in size, or by a store that serves several nodes for all of them (see
//! `shared`):
//!
//! - **Account and address together.** After [`FREE`] attempts with a wrong password the pair waits, twice as long each
//!   time, up to a minute. Another address is not held up, so nobody can lock a member out by guessing.
//! - **Account.** When very many attempts go wrong from everywhere, each address has one attempt instead of five before
//!   it waits. A member who types the right password is still let in at once from an address that was not guessing.
//! - **Address.** A bucket of attempts that refills slowly, so that one address cannot try one password on everybody.
//!
//! An attempt counts from when it begins, so that a thousand at once are no way around; one that succeeds is taken
//! back.

mod rules;
mod shared;

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hash};
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use latchkey_domain::{Email, Timestamp};
use latchkey_store::Attempts;

use self::rules::Three;
pub(crate) use self::shared::Throttling;

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
        let keys = self.keys(account, address);
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let after = rules::admit(&counts.get(keys), now)?;
        counts.put(keys, after);
        Ok(())
    }

    /// Takes back an attempt that succeeded: the pair starts anew, the address has its attempt back.
    pub fn succeeded(&self, account: &str, address: Option<IpAddr>) {
        self.change(account, address, rules::succeeded);
    }

    /// Takes back an attempt whose outcome is not known, because the server could not look.
    pub fn undecided(&self, account: &str, address: Option<IpAddr>) {
        self.change(account, address, rules::undecided);
    }

    fn change(&self, account: &str, address: Option<IpAddr>, change: impl Fn(&Three) -> Three) {
        let keys = self.keys(account, address);
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        let after = change(&counts.get(keys));
        counts.put(keys, after);
    }

    /// Keys of a fixed size: an entry costs the same whatever was typed as the email.
    fn keys(&self, account: &str, address: Option<IpAddr>) -> [u64; 3] {
        let account = Email::key(account);
        let address = address.map(rules::subscriber);
        [
            self.key(&(&account, address)),
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
struct Table(HashMap<u64, Attempts>);

impl Table {
    fn put(&mut self, key: u64, entry: Attempts) {
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
    use super::rules::{BUCKET, FIRST_WAIT, FREE, REFILL, UNDER_ATTACK};
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
