//! How much an application may ask for on behalf of a member. It is counted in points of cost, not in requests, because
//! a page of fifty rows costs more than a single name. Points refill evenly, all of them within a minute.

use std::collections::hash_map::RandomState;
use std::hash::BuildHasher;
use std::time::Duration;

use latchkey_domain::limits::MAX_QUERY_COST;
use latchkey_domain::{Timestamp, TokenBucket, TokenBuckets};

use crate::caller::Caller;

/// The time in which an empty budget refills.
const PERIOD: Duration = Duration::from_secs(60);
/// How many pairs of application and member are tracked.
const CAPACITY: usize = 10_000;

/// How many points an application may spend per minute on behalf of one member.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Budget(Option<u64>);

impl Default for Budget {
    /// Enough for a client that copies the roster of a large network once, but not for one that never stops.
    fn default() -> Self {
        Self(Some(600_000))
    }
}

impl Budget {
    /// Points per minute; 0 means no limit. `None` if the largest allowed query would not fit.
    pub fn new(points: u64) -> Option<Self> {
        match points {
            0 => Some(Self(None)),
            MAX_QUERY_COST.. => Some(Self(Some(points))),
            _ => None,
        }
    }
}

/// The points that were spent recently.
pub(crate) struct Budgets {
    budget: Budget,
    hasher: RandomState,
    spent: TokenBuckets<u64>,
}

impl Budgets {
    pub(crate) fn new(budget: Budget) -> Self {
        Self {
            budget,
            hasher: RandomState::new(),
            spent: TokenBuckets::new(CAPACITY),
        }
    }

    /// Spends points, or says how long to wait for them.
    pub(crate) fn spend(&self, caller: &Caller, cost: u64, now: Timestamp) -> Result<(), Duration> {
        let Some(points) = self.budget.0 else {
            return Ok(());
        };
        let key = self.hasher.hash_one((&caller.application, caller.member.id));
        self.spent.take(key, TokenBucket::new(points, PERIOD), cost, now)
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
                email_verified: false,
                suspended_at: None,
                second_factor: false,
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
        // 100 points per second.
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
        assert_eq!(unlimited.spent.count(), 0);
        assert_eq!(Budget::new(1), None);
        assert_eq!(Budget::new(MAX_QUERY_COST - 1), None);
    }

    #[test]
    fn memory_is_bounded() {
        let budgets = budgets(6_000);
        let count = 2 * i64::try_from(CAPACITY).unwrap() + 10;
        for member in 0..count {
            assert_eq!(budgets.spend(&caller("A", member), 1, at(member)), Ok(()));
            assert!(budgets.spent.count() <= CAPACITY);
        }
    }
}
