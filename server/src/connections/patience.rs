//! How long a client may keep the server waiting during one transfer. Waiting uses time up, and transferred bytes add
//! time: neither a client that stalls nor one that sends a byte now and then can hold on for long, but a slow network
//! is allowed.

use std::time::Duration;

use tokio::time::Instant;

#[derive(Debug)]
pub(super) struct Patience {
    allowed: Duration,
    /// The number of bytes that adds a second.
    rate: u64,
    used: Duration,
    waits_since: Option<Instant>,
}

impl Patience {
    pub(super) fn new(allowed: Duration, rate: u64) -> Self {
        Self {
            allowed,
            rate: rate.max(1),
            used: Duration::ZERO,
            waits_since: None,
        }
    }

    /// The server starts waiting for the client, if it was not already. Returns when the wait must end.
    pub(super) fn wait(&mut self, now: Instant) -> Instant {
        let since = *self.waits_since.get_or_insert(now);
        since + self.allowed.saturating_sub(self.used)
    }

    /// When the wait must end, if the server is waiting.
    pub(super) fn deadline(&self) -> Option<Instant> {
        self.waits_since
            .map(|since| since + self.allowed.saturating_sub(self.used))
    }

    /// Since when the server has been waiting, if it is.
    pub(super) fn waits_since(&self) -> Option<Instant> {
        self.waits_since
    }

    /// The client sent or read this many bytes.
    pub(super) fn transferred(&mut self, bytes: usize, now: Instant) {
        if let Some(since) = self.waits_since.take() {
            self.used += now.saturating_duration_since(since);
        }
        let bytes = u64::try_from(bytes).unwrap_or(u64::MAX);
        let earned = Duration::from_millis(bytes.saturating_mul(1_000) / self.rate);
        self.used = self.used.saturating_sub(earned);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_client_that_stalls_has_the_time_once() {
        let start = Instant::now();
        let mut patience = Patience::new(10 * SECOND, 1_000);
        assert_eq!(patience.deadline(), None);
        assert_eq!(patience.wait(start), start + 10 * SECOND);
        // Waiting longer does not move the deadline.
        assert_eq!(patience.wait(start + 5 * SECOND), start + 10 * SECOND);
        assert_eq!(patience.deadline(), Some(start + 10 * SECOND));
    }

    #[test]
    fn a_trickle_does_not_buy_time() {
        let start = Instant::now();
        let mut patience = Patience::new(10 * SECOND, 1_000);
        let mut now = start;
        let mut bytes = 0;
        // A byte a second.
        while patience.wait(now) > now {
            now += SECOND;
            patience.transferred(1, now);
            bytes += 1;
        }
        assert!((10..12).contains(&bytes), "{bytes}");
    }

    #[test]
    fn a_slow_network_that_keeps_up_the_rate_goes_on() {
        let start = Instant::now();
        let mut patience = Patience::new(10 * SECOND, 1_000);
        let mut now = start;
        for _ in 0..1_000 {
            assert!(patience.wait(now) > now);
            now += SECOND;
            patience.transferred(1_000, now);
        }
    }

    #[test]
    fn a_fast_start_does_not_buy_more_than_the_whole_time() {
        let start = Instant::now();
        let mut patience = Patience::new(10 * SECOND, 1_000);
        patience.transferred(1_000_000, start);
        assert_eq!(patience.wait(start), start + 10 * SECOND);
    }
}
