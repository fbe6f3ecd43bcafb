//! Time, passed in: expiry and rotation are tested without sleeping.

use crate::Timestamp;

/// Tells the time. The server passes the system's clock, a test one that it moves by hand.
pub trait Clock: Send + Sync {
    /// The current time.
    fn now(&self) -> Timestamp;
}
