//! Requests of this server to others.

use std::time::Duration;

use latchkey_oauth::counters::Count;
use latchkey_outgoing::{Observe, OutgoingError, Stage};
use latchkey_storage::Histogram;

/// How requests to others ended.
#[derive(Debug, Default)]
pub struct OutgoingCounts {
    /// With an answer, of whatever status.
    answered: Count,
    /// They were not sent: the address is wrong or not allowed.
    refused: Count,
    /// Without an answer that can be used.
    failed: Count,
    /// The time was over before the answer was there.
    slow: Count,
    /// The time was over before there was a place among all requests.
    busy: Count,
    /// How long those took that were not refused, with the wait for a place.
    pub(super) took: Histogram,
}

impl OutgoingCounts {
    /// Each count with its label.
    pub(super) fn outcomes(&self) -> [(&'static str, &Count); 5] {
        [
            ("answered", &self.answered),
            ("refused", &self.refused),
            ("failed", &self.failed),
            ("slow", &self.slow),
            ("busy", &self.busy),
        ]
    }
}

impl Observe for OutgoingCounts {
    fn ended(&self, error: Option<&OutgoingError>, took: Duration) {
        let count = match error {
            None => &self.answered,
            Some(
                OutgoingError::Url(_)
                | OutgoingError::Header(_)
                | OutgoingError::NotAllowed { .. }
                | OutgoingError::NotEncrypted { .. },
            ) => {
                self.refused.add();
                return;
            }
            Some(OutgoingError::TooSlow {
                stage: Stage::Queue, ..
            }) => &self.busy,
            Some(OutgoingError::TooSlow { .. }) => &self.slow,
            Some(_) => &self.failed,
        };
        count.add();
        self.took.observe(took);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_refused_took_no_time() {
        let counts = OutgoingCounts::default();
        let slow = |stage| OutgoingError::TooSlow {
            host: "login.example.com".to_owned(),
            time: Duration::from_secs(10),
            stage,
        };
        counts.ended(None, Duration::from_secs(1));
        counts.ended(Some(&OutgoingError::Url("it has no host")), Duration::ZERO);
        counts.ended(Some(&slow(Stage::Queue)), Duration::from_secs(10));
        counts.ended(Some(&slow(Stage::Answer)), Duration::from_secs(10));
        let counted = counts.outcomes().map(|(outcome, count)| (outcome, count.get()));
        let expected = [
            ("answered", 1),
            ("refused", 1),
            ("failed", 0),
            ("slow", 1),
            ("busy", 1),
        ];
        assert_eq!(counted, expected);
        assert_eq!(counts.took.read().count, 3);
    }
}
