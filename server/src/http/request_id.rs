//! Every request gets an id for its response, log lines and audit entries. An id from the client is ignored: it could
//! be anything, or a duplicate.

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};

/// Creates ids: a counter scrambled with a key drawn at the start of the process. So an id does not reveal the number
/// of requests, does not repeat after a restart, and needs no call for system randomness.
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

/// The id of the current request.
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
