//! A clock moved by hand.

use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use latchkey_domain::{Clock, Timestamp};

pub(crate) struct HandClock(AtomicI64);

impl HandClock {
    /// Starts at the system's time, so that recorded times look realistic.
    pub(crate) fn new() -> Self {
        Self(AtomicI64::new(
            latchkey_server::system::SystemClock.now().as_millis(),
        ))
    }

    pub(crate) fn at(at: Timestamp) -> Self {
        Self(AtomicI64::new(at.as_millis()))
    }

    pub(crate) fn advance(&self, by: Duration) {
        self.0
            .fetch_add(i64::try_from(by.as_millis()).unwrap(), Ordering::SeqCst);
    }
}

impl Clock for HandClock {
    fn now(&self) -> Timestamp {
        Timestamp::from_millis(self.0.load(Ordering::SeqCst))
    }
}
