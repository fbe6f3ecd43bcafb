//! How much an application may ask for in a member's name. It is counted in points of cost instead of requests: a page
//! of fifty rows costs more than a single name. Spent points come back evenly, all of them within a minute.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use latchkey_domain::Timestamp;
use latchkey_domain::limits::MAX_QUERY_COST;

use crate::caller::Caller;

/// The time in which a whole budget comes back, in milliseconds.
const PERIOD: u64 = 60_000;
/// How many pairs of application and member are counted at once. When there are more, the pairs that spent nothing lately
/// are dropped, or all if there are none of these. That bounds the memory, and nobody is refused.
const CAPACITY: usize = 10_000;

/// How many points of cost an application may spend in a minute in the name of one member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget(Option<u64>);

impl Default for Budget {
    /// Enough to copy the roster of a large network without a wait.
    fn default() -> Self {
        Self(Some(600_000))
    }
}

impl Budget {
    /// Points a minute; 0 means no limit. `None` if the largest allowed query would not fit.
    pub fn new(points: u64) -> Option<Self> {
        match points {
            0 => Some(Self(None)),
            MAX_QUERY_COST.. => Some(Self(Some(points))),
            _ => None,
        }
    }
}

/// What each application has spent for each member.
pub(crate) struct Budgets {
    budget: Budget,
    hasher: RandomState,
    spent: Mutex<HashMap<u64, Spent>>,
}

/// What is spent at a time. A point counts as [`PERIOD`], so that each millisecond brings back a whole number.
#[derive(Clone, Copy)]
struct Spent {
    amount: u64,
    at: Timestamp,
}

impl Spent {
    /// What is still spent now.
    fn left(self, points: u64, now: Timestamp) -> u64 {
        let since = u64::try_from(now.since(self.at).as_millis()).unwrap_or(u64::MAX);
        self.amount.saturating_sub(since.saturating_mul(points))
    }
}

impl Budgets {
    pub(crate) fn new(budget: Budget) -> Self {
        Self {
            budget,
            hasher: RandomState::new(),
            spent: Mutex::default(),
        }
    }

    /// Spends points, or says how long to wait until there are enough.
    pub(crate) fn spend(&self, caller: &Caller, cost: u64, now: Timestamp) -> Result<(), Duration> {
        let Some(points) = self.budget.0 else {
            return Ok(());
        };
        let key = self.hasher.hash_one((&caller.application, caller.member.id));
        let mut all = self.spent.lock().unwrap_or_else(PoisonError::into_inner);
        let left = all.get(&key).map_or(0, |spent| spent.left(points, now));
        let amount = left.saturating_add(cost.saturating_mul(PERIOD));
        let missing = amount.saturating_sub(points.saturating_mul(PERIOD));
        if missing > 0 {
            return Err(Duration::from_millis(missing.div_ceil(points)));
        }
        if all.len() >= CAPACITY && !all.contains_key(&key) {
            all.retain(|_, spent| spent.left(points, now) > 0);
            if all.len() >= CAPACITY {
                all.clear();
            }
        }
        all.insert(key, Spent { amount, at: now });
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use latchkey_domain::{Email, Member, MemberId, MemberName, Role, ScopeSet};

    use super::*;

    fn at(millis: i64) -> Timestamp {
        Timestamp::from_millis(1_700_000_000_000 + millis)
    }

    fn caller(application: &str, member: i64) -> Caller {
        Caller {
            application: application.repeat(43).parse().unwrap(),
            member: Member {
                id: MemberId(member),
                email: "ada@b.example".parse::<Email>().unwrap(),
                name: MemberName::parse("Ada").unwrap(),
                role: Role::Member,
                joined_at: at(0),
            },
            scopes: ScopeSet::default(),
        }
    }

    fn budgets(points: u64) -> Budgets {
        Budgets::new(Budget::new(points).unwrap())
    }

    #[test]
    fn what_is_spent_comes_back_within_a_minute() {
        let budgets = budgets(6_000);
        let ada = caller("A", 1);
        assert_eq!(budgets.spend(&ada, 5_000, at(0)), Ok(()));
        assert_eq!(budgets.spend(&ada, 1_000, at(0)), Ok(()));
        // A hundred points a second.
        assert_eq!(budgets.spend(&ada, 250, at(0)), Err(Duration::from_millis(2_500)));
        assert_eq!(budgets.spend(&ada, 250, at(2_499)), Err(Duration::from_millis(1)));
        assert_eq!(budgets.spend(&ada, 250, at(2_500)), Ok(()));
        assert!(budgets.spend(&ada, 1, at(2_500)).is_err());
        assert_eq!(budgets.spend(&ada, 6_000, at(62_500)), Ok(()));
        assert!(budgets.spend(&ada, 1, at(62_500)).is_err());
    }

    #[test]
    fn small_steps_lose_nothing() {
        let budgets = budgets(1_500);
        let ada = caller("A", 1);
        assert_eq!(budgets.spend(&ada, 1_500, at(0)), Ok(()));
        let spent = (1..=60_000).filter(|millis| budgets.spend(&ada, 1, at(*millis)).is_ok());
        assert_eq!(spent.count(), 1_500);
    }

    #[test]
    fn each_application_and_member_has_its_own() {
        let budgets = budgets(1_500);
        for caller in [caller("A", 1), caller("A", 2), caller("B", 1)] {
            assert_eq!(budgets.spend(&caller, 1_500, at(0)), Ok(()));
            assert!(budgets.spend(&caller, 1, at(0)).is_err());
        }
    }

    #[test]
    fn a_clock_that_is_set_back_gives_and_takes_nothing() {
        let budgets = budgets(1_500);
        let ada = caller("A", 1);
        assert_eq!(budgets.spend(&ada, 1_000, at(1_000_000)), Ok(()));
        assert_eq!(budgets.spend(&ada, 500, at(0)), Ok(()));
        assert!(budgets.spend(&ada, 1, at(0)).is_err());
        assert_eq!(budgets.spend(&ada, 1_500, at(60_000)), Ok(()));
    }

    #[test]
    fn no_limit_and_too_small_a_limit() {
        let ada = caller("A", 1);
        let unlimited = budgets(0);
        assert!((0..1_000).all(|_| unlimited.spend(&ada, u64::MAX, at(0)).is_ok()));
        assert!(unlimited.spent.lock().unwrap().is_empty());
        assert_eq!(Budget::new(1), None);
        assert_eq!(Budget::new(MAX_QUERY_COST - 1), None);
    }

    #[test]
    fn memory_is_bounded() {
        let budgets = budgets(6_000);
        let count = 2 * i64::try_from(CAPACITY).unwrap() + 10;
        for member in 0..count {
            assert_eq!(budgets.spend(&caller("A", member), 1, at(member)), Ok(()));
            assert!(budgets.spent.lock().unwrap().len() <= CAPACITY);
        }
    }
}
