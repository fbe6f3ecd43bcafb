//! Keeps repeated events from filling an application's activity.

use std::time::Duration;

use latchkey_domain::{ClientId, MemberId, Timestamp, TokenBucket, TokenBuckets};
use latchkey_storage::GrantId;

/// The time after which an event's allowance is full again.
const PERIOD: Duration = Duration::from_secs(60);

/// How many kinds of events are tracked.
const CAPACITY: usize = 4_096;

/// A kind of event that may be frequent.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Event {
    /// The same event on the same grant.
    OfGrant(GrantId, &'static str),
    /// A request of this application failed, with this member signed in, or nobody. Anyone can send such requests,
    /// since client ids are public.
    Failure(ClientId, Option<MemberId>),
    /// Like `Failure`, for a request that is a sign of theft.
    Alarm(ClientId, Option<MemberId>),
}

impl Event {
    /// How many events of this kind are recorded.
    const fn bucket(&self) -> TokenBucket {
        let capacity = match self {
            Self::OfGrant(..) => 1,
            // Enough for an integrator who tries things out.
            Self::Failure(..) | Self::Alarm(..) => 10,
        };
        TokenBucket::new(capacity, PERIOD)
    }
}

/// Tracks recent events. Each node has its own, so at worst an event is recorded once per node.
pub(crate) struct ActivityLimit(TokenBuckets<Event>);

impl Default for ActivityLimit {
    fn default() -> Self {
        Self(TokenBuckets::new(CAPACITY))
    }
}

impl ActivityLimit {
    /// Whether an event may be recorded now. If so, counts it.
    pub(crate) fn admits(&self, event: Event, now: Timestamp) -> bool {
        let bucket = event.bucket();
        self.0.take(event, bucket, 1, now).is_ok()
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
        let limit = ActivityLimit::default();
        let start = Timestamp::from_millis(0);
        assert!(limit.admits(expired(1), start));
        assert!(!limit.admits(expired(1), start.plus(Duration::from_secs(59))));
        assert!(limit.admits(Event::OfGrant(GrantId(1), "revoked"), start));
        assert!(limit.admits(expired(2), start));
        assert!(limit.admits(expired(1), start.plus(Duration::from_secs(60))));
    }

    #[test]
    fn failures_are_counted_for_each_application_and_person() {
        let limit = ActivityLimit::default();
        let start = Timestamp::from_millis(0);
        let failure = |letter: &str, member| Event::Failure(letter.repeat(43).parse().unwrap(), member);
        let admitted = |event: &Event, now| (0..50).filter(|_| limit.admits(event.clone(), now)).count();
        assert_eq!(admitted(&failure("A", None), start), 10);
        assert_eq!(admitted(&failure("A", Some(MemberId(1))), start), 10);
        assert_eq!(admitted(&failure("B", None), start), 10);
        let later = |seconds| start.plus(Duration::from_secs(seconds));
        assert_eq!(admitted(&failure("A", None), later(5)), 0);
        assert_eq!(admitted(&failure("A", None), later(6)), 1);
        assert_eq!(admitted(&failure("A", None), later(66)), 10);
    }

    #[test]
    fn memory_is_bounded() {
        let limit = ActivityLimit::default();
        for grant in 0..10_000 {
            assert!(limit.admits(expired(grant), Timestamp::from_millis(0)));
        }
        assert!(limit.0.count() <= CAPACITY);
    }
}
