//! Hears how requests end.

use std::time::Duration;

use crate::OutgoingError;

/// Hears how each request ended, for example to count it, but nothing of a request whose caller went away.
pub trait Observe: Send + Sync {
    /// A request got an answer, or failed with `error`. `took` includes the wait for a place. It runs before the caller has
    /// the answer, so it must not wait for anything.
    fn ended(&self, error: Option<&OutgoingError>, took: Duration);
}
