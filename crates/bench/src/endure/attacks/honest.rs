//! Honest clients: they introspect and refresh with pauses, so that the machine has room for the attack. They run on
//! their own thread.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, ensure};
use http::StatusCode;
use tokio::task::JoinSet;

use crate::application::Application;
use crate::client::Answer;
use crate::endure::caller::{Caller, Reply};
use crate::endure::journal::{active_in, pair_in};

/// How long each client waits between an answer and its next request.
const PAUSE: Duration = Duration::from_millis(5);

/// An application with its tokens.
pub(super) struct Client {
    pub(super) application: Application,
    pub(super) access: String,
    pub(super) refresh: String,
}

/// The clients.
pub(super) struct Honest {
    answered: Arc<AtomicU64>,
    stop: Arc<AtomicBool>,
    thread: JoinHandle<Result<()>>,
}

impl Honest {
    /// Every second client refreshes; the others introspect.
    pub(super) fn start(address: SocketAddr, clients: Vec<Client>) -> Self {
        let (answered, stop) = (Arc::new(AtomicU64::new(0)), Arc::new(AtomicBool::new(false)));
        let (count, told) = (Arc::clone(&answered), Arc::clone(&stop));
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_all()
                .build()?;
            runtime.block_on(async {
                let mut work = JoinSet::new();
                for (number, client) in clients.into_iter().enumerate() {
                    let (count, told) = (Arc::clone(&count), Arc::clone(&told));
                    work.spawn(go_on(address, client, number % 2 == 0, count, told));
                }
                while let Some(one) = work.join_next().await {
                    one??;
                }
                Ok(())
            })
        });
        Self {
            answered,
            stop,
            thread,
        }
    }

    /// How many good answers they have received so far.
    pub(super) fn answered(&self) -> u64 {
        self.answered.load(Ordering::Relaxed)
    }

    /// Their rate per second, measured from now on.
    pub(super) async fn rate_over(&self, duration: Duration) -> f64 {
        let (before, started) = (self.answered(), Instant::now());
        tokio::time::sleep(duration).await;
        self.rate_since(before, started)
    }

    pub(super) fn rate_since(&self, before: u64, started: Instant) -> f64 {
        #[allow(clippy::cast_precision_loss)]
        // The number of answers of a few seconds fits.
        let answered = (self.answered() - before) as f64;
        answered / started.elapsed().as_secs_f64()
    }

    /// Stops the clients. A wrong answer to a client is an error.
    pub(super) async fn stop(self) -> Result<()> {
        self.stop.store(true, Ordering::Relaxed);
        tokio::task::spawn_blocking(|| self.thread.join())
            .await?
            .map_err(|_| anyhow!("the thread of the honest clients panicked"))?
            .context("an honest client")
    }
}

async fn go_on(
    address: SocketAddr,
    mut client: Client,
    refreshes: bool,
    answered: Arc<AtomicU64>,
    stop: Arc<AtomicBool>,
) -> Result<()> {
    let mut caller = Caller::tolerant(address);
    while !stop.load(Ordering::Relaxed) {
        let request = if refreshes {
            client.application.refresh(&client.refresh)
        } else {
            let fields = [("token", client.access.as_str())];
            client.application.post("/oauth/introspect", &fields)
        };
        // A very late answer counts as none.
        let reply = caller.send(request).await.unwrap_or(Reply::Lost);
        if let Some(answer) = reply.answer().filter(is_given) {
            if refreshes {
                (client.access, client.refresh) = pair_in(&answer)?;
            } else {
                ensure!(active_in(&answer)?, "an access token is not active");
            }
            answered.fetch_add(1, Ordering::Relaxed);
        }
        tokio::time::sleep(PAUSE).await;
    }
    Ok(())
}

/// Whether the client was served, rather than asked to retry later.
fn is_given(answer: &Answer) -> bool {
    answer.status() != StatusCode::TOO_MANY_REQUESTS
}
