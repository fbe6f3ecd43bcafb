//! Keeps a client that does the same thing over and over from filling its application's activity with it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use latchkey_domain::Timestamp;
use latchkey_store::GrantId;

/// How long the same event of the same grant is not recorded again.
const PAUSE: Duration = Duration::from_secs(60);

/// How many events are remembered. It bounds the memory; when it is full, the old ones are forgotten.
const CAPACITY: usize = 4_096;

/// Remembers what was recorded lately. Each node has its own, which at worst records an event once per node.
#[derive(Default)]
pub(crate) struct Throttle(Mutex<HashMap<(GrantId, &'static str), Timestamp>>);

impl Throttle {
    /// Whether this event of this grant may be recorded now; if so, it may not for a while.
    pub(crate) fn admits(&self, grant: GrantId, event: &'static str, now: Timestamp) -> bool {
        let mut recorded = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if recorded
            .get(&(grant, event))
            .is_some_and(|at| now.since(*at) < PAUSE)
        {
            return false;
        }
        if recorded.len() >= CAPACITY {
            recorded.retain(|_, at| now.since(*at) < PAUSE);
            if recorded.len() >= CAPACITY {
                recorded.clear();
            }
        }
        recorded.insert((grant, event), now);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_event_is_admitted_once_a_minute() {
        let throttle = Throttle::default();
        let start = Timestamp::from_millis(0);
        assert!(throttle.admits(GrantId(1), "expired", start));
        assert!(!throttle.admits(GrantId(1), "expired", start.plus(Duration::from_secs(59))));
        assert!(throttle.admits(GrantId(1), "revoked", start));
        assert!(throttle.admits(GrantId(2), "expired", start));
        assert!(throttle.admits(GrantId(1), "expired", start.plus(Duration::from_secs(60))));
    }

    #[test]
    fn memory_is_bounded() {
        let throttle = Throttle::default();
        for grant in 0..10_000 {
            assert!(throttle.admits(GrantId(grant), "expired", Timestamp::from_millis(0)));
        }
        assert!(throttle.0.lock().unwrap().len() <= CAPACITY);
    }
}
