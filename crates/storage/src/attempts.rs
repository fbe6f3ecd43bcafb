//! Attempts to sign in, counted for several nodes together. A store of one process has no need of it: there the counts
//! are in memory.

use async_trait::async_trait;
use latchkey_domain::Timestamp;

use crate::StoreError;

/// What attempts are counted under: text of a fixed length that does not tell whose they were.
pub type AttemptKey = String;

/// How many attempts there were, and when the last was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Attempts {
    pub count: u32,
    /// When.
    pub seen: Timestamp,
}

/// Says what becomes of counts that were just read, in the same order; `None` leaves all as they are. It may run more
/// than once, so it changes nothing else.
pub type AttemptsDecision =
    Box<dyn Fn(&[Option<Attempts>; 3]) -> Option<[Option<Attempts>; 3]> + Send + Sync>;

/// Counting attempts for all nodes.
#[async_trait]
pub trait SharedAttempts: Send + Sync {
    /// Reads three counts, asks `decide`, and stores what it says, all in one transaction. Returns the counts as they
    /// were read. Counts that did not change since `old` are deleted on the way.
    async fn change_attempts(
        &self,
        keys: [AttemptKey; 3],
        old: Timestamp,
        decide: AttemptsDecision,
    ) -> Result<[Option<Attempts>; 3], StoreError>;
}
