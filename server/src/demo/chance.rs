//! What makes the demonstration the same each time: its random choices and its clock.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use latchkey_domain::{Clock, Timestamp};

/// A pseudo-random sequence: `SplitMix64`.
pub(super) struct Chance(u64);

impl Chance {
    pub(super) const fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// A number below `limit`, which is at least 1.
    pub(super) fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        let limit = limit.max(1) as u64;
        usize::try_from((mixed ^ (mixed >> 31)) % limit).unwrap_or(0)
    }

    /// One of `all`, which is not empty.
    pub(super) fn one_of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[self.below(all.len())]
    }
}

/// A clock that only moves when it is set.
#[derive(Debug, Default)]
pub(super) struct StoryClock(AtomicI64);

impl StoryClock {
    pub(super) fn set(&self, time: Timestamp) {
        self.0.store(time.as_millis(), Ordering::Relaxed);
    }

    pub(super) fn advance(&self, duration: Duration) {
        self.set(self.now().plus(duration));
    }
}

impl Clock for StoryClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::Relaxed))
    }
}
