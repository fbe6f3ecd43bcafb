//! Limits on connections: how many there may be, how long each may keep the server waiting, and which one closes when
//! there are too many. hyper speaks HTTP/1.1 on them; the figures are in [`latchkey_domain::limits`].

mod body;
mod capacity;
mod patience;
mod places;
mod progress;
mod serve;
mod stream;

use std::time::Duration;

use latchkey_domain::limits;

pub use self::body::TooSlow;
pub use self::capacity::{Capacity, connections_for};
pub use self::serve::serve;
use crate::settings::TrustedProxies;

/// The bounds of one listener.
#[derive(Clone, Debug)]
pub struct Bounds {
    /// How many connections there may be.
    pub capacity: Capacity,
    /// How long each may take.
    pub timeouts: Timeouts,
    /// Trusted proxies, whose connections serve many people.
    pub trusted: TrustedProxies,
}

/// How long the server waits for a client.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// For the head of a request.
    pub head: Duration,
    /// For the next request.
    pub idle: Duration,
    /// For a whole body.
    pub body: Duration,
    /// For the client to read a whole response.
    pub write: Duration,
    /// The number of bytes that adds a second to the last two.
    pub rate: u64,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            head: limits::HEAD_TIMEOUT,
            idle: limits::IDLE_TIMEOUT,
            body: limits::BODY_TIMEOUT,
            write: limits::WRITE_TIMEOUT,
            rate: limits::TRANSFER_RATE,
        }
    }
}
