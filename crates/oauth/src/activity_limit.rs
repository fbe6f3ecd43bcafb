//! Keeps repeated events from filling an application's activity.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use latchkey_domain::{MemberId, Timestamp, TokenBucket, TokenBuckets};
use latchkey_storage::{
    ActivityClass, ActivityKind, ActivityReason, GrantId, NewActivity, SentClientId, Unkept,
};

/// The time after which an event's allowance is full again.
const PERIOD: Duration = Duration::from_secs(60);

/// How many kinds of events are tracked.
const CAPACITY: usize = 4_096;

/// Who sends the requests that fail. Each has its own allowance, so that a stranger, who needs only the public client
/// id, leaves that of the application alone.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Sender {
    /// A member.
    Member(MemberId),
    /// The application, which authenticated.
    Application,
    /// Anyone.
    Stranger,
}

/// Whose failures are limited together.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Failing {
    /// `None` for all client ids that no application has or had: anyone can make up any number of them.
    client: Option<SentClientId>,
    sender: Sender,
    /// Other failures must not prevent an alarm's entry.
    is_alarm: bool,
}

impl Failing {
    /// `is_matched`: whether an application has the client id of the event.
    pub(crate) fn of(event: &NewActivity, is_matched: bool) -> Self {
        let is_known = is_matched || event.reason == Some(ActivityReason::ClientDeleted);
        let sender = match event.member {
            // Every member may run into the same fault of the application.
            _ if event.kind == ActivityKind::ApiCall => Sender::Application,
            Some(member) => Sender::Member(member),
            None if event.authenticated => Sender::Application,
            None => Sender::Stranger,
        };
        Self {
            client: is_known.then(|| event.client.clone()),
            sender,
            is_alarm: event.is_alarm,
        }
    }
}

/// A kind of event that may be frequent.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Event {
    /// The same event on the same grant.
    OfGrant(GrantId, &'static str),
    /// Any failure.
    Failure(Failing),
    /// A failure of one kind.
    Different(Failing, ActivityKind, Option<ActivityReason>),
}

impl Event {
    /// How many events of this kind are recorded.
    const fn bucket(&self) -> TokenBucket {
        let capacity = match self {
            Self::OfGrant(..) | Self::Different(..) => 1,
            // Enough for an integrator who tries things out.
            Self::Failure(..) => 10,
        };
        TokenBucket::new(capacity, PERIOD)
    }
}

/// Failures that are alike, so that those of them that were not kept are counted together.
type Alike = (SentClientId, ActivityClass, ActivityKind, Option<ActivityReason>);

/// Tracks recent events. Each node has its own, so at worst an event is recorded once per node.
pub(crate) struct ActivityLimit {
    buckets: TokenBuckets<Event>,
    /// How many failures were not kept, and when the last one happened.
    unkept: Mutex<HashMap<Alike, (u32, Timestamp)>>,
    /// Held while these numbers are on their way to the store, when they are neither here nor there.
    pub(crate) writing: tokio::sync::Mutex<()>,
}

impl Default for ActivityLimit {
    fn default() -> Self {
        Self {
            buckets: TokenBuckets::new(CAPACITY),
            unkept: Mutex::default(),
            writing: tokio::sync::Mutex::default(),
        }
    }
}

impl ActivityLimit {
    /// Whether an event may be recorded now. If so, counts it.
    pub(crate) fn admits(&self, event: Event, now: Timestamp) -> bool {
        let bucket = event.bucket();
        self.buckets.take(event, bucket, 1, now).is_ok()
    }

    /// Whether a failure may be recorded now: within the limit, or as the first of its kind within a minute. If not,
    /// it is counted as not kept.
    pub(crate) fn admits_failure(&self, failing: Failing, event: &NewActivity) -> bool {
        let different = Event::Different(failing.clone(), event.kind, event.reason);
        let is_different = self.admits(different, event.at);
        if self.admits(Event::Failure(failing.clone()), event.at) || is_different {
            return true;
        }
        // What belongs to no application is counted together: with an id for each, memory would have no limit.
        self.count_unkept(Unkept {
            client: failing.client.unwrap_or_else(|| SentClientId::new("")),
            class: event.class(),
            kind: event.kind,
            reason: event.reason,
            count: 1,
            last_at: event.at,
        });
        false
    }

    /// Counts failures that were not kept, or that could not be counted in the store.
    pub(crate) fn count_unkept(&self, failures: Unkept) {
        let alike = (failures.client, failures.class, failures.kind, failures.reason);
        let mut unkept = self.unkept();
        if unkept.len() < CAPACITY || unkept.contains_key(&alike) {
            let (count, last_at) = unkept.entry(alike).or_default();
            *count = count.saturating_add(failures.count);
            *last_at = failures.last_at.max(*last_at);
        }
    }

