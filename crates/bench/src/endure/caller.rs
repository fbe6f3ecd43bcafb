//! A client that survives its connection: when that breaks, it reports so and reconnects the next time.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use crate::client::{Answer, Connection, HttpRequest};

/// Longer than any answer may take. Anything longer counts as a hang.
const PATIENCE: Duration = Duration::from_secs(30);

/// A client.
pub(super) struct Caller {
    address: SocketAddr,
    /// Whether a server error (5xx) is allowed, as when its database is down.
    tolerant: bool,
    connection: Option<Connection>,
}

impl Caller {
    /// A client of the server at this address. It connects at its first request. `tolerant` allows server errors.
    pub(super) fn new(address: SocketAddr, tolerant: bool) -> Self {
        Self {
            address,
            tolerant,
            connection: None,
        }
    }

    /// Sends once. `None` if there is no definite answer, so that the effect is unknown.
    pub(super) async fn send(&mut self, request: HttpRequest) -> Result<Option<Answer>> {
        Ok(self.send_for_any_answer(request).await?.filter(is_definite))
    }

    /// Sends once. `None` if there is no answer. Fails if the server hangs, or returns an error that is not allowed.
    pub(super) async fn send_for_any_answer(&mut self, request: HttpRequest) -> Result<Option<Answer>> {
        let what = format!("{} {}", request.method(), request.uri().path());
        let answer = tokio::time::timeout(PATIENCE, self.send_in_time(request))
            .await
            .with_context(|| format!("{what} was not answered within {PATIENCE:?}"))?;
        if let Some(answer) = &answer
            && !self.tolerant
        {
            ensure!(
                is_definite(answer),
                "{what} answered {}: {}",
                answer.status(),
                String::from_utf8_lossy(answer.body())
            );
        }
        Ok(answer)
    }

    async fn send_in_time(&mut self, request: HttpRequest) -> Option<Answer> {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => Connection::open(self.address).await.ok()?,
        };
        let answer = connection.send(request).await.ok()?;
        let said = answer.headers().get(http::header::CONNECTION);
        if said.is_none_or(|said| said != "close") {
            self.connection = Some(connection);
        }
        Some(answer)
    }

    /// Closes the connection. The next request reconnects.
    pub(super) fn hang_up(&mut self) {
        self.connection = None;
    }

    /// Repeats the request until there is a definite answer, for at most `patience`.
    pub(super) async fn insist(&mut self, request: &HttpRequest, patience: Duration) -> Result<Answer> {
        let started = std::time::Instant::now();
        loop {
            let answer = self.send_for_any_answer(request.clone()).await?;
            let last = match answer {
                Some(answer) if is_definite(&answer) => return Ok(answer),
                Some(answer) => answer.status().to_string(),
                None => "no answer".to_owned(),
            };
            ensure!(
                started.elapsed() < patience,
                "{} {}: {last} for {patience:?}",
                request.method(),
                request.uri().path()
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// Whether the server did or refused what it was asked for. If it failed, the effect is unknown.
fn is_definite(answer: &Answer) -> bool {
    // The redirect that a browser gets instead of 5xx (RFC 6749 section 4.1.2.1).
    let redirected = answer
        .headers()
        .get(http::header::LOCATION)
        .and_then(|location| location.to_str().ok())
        .is_some_and(|location| {
            location.contains("error=server_error") || location.contains("error=temporarily_unavailable")
        });
    !answer.status().is_server_error() && !redirected
}
