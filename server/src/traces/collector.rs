//! Sends spans to a collector: one request over plain HTTP for each batch.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use http::header::HOST;
use http::{HeaderValue, Request, Response};
use http_body_util::{BodyExt, Full, Limited};
use hyper_util::rt::TokioIo;
use opentelemetry_http::{HttpClient, HttpError};
use tokio::net::TcpStream;
use tokio::runtime::Handle;

/// How long a collector may take for a batch.
const PATIENCE: Duration = Duration::from_secs(10);

/// The maximum bytes read of its response, which is usually short.
const ANSWER_LIMIT: usize = 64 * 1024;

/// The connection to the collector. Batches come from a separate thread and are sent on the server's threads.
#[derive(Debug)]
pub(super) struct Collector {
    runtime: Handle,
    failing: AtomicBool,
}

impl Collector {
    pub(super) fn new(runtime: Handle) -> Self {
        Self {
            runtime,
            failing: AtomicBool::new(false),
        }
    }

    /// Logs when the collector fails and when it works again, not for each batch.
    fn note(&self, outcome: &Result<Response<Bytes>, HttpError>) {
        let failed = match outcome {
            Ok(response) if response.status().is_success() => None,
            Ok(response) => Some(format!("it answers {}", response.status())),
            Err(error) => Some(error.to_string()),
        };
        match failed {
            Some(error) if !self.failing.swap(true, Ordering::Relaxed) => tracing::warn!(
                error,
                "the collector rejected traces; dropping them until it recovers (logged once)"
            ),
            None if self.failing.swap(false, Ordering::Relaxed) => {
                tracing::info!("the collector accepts traces again");
            }
            _ => {}
        }
    }
}

#[async_trait]
impl HttpClient for Collector {
    async fn send_bytes(&self, request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
        let sending = async { tokio::time::timeout(PATIENCE, send(request)).await };
        let outcome = match self.runtime.spawn(sending).await {
            Ok(Ok(outcome)) => outcome,
            Ok(Err(_)) => Err(format!("no answer within {} s", PATIENCE.as_secs()).into()),
            // The server's threads are gone, so it is stopping.
            Err(error) => return Err(error.into()),
        };
        self.note(&outcome);
        outcome
    }
}

/// Sends one request on a new connection: there is one every few seconds.
async fn send(request: Request<Bytes>) -> Result<Response<Bytes>, HttpError> {
    let (mut parts, body) = request.into_parts();
    let authority = parts.uri.authority().ok_or("the address has no host")?.clone();
    let host = authority.host().trim_start_matches('[').trim_end_matches(']');
    let stream = TcpStream::connect((host, authority.port_u16().unwrap_or(80))).await?;
    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    let connection = tokio::spawn(connection);
    parts
        .headers
        .insert(HOST, HeaderValue::from_str(authority.as_str())?);
    parts.uri = parts.uri.path().parse()?;
    let response = sender
        .send_request(Request::from_parts(parts, Full::new(body)))
        .await?;
    let (parts, body) = response.into_parts();
    let body = Limited::new(body, ANSWER_LIMIT).collect().await?.to_bytes();
    connection.abort();
    Ok(Response::from_parts(parts, body))
}
