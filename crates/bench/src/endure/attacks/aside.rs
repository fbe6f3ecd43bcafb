//! Work on a thread of its own, so that nothing else in this program delays it, until it is told to stop.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

use anyhow::{Context, Result, anyhow};

/// The work.
pub(super) struct Aside<T> {
    what: &'static str,
    stop: Arc<AtomicBool>,
    thread: JoinHandle<Result<T>>,
}

impl<T: Send + 'static> Aside<T> {
    /// Starts it. It gets what tells it to stop.
    pub(super) fn start<W>(
        what: &'static str,
        work: impl FnOnce(Arc<AtomicBool>) -> W + Send + 'static,
    ) -> Self
    where
        W: Future<Output = Result<T>>,
    {
        let stop = Arc::new(AtomicBool::new(false));
        let stopped = Arc::clone(&stop);
        Self {
            what,
            stop,
            thread: std::thread::spawn(move || crate::run(work(stopped))),
        }
    }

    /// Tells it to stop, and waits for its outcome.
    pub(super) async fn stop(self) -> Result<T> {
        self.stop.store(true, Ordering::Relaxed);
        tokio::task::spawn_blocking(|| self.thread.join())
            .await?
            .map_err(|_| anyhow!("a thread panicked"))
            .and_then(std::convert::identity)
            .context(self.what)
    }
}
