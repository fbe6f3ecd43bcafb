//! How much a member may write through applications in an hour. Both stores count in the transaction that writes.

use std::time::Duration;

use latchkey_domain::Timestamp;
use latchkey_domain::limits::{CONTENT_PERIOD, MAX_CONTENT_BYTES_PER_PERIOD, MAX_CONTENT_PER_PERIOD};

/// What a member has written since a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Written {
    /// Since when.
    pub since: Timestamp,
    pub texts: i64,
    /// How many bytes they have.
    pub bytes: i64,
}

impl Written {
    /// The same and another text of `bytes`, or how long to wait until that may be written. `before` is what was counted
    /// last, if anything was.
    pub fn and(before: Option<Self>, bytes: usize, at: Timestamp) -> Result<Self, Duration> {
        let bytes = i64::try_from(bytes).unwrap_or(i64::MAX);
        // A clock that was set back begins a new period, so that no wait is longer than one.
        let current = before.filter(|before| before.since <= at && at.since(before.since) < CONTENT_PERIOD);
        let Some(current) = current else {
            return Ok(Self {
                since: at,
                texts: 1,
                bytes,
            });
        };
        let after = Self {
            since: current.since,
            texts: current.texts.saturating_add(1),
            bytes: current.bytes.saturating_add(bytes),
        };
        if after.texts > MAX_CONTENT_PER_PERIOD || after.bytes > MAX_CONTENT_BYTES_PER_PERIOD {
            return Err(CONTENT_PERIOD.saturating_sub(at.since(current.since)));
        }
        Ok(after)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: u64) -> Timestamp {
        Timestamp::from_millis(1_700_000_000_000).plus(Duration::from_secs(seconds))
    }

    #[test]
    fn an_hour_begins_with_the_first_text() {
        let mut written = None;
        for number in 0..MAX_CONTENT_PER_PERIOD {
            let now = at(u64::try_from(number).unwrap());
            written = Some(Written::and(written, 10, now).unwrap());
        }
        assert_eq!(
            Written::and(written, 10, at(1_500)),
            Err(Duration::from_secs(3_600 - 1_500))
        );
        assert_eq!(Written::and(written, 10, at(3_599)), Err(Duration::from_secs(1)));
        let fresh = Written {
            since: at(3_600),
            texts: 1,
            bytes: 10,
        };
        assert_eq!(Written::and(written, 10, at(3_600)), Ok(fresh));
        // The clock was set back.
        assert!(Written::and(Some(fresh), 10, at(0)).is_ok());
    }

    #[test]
    fn bytes_count_too() {
        let half = usize::try_from(MAX_CONTENT_BYTES_PER_PERIOD / 2).unwrap();
        let written = Written::and(None, half, at(0)).unwrap();
        let written = Written::and(Some(written), half, at(1)).unwrap();
        assert_eq!(
            Written::and(Some(written), 1, at(10)),
            Err(Duration::from_secs(3_600 - 10))
        );
    }
}
