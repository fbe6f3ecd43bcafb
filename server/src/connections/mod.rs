//! What a connection may cost: how many there may be, how long each may keep the server waiting, and which one is closed when
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
    /// Proxies, which many people's connections come from.
    pub trusted: TrustedProxies,
}

/// How long the server waits for a client.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// For the head of a request.
    pub head: Duration,
    /// For the next request.
    pub idle: Duration,
    /// For a body, in all.
    pub body: Duration,
    /// For an answer to be read, in all.
    pub write: Duration,
    /// The bytes that give back a second of the last two.
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
