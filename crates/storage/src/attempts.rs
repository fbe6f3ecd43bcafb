//! Attempts to sign in, counted for several nodes together. A store of one process has no need of it: there the counts
//! are in memory.

use async_trait::async_trait;
use latchkey_domain::Timestamp;

use crate::StoreError;

/// A keyed hash of an account, an address or a network: text of a fixed length that reveals neither without the server
/// key. Attempts are counted under it, and it is what is stored of a network that a member signed in from.
pub type KeyedHash = String;

/// How many attempts there were, and when the last was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AttemptCount {
    pub count: u32,
    /// When.
    pub seen: Timestamp,
}

/// Says what becomes of counts that were just read, in the same order; `None` leaves all as they are. It may run more
/// than once, so it changes nothing else.
pub type CountsDecision =
    Box<dyn Fn(&[Option<AttemptCount>; 3]) -> Option<[Option<AttemptCount>; 3]> + Send + Sync>;

/// Counting attempts for all nodes.
#[async_trait]
pub trait SharedAttempts: Send + Sync {
    /// Reads three counts, asks `decide`, and stores what it says, all in one transaction. Returns the counts as they
    /// were read. Counts that did not change since `old` are deleted on the way.
    async fn change_attempts(
        &self,
        keys: [KeyedHash; 3],
        old: Timestamp,
        decide: CountsDecision,
    ) -> Result<[Option<AttemptCount>; 3], StoreError>;
}