    /// The failures that were not kept since the last call.
    pub(crate) fn take_unkept(&self) -> Vec<Unkept> {
        std::mem::take(&mut *self.unkept())
            .into_iter()
            .map(|((client, class, kind, reason), (count, last_at))| Unkept {
                client,
                class,
                kind,
                reason,
                count,
                last_at,
            })
            .collect()
    }

    fn unkept(&self) -> MutexGuard<'_, HashMap<Alike, (u32, Timestamp)>> {
        // Nothing that can panic runs under the lock.
        self.unkept.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expired(grant: i64) -> Event {
        Event::OfGrant(GrantId(grant), "expired")
    }

    fn failure(client: &str, reason: ActivityReason, at: Timestamp) -> NewActivity {
        NewActivity {
            reason: Some(reason),
            ..NewActivity::failed(SentClientId::new(client), at, ActivityKind::CodeExchange, "wrong")
        }
    }

    /// How many of 50 are recorded.
    fn admitted(limit: &ActivityLimit, event: &NewActivity) -> usize {
        (0..50)
            .filter(|_| limit.admits_failure(Failing::of(event, true), event))
            .count()
    }

    const START: Timestamp = Timestamp::from_millis(0);

    #[test]
    fn the_same_event_is_admitted_once_a_minute() {
        let limit = ActivityLimit::default();
        assert!(limit.admits(expired(1), START));
        assert!(!limit.admits(expired(1), START.plus(Duration::from_secs(59))));
        assert!(limit.admits(Event::OfGrant(GrantId(1), "revoked"), START));
        assert!(limit.admits(expired(2), START));
        assert!(limit.admits(expired(1), START.plus(Duration::from_secs(60))));
    }

    #[test]
    fn failures_are_counted_for_each_application_and_sender() {
        let limit = ActivityLimit::default();
        let stranger = |client, seconds| {
            failure(
                client,
                ActivityReason::SecretWrong,
                START.plus(Duration::from_secs(seconds)),
            )
        };
        assert_eq!(admitted(&limit, &stranger("A", 0)), 10);
        let member = NewActivity {
            member: Some(MemberId(1)),
            ..stranger("A", 0)
        };
        assert_eq!(admitted(&limit, &member), 10);
        let authenticated = NewActivity {
            authenticated: true,
            ..stranger("A", 0)
        };
        assert_eq!(admitted(&limit, &authenticated), 10);
        assert_eq!(admitted(&limit, &stranger("B", 0)), 10);
        assert_eq!(admitted(&limit, &stranger("A", 5)), 0);
        assert_eq!(admitted(&limit, &stranger("A", 6)), 1);
        assert_eq!(admitted(&limit, &stranger("A", 66)), 10);
    }

    #[test]
    fn one_of_each_different_failure_is_admitted_and_the_rest_counted() {
        let limit = ActivityLimit::default();
        assert_eq!(
            admitted(&limit, &failure("A", ActivityReason::SecretWrong, START)),
            10
        );
        assert_eq!(
            admitted(&limit, &failure("A", ActivityReason::CodeExpired, START)),
            1
        );
        let mut unkept = limit.take_unkept();
        unkept.sort_by_key(|unkept| unkept.count);
        let counted: Vec<_> = unkept
            .iter()
            .map(|unkept| (unkept.client.as_str(), unkept.reason, unkept.count))
            .collect();
        assert_eq!(
            counted,
            [
                ("A", Some(ActivityReason::SecretWrong), 40),
                ("A", Some(ActivityReason::CodeExpired), 49)
            ]
        );
        assert!(limit.take_unkept().is_empty());
    }

    #[test]
    fn client_ids_that_are_made_up_share_one_allowance() {
        let limit = ActivityLimit::default();
        let kept = (0..10_000)
            .filter(|number| {
                let event = failure(&number.to_string(), ActivityReason::ClientUnknown, START);
                limit.admits_failure(Failing::of(&event, false), &event)
            })
            .count();
        assert_eq!(kept, 10);
        let unkept = limit.take_unkept();
        assert_eq!((unkept.len(), unkept[0].count), (1, 9_990));
    }

    #[test]
    fn memory_is_bounded() {
        let limit = ActivityLimit::default();
        for grant in 0..10_000 {
            assert!(limit.admits(expired(grant), START));
        }
        assert!(limit.buckets.count() <= CAPACITY);
    }
}
