//! A client secret without the secret itself: its age and its use, from which a host sees when an old
//! one can be retired.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::Timestamp;

/// Use is written down once in so long, so that a busy application does not write with each request.
const WRITTEN_DOWN_EVERY: Duration = Duration::from_secs(60);

/// The number of a client secret. It is given once, and never to another secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SecretId(pub i64);

/// A secret that is valid.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SecretRecord {
    pub id: SecretId,
    /// When it was made.
    pub created_at: Timestamp,
    /// When a client first proved itself with it; `None`: not yet.
    pub first_used_at: Option<Timestamp>,
    /// When a client last did, to the minute.
    pub last_used_at: Option<Timestamp>,
}

/// Whether an integration has moved from an old secret to the new one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retirement {
    /// The new secret has not been used yet.
    NotMoved,
    /// The old secret was used after the new one was: some part of the integration still sends it.
    StillUsed,
    /// The old secret has not been used since the new one was first used.
    Safe,
}

impl SecretRecord {
    /// Whether this secret can be retired now that there is a `newer` one.
    pub fn retirement(&self, newer: &Self) -> Retirement {
        match (newer.first_used_at, self.last_used_at) {
            (None, _) => Retirement::NotMoved,
            (Some(moved), Some(used)) if used >= moved => Retirement::StillUsed,
            (Some(_), _) => Retirement::Safe,
        }
    }

    /// Whether a use `now` has to be written down: once a minute, and at once where [`Self::retirement`] would be told
    /// something else by it. `newer` is the secret that was made after this one.
    pub fn is_news(&self, newer: Option<&Self>, now: Timestamp) -> bool {
        let Some(written) = self.last_used_at else {
            return true;
        };
        let moved = newer.and_then(|newer| newer.first_used_at);
        now.since(written) >= WRITTEN_DOWN_EVERY || moved.is_some_and(|moved| written < moved && now >= moved)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(seconds: i64) -> Timestamp {
        Timestamp::from_millis(seconds * 1_000)
    }

    fn used(first: Option<i64>, last: Option<i64>) -> SecretRecord {
        SecretRecord {
            id: SecretId(1),
            created_at: at(0),
            first_used_at: first.map(at),
            last_used_at: last.map(at),
        }
    }

    #[test]
    fn an_old_secret_is_safe_to_retire_once_only_the_new_one_is_used() {
        for (old, new, retirement) in [
            (None, None, Retirement::NotMoved),
            (Some(5), None, Retirement::NotMoved),
            (None, Some(9), Retirement::Safe),
            (Some(8), Some(9), Retirement::Safe),
            (Some(9), Some(9), Retirement::StillUsed),
            (Some(10), Some(9), Retirement::StillUsed),
        ] {
            assert_eq!(
                used(old, old).retirement(&used(new, new)),
                retirement,
                "{old:?} {new:?}"
            );
        }
    }

    #[test]
    fn use_is_written_down_once_a_minute() {
        assert!(used(None, None).is_news(None, at(1)));
        let secret = used(Some(0), Some(100));
        assert!(!secret.is_news(None, at(159)));
        assert!(secret.is_news(None, at(160)));
        // A clock that was set back tells nothing.
        assert!(!secret.is_news(None, at(40)));
    }

    #[test]
    fn the_first_use_after_the_move_is_written_down_at_once() {
        let (old, new) = (used(Some(0), Some(100)), used(Some(110), Some(110)));
        assert!(old.is_news(Some(&new), at(111)));
        assert!(!used(Some(0), Some(111)).is_news(Some(&new), at(112)));
        assert!(!old.is_news(Some(&used(None, None)), at(111)));
    }

    proptest! {
        /// Uses that are not stored never hide that an old secret is still used.
        #[test]
        fn the_verdict_is_that_of_every_use(uses in proptest::collection::vec((any::<bool>(), 1_i64..50), 1..40)) {
            let (mut old, mut new) = (used(None, None), used(None, None));
            let (mut now, mut last_old, mut first_new) = (0, None, None);
            for (is_old, pause) in uses {
                now += pause;
                if is_old {
                    last_old = Some(now);
                    if old.is_news(Some(&new), at(now)) {
                        old = used(Some(0), Some(now));
                    }
                } else {
                    first_new = first_new.or(Some(now));
                    if new.is_news(None, at(now)) {
                        new = used(first_new, Some(now));
                    }
                }
                prop_assert_eq!(old.retirement(&new), used(last_old, last_old).retirement(&used(first_new, first_new)));
            }
        }
    }
}
