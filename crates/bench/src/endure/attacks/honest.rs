//! Honest clients: they introspect and refresh with pauses, so that the machine has room for the attack.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::Result;
use http::StatusCode;
use tokio::task::JoinSet;

use super::aside::Aside;
use crate::application::{Application, Tokens, ensure_active, tokens_in};
use crate::client::Answer;
use crate::endure::caller::Caller;

/// How long each client waits between an answer and its next request.
const PAUSE: Duration = Duration::from_millis(5);

/// An application with its tokens.
pub(super) struct Client {
    pub(super) application: Application,
    pub(super) tokens: Tokens,
}

/// The clients.
pub(super) struct Honest {
    answered: Arc<AtomicU64>,
    work: Aside<()>,
}

impl Honest {
    /// Every second client refreshes; the others introspect.
    pub(super) fn start(address: SocketAddr, clients: Vec<Client>) -> Self {
        let answered = Arc::new(AtomicU64::new(0));
        let count = Arc::clone(&answered);
        let work = Aside::start("an honest client", move |stop| async move {
            let mut work = JoinSet::new();
            for (number, client) in clients.into_iter().enumerate() {
                let (count, stop) = (Arc::clone(&count), Arc::clone(&stop));
                work.spawn(go_on(address, client, number % 2 == 0, count, stop));
            }
            while let Some(one) = work.join_next().await {
                one??;
            }
            Ok(())
        });
        Self { answered, work }
    }

    /// How many good answers they have received so far.
    pub(super) fn answered(&self) -> u64 {
        self.answered.load(Ordering::Relaxed)
    }

    /// Their rate per second since they had received `before` answers, at `started`.
    pub(super) fn rate_since(&self, before: u64, started: Instant) -> f64 {
        #[allow(clippy::cast_precision_loss)]
        // The number of answers of a few seconds fits.
        let answered = (self.answered() - before) as f64;
        answered / started.elapsed().as_secs_f64()
    }

    /// Stops the clients. A wrong answer to a client is an error.
    pub(super) async fn stop(self) -> Result<()> {
        self.work.stop().await
    }
}

async fn go_on(
    address: SocketAddr,
    mut client: Client,
    refreshes: bool,
    answered: Arc<AtomicU64>,
    stop: Arc<AtomicBool>,
) -> Result<()> {
    let mut caller = Caller::new(address, true);
    while !stop.load(Ordering::Relaxed) {
        let request = if refreshes {
            client.application.refresh(&client.tokens.refresh)
        } else {
            client.application.introspect(&client.tokens.access)
        };
        // A very late answer counts as none.
        let answer = caller.send(request).await.unwrap_or_default();
        if let Some(answer) = answer.filter(is_given) {
            if refreshes {
                client.tokens = tokens_in(&answer)?;
            } else {
                ensure_active(&answer)?;
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
