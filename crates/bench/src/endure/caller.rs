//! A client that outlives its connection: when that breaks, it says so, and connects anew the next time.

use std::net::SocketAddr;
use std::time::Duration;

use anyhow::{Result, bail};

use crate::client::{Answer, Ask, Connection};

/// Longer than any answer may take; what takes longer hangs.
const PATIENCE: Duration = Duration::from_secs(30);

/// What came of a request.
pub(super) enum Reply {
    /// An answer that says yes or no.
    Answer(Answer),
    /// An answer that says that the server could not (5xx): whether it did, nobody knows.
    Unable(Answer),
    /// No answer: whether it did, nobody knows.
    Lost,
}

impl Reply {
    /// The answer, if it says yes or no.
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
    /// Whether the server may say that it could not (5xx), as it must when its database is gone.
    tolerant: bool,
    connection: Option<Connection>,
}

impl Caller {
    /// Of the server at this address. It connects when it has something to ask.
    pub(super) fn new(address: SocketAddr) -> Self {
        Self {
            address,
            tolerant: false,
            connection: None,
        }
    }

    /// One that takes answers that say that the server could not.
    pub(super) fn tolerant(address: SocketAddr) -> Self {
        Self {
            tolerant: true,
            ..Self::new(address)
        }
    }

    /// Asks once. Fails if the server hangs, or could not and had to.
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

    /// Connects anew the next time.
    pub(super) fn hang_up(&mut self) {
        self.connection = None;
    }

    /// Asks until there is an answer that says yes or no, for so long.
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

/// What a browser is told instead of 5xx (RFC 6749 section 4.1.2.1).
fn redirects_with_server_error(answer: &Answer) -> bool {
    answer
        .headers()
        .get(http::header::LOCATION)
        .and_then(|location| location.to_str().ok())
        .is_some_and(|location| {
            location.contains("error=server_error") || location.contains("error=temporarily_unavailable")
        })
}
