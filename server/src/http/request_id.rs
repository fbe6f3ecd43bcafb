//! Every request gets an id, which the answer, the log and the audit trail carry. One that a client sends along is not
//! looked at: it could be anything, and the same twice.

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};

/// Makes ids: the numbers from one on, scrambled with a key that the process drew when it started. So an id does not tell
/// how many requests there were, does not come again after a restart, and costs no question to the system's randomness.
#[derive(Debug, Default)]
pub struct RequestIds {
    key: RandomState,
    count: AtomicU64,
}

impl RequestIds {
    /// The next id: 16 hexadecimal digits.
    pub(super) fn next(&self) -> String {
        let number = self.count.fetch_add(1, Ordering::Relaxed);
        format!("{:016x}", self.key.hash_one(number))
    }
}

/// The id of the request that is being answered.
#[derive(Clone, Debug)]
pub(super) struct RequestId(pub(super) String);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_short_and_do_not_come_twice() {
        let ids = RequestIds::default();
        let made: std::collections::HashSet<_> = (0..10_000).map(|_| ids.next()).collect();
        assert_eq!(made.len(), 10_000);
        assert!(made.iter().all(|id| id.len() == 16));
        assert!(
            !made.contains(&RequestIds::default().next()),
            "another process has other ids"
        );
    }
}
