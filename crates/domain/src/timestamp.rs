//! A time, to the millisecond.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// Milliseconds since 1970-01-01 00:00 UTC, as databases, logs and tokens keep them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(i64);

impl Timestamp {
    /// The time `milliseconds` after 1970-01-01 00:00 UTC.
    pub const fn from_millis(milliseconds: i64) -> Self {
        Self(milliseconds)
    }

    /// Milliseconds since 1970-01-01 00:00 UTC.
    pub const fn as_millis(self) -> i64 {
        self.0
    }

    /// Whole seconds since 1970-01-01 00:00 UTC, as OAuth's `created_at`, `iat` and `exp` count.
    pub const fn as_secs(self) -> i64 {
        self.0.div_euclid(1000)
    }

    /// The time `duration` later.
    #[must_use]
    pub fn plus(self, duration: Duration) -> Self {
        Self(self.0.saturating_add(millis(duration)))
    }

    /// The time `duration` earlier.
    #[must_use]
    pub fn minus(self, duration: Duration) -> Self {
        Self(self.0.saturating_sub(millis(duration)))
    }

    /// The start of the period that this time is in, of periods as long as `period` that follow each other since
    /// 1970-01-01 00:00 UTC: the hour, the day. A period without length gives the time itself.
    #[must_use]
    pub fn start_of(self, period: Duration) -> Self {
        let period = millis(period);
        if period == 0 {
            return self;
        }
        Self(self.0.saturating_sub(self.0.rem_euclid(period)))
    }

    /// How long ago `earlier` was; zero if it lies ahead (a clock that was set back).
    pub fn since(self, earlier: Self) -> Duration {
        Duration::from_millis(u64::try_from(self.0.saturating_sub(earlier.0)).unwrap_or(0))
    }
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adds_and_measures() {
        let start = Timestamp::from_millis(1_000);
        let later = start.plus(Duration::from_secs(2));
        assert_eq!(later.as_millis(), 3_000);
        assert_eq!(later.as_secs(), 3);
        assert_eq!(later.since(start), Duration::from_secs(2));
        assert_eq!(later.minus(Duration::from_secs(2)), start);
    }

    #[test]
    fn finds_the_start_of_an_hour() {
        let hour = Duration::from_secs(3_600);
        for (millis, start) in [(0, 0), (3_599_999, 0), (3_600_000, 3_600_000), (-1, -3_600_000)] {
            assert_eq!(Timestamp::from_millis(millis).start_of(hour).as_millis(), start);
        }
        assert_eq!(Timestamp::from_millis(7).start_of(Duration::ZERO).as_millis(), 7);
    }

    #[test]
    fn a_clock_set_back_measures_zero() {
        assert_eq!(
            Timestamp::from_millis(5).since(Timestamp::from_millis(9)),
            Duration::ZERO
        );
    }
}
