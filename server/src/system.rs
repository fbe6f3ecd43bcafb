//! The machine's own clock and randomness.

use std::time::{Duration, SystemTime};

use latchkey_domain::{Clock, Randomness, Timestamp};

/// The system's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        // A clock set before 1970 reads as 1970 here; `latchkey doctor` reports it.
        let since = SystemTime::now()
            .duration_since(SystemTime::UNIX_EPOCH)
            .unwrap_or(Duration::ZERO);
        Timestamp::from_millis(0).plus(since)
    }
}

/// The operating system's source of random bytes.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemRandomness;

impl Randomness for SystemRandomness {
    fn fill(&self, bytes: &mut [u8]) {
        // Nothing could continue safely. The store has read the same source before the server was ready.
        getrandom::fill(bytes).expect("the operating system gives random bytes");
    }
}
