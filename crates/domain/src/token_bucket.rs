//! Token buckets: how often something may happen. A full bucket holds its capacity; what is taken comes back evenly, all
//! of it within the period.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::Timestamp;

/// How much a bucket holds, and how long an empty one takes to be full again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TokenBucket {
    capacity: u64,
    /// In milliseconds.
    period: u64,
}

/// What is taken from a bucket at a time. A token counts as many units as the period has milliseconds, so that each
/// millisecond brings back a whole number of units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Taken {
    units: u64,
    at: Timestamp,
}

impl TokenBucket {
    /// Without capacity or period, a bucket never has a token.
    pub const fn new(capacity: u64, period: Duration) -> Self {
        Self {
            capacity,
            period: whole_millis(period),
        }
    }

    /// Takes `tokens` from a bucket that has been missing `missing` of them since `at`: how many are missing now, and since
    /// when exactly so many. Fails with how long to wait until there are enough.
    pub fn take(
        self,
        tokens: u64,
        missing: u64,
        at: Timestamp,
        now: Timestamp,
    ) -> Result<(u64, Timestamp), Duration> {
        let before = Taken {
            units: missing.saturating_mul(self.period),
            at,
        };
        let after = self.take_units(tokens, Some(before), now)?;
        let missing = after.units.div_ceil(self.period.max(1));
        let returned = missing.saturating_mul(self.period).saturating_sub(after.units);
        let since = Duration::from_millis(returned / self.capacity.max(1));
        Ok((missing, now.minus(since)))
    }

    fn take_units(self, tokens: u64, before: Option<Taken>, now: Timestamp) -> Result<Taken, Duration> {
        let left = before.map_or(0, |before| self.left(before, now));
        let units = left.saturating_add(tokens.saturating_mul(self.period));
        match units.saturating_sub(self.capacity.saturating_mul(self.period)) {
            0 => Ok(Taken { units, at: now }),
            excess => Err(Duration::from_millis(excess.div_ceil(self.capacity.max(1)))),
        }
    }

    /// The part that is still missing now. A clock that was set back changes nothing.
    fn left(self, taken: Taken, now: Timestamp) -> u64 {
        let elapsed = whole_millis(now.since(taken.at));
        taken.units.saturating_sub(elapsed.saturating_mul(self.capacity))
    }
}

#[allow(clippy::cast_possible_truncation)] // 500 million years.
const fn whole_millis(duration: Duration) -> u64 {
    duration.as_millis() as u64
}

/// A bucket for each key, in memory. When there are too many, those that are full are dropped, and all if none is: a limit
/// on memory that blocks no one.
#[derive(Debug)]
pub struct TokenBuckets<K> {
    at_most: usize,
    buckets: Mutex<HashMap<K, (TokenBucket, Taken)>>,
}

impl<K: Eq + Hash> TokenBuckets<K> {
    /// At most so many buckets.
    pub fn new(at_most: usize) -> Self {
        Self {
            at_most,
            buckets: Mutex::default(),
        }
    }

    /// Takes tokens from the bucket of `key`, or says how long to wait until there are enough.
    pub fn take(&self, key: K, bucket: TokenBucket, tokens: u64, now: Timestamp) -> Result<(), Duration> {
        // Nothing that can panic runs under the lock.
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        let before = buckets.get(&key).map(|(_, taken)| *taken);
        let taken = bucket.take_units(tokens, before, now)?;
        if before.is_none() && buckets.len() >= self.at_most {
            buckets.retain(|_, (bucket, taken)| bucket.left(*taken, now) > 0);
            if buckets.len() >= self.at_most {
                buckets.clear();
            }
        }
        buckets.insert(key, (bucket, taken));
        Ok(())
    }

    /// How many buckets are remembered.
    pub fn count(&self) -> usize {
        self.buckets.lock().unwrap_or_else(PoisonError::into_inner).len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BUCKET: TokenBucket = TokenBucket::new(30, Duration::from_secs(180));

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_millis(1_800_000_000_000).plus(Duration::from_secs(seconds))
    }

    #[test]
    fn tokens_come_back_evenly() {
        let buckets = TokenBuckets::new(10);
        assert_eq!(buckets.take("a", BUCKET, 30, at(0)), Ok(()));
        assert_eq!(buckets.take("a", BUCKET, 1, at(0)), Err(Duration::from_secs(6)));
        assert_eq!(buckets.take("a", BUCKET, 1, at(4)), Err(Duration::from_secs(2)));
        assert_eq!(buckets.take("a", BUCKET, 1, at(6)), Ok(()));
        assert_eq!(buckets.take("a", BUCKET, 30, at(186)), Ok(()));
        assert_eq!(buckets.take("b", BUCKET, 30, at(0)), Ok(()));
    }

    #[test]
    fn a_bucket_that_is_kept_as_a_count_and_a_time_loses_nothing() {
        let (mut missing, mut since, mut taken) = (0, at(0), 0);
        for second in 0..=1_800 {
            if let Ok(after) = BUCKET.take(1, missing, since, at(second)) {
                (missing, since) = after;
                taken += 1;
            }
            assert!(missing <= 30);
        }
        assert_eq!(taken, 30 + 300);
    }

    #[test]
    fn a_bucket_holds_no_more_than_its_capacity() {
        assert_eq!(BUCKET.take(30, 1, at(0), at(1_000)), Ok((30, at(1_000))));
        assert!(BUCKET.take(31, 0, at(0), at(1_000)).is_err());
    }

    #[test]
    fn memory_is_bounded() {
        let buckets = TokenBuckets::new(100);
        for key in 0..1_000 {
            assert_eq!(buckets.take(key, BUCKET, 1, at(0)), Ok(()));
            assert!(buckets.count() <= 100);
        }
    }
}
