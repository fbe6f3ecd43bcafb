//! How fast to forget. How long it takes to delete a row depends on how large the database is, what of it is in memory, and
//! what else the disk does: so each step says how large the next one may be, and how long requests have the database to
//! themselves before it.

use std::time::Duration;

use latchkey_store::{Stride, Swept};

/// How many rows a step looks at.
const LOOK: u32 = 500;

/// How many a step forgets: so many at least, or there would be no end to it, and so many at most.
const FORGET: (u32, u32) = (20, 500);

/// How many the first step forgets.
const FIRST: u32 = 50;

/// How long a step should keep others from writing: a moment beside what a disk takes to confirm a transaction.
const BUSY: Duration = Duration::from_millis(2);

/// Requests have the writer to themselves for so many times as long as a step kept it busy. Confirming what it did takes
/// about as long again, so forgetting has a fourth of it.
const REST: u32 = 5;

/// The longest pause. A step that took longer than a tenth of it waited for something that a pause does not mend.
const LONGEST_PAUSE: Duration = Duration::from_millis(100);

/// How fast to forget.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pace {
    forget: u32,
    rests: bool,
}

impl Pace {
    /// So that requests hardly notice.
    pub fn gentle() -> Self {
        Self {
            forget: FIRST,
            rests: true,
        }
    }

    /// Without a pause: for when there are no requests.
    pub fn at_once() -> Self {
        Self {
            forget: FORGET.1,
            rests: false,
        }
    }

    /// How large the next step is.
    pub(super) fn stride(self) -> Stride {
        Stride {
            look: LOOK,
            forget: self.forget,
        }
    }

    /// A step did this, and took `took` with looking and waiting; how long to pause before the next.
    pub(super) fn after(&mut self, step: &Swept, took: Duration) -> Duration {
        if !self.rests {
            return Duration::ZERO;
        }
        if step.forgotten == 0 {
            // Looking keeps nobody from anything but a processor: half of one, then.
            return took.min(LONGEST_PAUSE);
        }
        // What one row takes, so that a step that found few says as much as a full one.
        let rows = u32::try_from(step.forgotten).unwrap_or(u32::MAX);
        let fitting = BUSY.as_nanos() / (step.busy / rows).as_nanos().max(1);
        let fitting = u32::try_from(fitting).unwrap_or(u32::MAX);
        // Down at once, up by little: one step that was fast says less than one that was slow.
        let grown = self.forget + self.forget / 4;
        self.forget = fitting.min(grown).clamp(FORGET.0, FORGET.1);
        (step.busy * REST).min(LONGEST_PAUSE)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn step(forgotten: u64, busy: Duration) -> Swept {
        Swept {
            forgotten,
            next: Some(1),
            busy,
        }
    }

    /// Steps that each forget all they may, where a row takes so long.
    fn settle(pace: &mut Pace, row: Duration, steps: u32) {
        for _ in 0..steps {
            let forget = pace.stride().forget;
            pace.after(&step(forget.into(), row * forget), Duration::ZERO);
        }
    }

    #[test]
    fn steps_become_as_large_as_fits() {
        let mut pace = Pace::gentle();
        settle(&mut pace, Duration::from_micros(10), 20);
        assert_eq!(pace.stride().forget, 200);
        settle(&mut pace, Duration::from_micros(40), 1);
        assert_eq!(pace.stride().forget, 50, "at once");
        settle(&mut pace, Duration::from_millis(5), 1);
        assert_eq!(pace.stride().forget, 20, "not fewer");
        settle(&mut pace, Duration::from_nanos(1), 100);
        assert_eq!(pace.stride().forget, 500, "not more");
    }

    #[test]
    fn a_step_that_finds_little_is_judged_by_the_row() {
        let mut pace = Pace::gentle();
        pace.after(&step(1, Duration::from_micros(10)), Duration::ZERO);
        assert_eq!(pace.stride().forget, 62);
        pace.after(&step(1, Duration::from_micros(100)), Duration::ZERO);
        assert_eq!(pace.stride().forget, 20);
    }

    #[test]
    fn requests_have_the_most_of_the_time() {
        let mut pace = Pace::gentle();
        let milli = Duration::from_millis(1);
        assert_eq!(pace.after(&step(50, milli), milli * 9), milli * 5);
        assert_eq!(pace.after(&step(50, milli * 300), milli * 300), LONGEST_PAUSE);
        assert_eq!(pace.after(&step(0, Duration::ZERO), milli * 3), milli * 3);
    }

    #[test]
    fn without_requests_there_is_no_pause() {
        let mut pace = Pace::at_once();
        assert_eq!(
            pace.after(&step(500, Duration::from_secs(1)), Duration::ZERO),
            Duration::ZERO
        );
        assert_eq!(pace.stride().forget, 500);
    }

    proptest! {
        #[test]
        fn it_always_goes_on(forgotten in 0_u64..1_000, busy in 0_u64..10_000_000_000, took in 0_u64..10_000_000_000) {
            let mut pace = Pace::gentle();
            let pause = pace.after(&step(forgotten, Duration::from_nanos(busy)), Duration::from_nanos(took));
            prop_assert!(pause <= LONGEST_PAUSE);
            prop_assert!((FORGET.0..=FORGET.1).contains(&pace.stride().forget));
        }
    }
}
