//! What the store counts of itself, for metrics. Counting is an addition to a number that all threads
//! share: nothing waits, and nothing is allocated.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// The upper bounds of a histogram's buckets, in microseconds; one more bucket holds what is above all of them.
const BOUNDS: [u64; 13] = [
    500, 1_000, 2_500, 5_000, 10_000, 25_000, 50_000, 100_000, 250_000, 500_000, 1_000_000, 2_500_000,
    5_000_000,
];

/// How long something took, each time.
#[derive(Debug, Default)]
pub struct Histogram {
    buckets: [AtomicU64; BOUNDS.len() + 1],
    micros: AtomicU64,
}

/// A snapshot of a histogram.
#[derive(Clone, Debug, PartialEq)]
pub struct HistogramReading {
    /// Upper bounds in seconds, each with how often it took at most as long.
    pub buckets: Vec<(f64, u64)>,
    /// How often at all.
    pub count: u64,
    /// How long all of them took together, in seconds.
    pub sum: f64,
}

/// What the store counted until now.
#[derive(Clone, Debug)]
pub struct Statistics {
    /// How often it was asked for something.
    pub reads: u64,
    /// How often a reader had to wait for a connection.
    pub reads_waited: u64,
    /// How often something was written, or refused while it was.
    pub writes: u64,
    /// How much was handed over to be written and is not answered yet.
    pub writes_waiting: u64,
    /// How long commits took, from the begin of the transaction on.
    pub commits: HistogramReading,
    /// How many operations took longer than [`Store::log_slow`](crate::Store::log_slow) allows.
    pub slow: u64,
    /// How large the database is, in bytes; `None` if it does not say.
    pub database_bytes: Option<u64>,
    /// How large its write-ahead log is, in bytes; `None` if it has none of its own.
    pub log_bytes: Option<u64>,
    /// The connections to a database that is another process.
    pub connections: Option<ConnectionCounts>,
}

/// Connections to the database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ConnectionCounts {
    /// Open and unused.
    pub idle: u64,
    pub in_use: u64,
    /// The most that there may be, of both.
    pub most: u64,
    /// How many operations wait for one.
    pub waiting: u64,
}

impl Histogram {
    /// Adds one.
    pub fn observe(&self, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        let bucket = BOUNDS.partition_point(|bound| *bound < micros);
        self.buckets[bucket].fetch_add(1, Ordering::Relaxed);
        self.micros.fetch_add(micros, Ordering::Relaxed);
    }

    /// The current counts.
    // Microseconds lose their last digit only after 285 years.
    #[allow(clippy::cast_precision_loss)]
    pub fn read(&self) -> HistogramReading {
        let mut count = 0;
        let mut buckets = Vec::with_capacity(BOUNDS.len());
        for (bucket, bound) in self.buckets.iter().zip(BOUNDS) {
            count += bucket.load(Ordering::Relaxed);
            buckets.push((bound as f64 / 1e6, count));
        }
        HistogramReading {
            buckets,
            // From the buckets: a number of its own could be one ahead of them.
            count: count + self.buckets[BOUNDS.len()].load(Ordering::Relaxed),
            sum: self.micros.load(Ordering::Relaxed) as f64 / 1e6,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bound_is_part_of_its_bucket() {
        let histogram = Histogram::default();
        for micros in [0, 500, 501, 5_000_000, 5_000_001] {
            histogram.observe(Duration::from_micros(micros));
        }
        let reading = histogram.read();
        assert_eq!(reading.buckets[0], (0.0005, 2));
        assert_eq!(reading.buckets[1], (0.001, 3));
        assert_eq!(reading.buckets[12], (5.0, 4));
        assert_eq!(reading.count, 5);
        assert!((reading.sum - 10.001_002).abs() < 1e-9, "{}", reading.sum);
    }

    #[test]
    fn what_takes_for_ever_is_counted_too() {
        let histogram = Histogram::default();
        histogram.observe(Duration::MAX);
        assert_eq!(histogram.read().count, 1);
    }
}
