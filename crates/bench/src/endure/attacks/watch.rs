//! Requests `/healthz` every few milliseconds, each time on a new connection, as a load balancer does: a server that
//! accepts no new connections counts as silent.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use super::aside::Aside;
use crate::client::{Connection, get};

/// The pause between two requests.
const EVERY: Duration = Duration::from_millis(10);
/// How long to wait for an answer. Longer silences are reported as this value.
const PATIENCE: Duration = Duration::from_secs(30);

/// Starts. When it is stopped it waits until the server answers once more, and returns the longest silence.
pub(super) fn start(address: SocketAddr) -> Aside<Duration> {
    Aside::start("cannot request /healthz", move |stop| async move {
        Ok(longest_silence(address, &stop).await)
    })
}

async fn longest_silence(address: SocketAddr, stop: &AtomicBool) -> Duration {
    let mut longest = Duration::ZERO;
    let mut last = Instant::now();
    loop {
        let left = PATIENCE.saturating_sub(last.elapsed());
        let answered = tokio::time::timeout(left, is_alive(address)).await == Ok(true);
        longest = longest.max(last.elapsed());
        if answered {
            last = Instant::now();
        }
        let is_over = stop.load(Ordering::Relaxed) && answered;
        if is_over || last.elapsed() >= PATIENCE {
            return longest;
        }
        tokio::time::sleep(EVERY).await;
    }
}

async fn is_alive(address: SocketAddr) -> bool {
    let Ok(mut connection) = Connection::open(address).await else {
        return false;
    };
    let answer = connection.send(get("/healthz", &[])).await;
    answer.is_ok_and(|answer| answer.status().is_success())
}
