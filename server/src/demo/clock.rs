//! The clock of the demonstration's story.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use latchkey_domain::{Clock, Timestamp};

/// A clock that only moves when it is set.
#[derive(Debug)]
pub(super) struct StoryClock(AtomicI64);

impl StoryClock {
    pub(super) fn at(time: Timestamp) -> Self {
        Self(AtomicI64::new(time.as_millis()))
    }

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
