//! Requests `/healthz` every few milliseconds, each time on a new connection, as a load balancer does: a server that
//! accepts no new connections counts as silent. It runs on its own thread, so that nothing else in this program delays
//! it.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};

use crate::client::{Connection, get};

/// The pause between two requests.
const EVERY: Duration = Duration::from_millis(10);
/// How long to wait for an answer. Longer silences are reported as this value.
const PATIENCE: Duration = Duration::from_secs(30);

/// The monitor.
pub(super) struct Watch {
    stop: Arc<AtomicBool>,
    thread: JoinHandle<Result<Duration>>,
}

impl Watch {
    pub(super) fn start(address: SocketAddr) -> Self {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        let thread = std::thread::spawn(move || {
            tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?
                .block_on(async { Ok(longest_silence(address, &stopped).await) })
        });
        Self { stop, thread }
    }

    /// Waits until the server answers once more. Returns the longest silence.
    pub(super) async fn stop(self) -> Result<Duration> {
        self.stop.store(true, Ordering::Relaxed);
        tokio::task::spawn_blocking(|| self.thread.join())
            .await?
            .map_err(|_| anyhow!("the thread that asks for /healthz panicked"))?
            .context("cannot request /healthz")
    }
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
