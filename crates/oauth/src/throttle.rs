//! Keeps whoever does the same thing over and over from filling an application's activity with it.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use latchkey_domain::{ClientId, MemberId, Timestamp};
use latchkey_storage::GrantId;

/// After how long the same kind of event may be recorded anew.
const PERIOD: Duration = Duration::from_secs(60);

/// How many kinds of events are remembered. It bounds the memory; when it is full, the old ones are forgotten.
const CAPACITY: usize = 4_096;

/// A kind of event that may come often.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Event {
    /// The same thing happened to the same grant.
    OfGrant(GrantId, &'static str),
    /// A request of this application failed while this person, or nobody, was known to be behind it. Anybody can send
    /// such requests, since client ids are public.
    Failure(ClientId, Option<MemberId>),
    /// The same, of a request that is a sign of theft.
    Alarm(ClientId, Option<MemberId>),
}

impl Event {
    /// How many of the kind are recorded in a period.
    const fn allowance(&self) -> u32 {
        match self {
            Self::OfGrant(..) => 1,
            // Enough for an integrator who tries things out.
            Self::Failure(..) | Self::Alarm(..) => 10,
        }
    }
}

/// Remembers what was recorded lately. Each node has its own, which at worst records an event once per node.
#[derive(Default)]
pub(crate) struct Throttle(Mutex<HashMap<Event, Recorded>>);

/// How often something was recorded since when.
struct Recorded {
    since: Timestamp,
    times: u32,
}

impl Throttle {
    /// Whether an event may be recorded now; if so, it is counted.
    pub(crate) fn admits(&self, event: Event, now: Timestamp) -> bool {
        let mut recorded = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let fresh = |recorded: &Recorded| now.since(recorded.since) < PERIOD;
        if let Some(lately) = recorded.get_mut(&event).filter(|lately| fresh(lately)) {
            let admitted = lately.times < event.allowance();
            lately.times += u32::from(admitted);
            return admitted;
        }
        if recorded.len() >= CAPACITY {
            recorded.retain(|_, recorded| fresh(recorded));
            if recorded.len() >= CAPACITY {
                recorded.clear();
            }
        }
        recorded.insert(event, Recorded { since: now, times: 1 });
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expired(grant: i64) -> Event {
        Event::OfGrant(GrantId(grant), "expired")
    }

    #[test]
    fn the_same_event_is_admitted_once_a_minute() {
        let throttle = Throttle::default();
        let start = Timestamp::from_millis(0);
        assert!(throttle.admits(expired(1), start));
        assert!(!throttle.admits(expired(1), start.plus(Duration::from_secs(59))));
        assert!(throttle.admits(Event::OfGrant(GrantId(1), "revoked"), start));
        assert!(throttle.admits(expired(2), start));
        assert!(throttle.admits(expired(1), start.plus(Duration::from_secs(60))));
    }

    #[test]
    fn failures_are_counted_for_each_application_and_person() {
        let throttle = Throttle::default();
        let start = Timestamp::from_millis(0);
        let failure = |letter: &str, member| Event::Failure(letter.repeat(43).parse().unwrap(), member);
        let admitted = |event: &Event, now| (0..50).filter(|_| throttle.admits(event.clone(), now)).count();
        assert_eq!(admitted(&failure("A", None), start), 10);
        assert_eq!(admitted(&failure("A", Some(MemberId(1))), start), 10);
        assert_eq!(admitted(&failure("B", None), start), 10);
        assert_eq!(
            admitted(&failure("A", None), start.plus(Duration::from_secs(59))),
            0
        );
        assert_eq!(admitted(&failure("A", None), start.plus(PERIOD)), 10);
    }

    #[test]
    fn memory_is_bounded() {
        let throttle = Throttle::default();
        for grant in 0..10_000 {
            assert!(throttle.admits(expired(grant), Timestamp::from_millis(0)));
        }
        assert!(throttle.0.lock().unwrap().len() <= CAPACITY);
    }
}
