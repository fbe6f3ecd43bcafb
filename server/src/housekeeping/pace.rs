//! How fast to delete, so that requests hardly notice.
//!
//! Deleting a row is quick; waiting for the disk is not. A row occupies three places of the file, so a few hundred
//! rows are a thousand pages, and other writers wait for tens of milliseconds. A step of a few rows costs hardly more
//! than any other transaction. The pauses keep steps from adding up.

use std::time::Duration;

use latchkey_storage::{Stride, Swept};

/// A step that requests hardly notice.
const SMALL: Stride = Stride { look: 500, purge: 25 };

/// A step when there are no requests.
const LARGE: Stride = Stride {
    look: 500,
    purge: 500,
};

/// The shortest and longest pause after a step that deleted something. Between those, requests have the database to
/// themselves for as long as the step took, which is longer if the disk or the whole system is slow. A longer step
/// waited for something that a pause does not fix.
const PAUSE: (Duration, Duration) = (Duration::from_millis(5), Duration::from_millis(100));

/// How fast to delete.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    stride: Stride,
    rests: bool,
}

impl Pace {
    /// Slow enough that requests hardly notice.
    pub fn gentle() -> Self {
        Self {
            stride: SMALL,
            rests: true,
        }
    }

    /// Without pauses, for when there are no requests.
    pub fn at_once() -> Self {
        Self {
            stride: LARGE,
            rests: false,
        }
    }

    /// How large a step is.
    pub(super) fn stride(self) -> Stride {
        self.stride
    }

    /// How long to pause after this step, which took this long.
    pub(super) fn pause(self, step: &Swept, took: Duration) -> Duration {
        if !self.rests {
            Duration::ZERO
        } else if step.deleted == 0 {
            // Searching only uses a processor, so it gets half of one.
            took.min(PAUSE.1)
        } else {
            took.clamp(PAUSE.0, PAUSE.1)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn step(deleted: u64) -> Swept {
        Swept {
            deleted,
            next: Some(1),
        }
    }

    #[test]
    fn requests_have_as_much_time_as_a_step_takes() {
        let (pace, milli) = (Pace::gentle(), Duration::from_millis(1));
        assert_eq!(pace.pause(&step(25), milli * 9), milli * 9);
        assert_eq!(pace.pause(&step(1), milli), PAUSE.0);
        assert_eq!(pace.pause(&step(25), milli * 300), PAUSE.1);
    }

    #[test]
    fn looking_takes_half_of_a_processor() {
        let (pace, milli) = (Pace::gentle(), Duration::from_millis(1));
        assert_eq!(pace.pause(&step(0), milli * 3), milli * 3);
        assert_eq!(pace.pause(&step(0), milli * 300), PAUSE.1);
    }

    #[test]
    fn without_requests_there_is_no_pause() {
        let pace = Pace::at_once();
        assert_eq!(pace.pause(&step(500), Duration::from_secs(1)), Duration::ZERO);
        assert!(pace.stride().purge > Pace::gentle().stride().purge);
    }
}
