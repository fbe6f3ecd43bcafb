//! A client that survives its connection: when that breaks, it reports so and reconnects the next time.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Result, bail};

use crate::client::{Answer, Ask, Connection};

/// Longer than any answer may take. Anything longer counts as a hang.
const PATIENCE: Duration = Duration::from_secs(30);

/// The outcome of a request.
pub(super) enum Reply {
    /// A definite answer.
    Answer(Answer),
    /// The server failed (5xx), so the effect is unknown.
    Unable(Answer),
    /// No answer, so the effect is unknown.
    Lost,
}

impl Reply {
    /// The answer, if it is definite.
    pub(super) fn answer(self) -> Option<Answer> {
        match self {
            Self::Answer(answer) => Some(answer),
            Self::Unable(_) | Self::Lost => None,
        }
    }
}

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

    /// Sends once. Fails if the server hangs, or returns an error that is not allowed.
    pub(super) async fn ask(&mut self, ask: Ask) -> Result<Reply> {
        let what = format!("{} {}", ask.method(), ask.uri().path());
        let reply = tokio::time::timeout(PATIENCE, self.ask_in_time(ask))
            .await
            .map_err(|_| anyhow::anyhow!("{what} was not answered within {PATIENCE:?}"))?;
        match reply {
            Reply::Unable(answer) if !self.tolerant => bail!(
                "{what} answered {}: {}",
                answer.status(),
                String::from_utf8_lossy(answer.body())
            ),
            reply => Ok(reply),
        }
    }

    async fn ask_in_time(&mut self, ask: Ask) -> Reply {
        let mut connection = match self.connection.take() {
            Some(connection) => connection,
            None => match Connection::open(self.address).await {
                Ok(connection) => connection,
                Err(_) => return Reply::Lost,
            },
        };
        match connection.send(ask).await {
            Ok(answer) => {
                let closes = answer
                    .headers()
                    .get(http::header::CONNECTION)
                    .is_some_and(|value| value == "close");
                if !closes {
                    self.connection = Some(connection);
                }
                if answer.status().is_server_error() || redirects_with_server_error(&answer) {
                    Reply::Unable(answer)
                } else {
                    Reply::Answer(answer)
                }
            }
            Err(_) => Reply::Lost,
        }
    }

    /// Closes the connection. The next request reconnects.
    pub(super) fn hang_up(&mut self) {
        self.connection = None;
    }

    /// Repeats the request until there is a definite answer, for at most `patience`.
    pub(super) async fn insist(&mut self, ask: &Ask, patience: Duration) -> Result<Answer> {
        let begun = std::time::Instant::now();
        loop {
            let last = match self.ask(ask.clone()).await? {
                Reply::Answer(answer) => return Ok(answer),
                Reply::Unable(answer) => answer.status().to_string(),
                Reply::Lost => "no answer".to_owned(),
            };
            anyhow::ensure!(
                begun.elapsed() < patience,
                "{} {}: {last} for {patience:?}",
                ask.method(),
                ask.uri().path()
            );
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    }
}

/// The redirect that a browser gets instead of 5xx (RFC 6749 section 4.1.2.1).
fn redirects_with_server_error(answer: &Answer) -> bool {
    answer
        .headers()
        .get(http::header::LOCATION)
        .and_then(|location| location.to_str().ok())
        .is_some_and(|location| {
            location.contains("error=server_error") || location.contains("error=temporarily_unavailable")
        })
}
