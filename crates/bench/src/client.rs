//! A persistent HTTP connection.

use std::net::SocketAddr;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use http::header::{CONTENT_TYPE, HOST};
use http::{HeaderValue, Request, Response, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::Bytes;
use hyper::client::conn::http1::SendRequest;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// A request with its body.
pub(crate) type HttpRequest = Request<Full<Bytes>>;

/// A complete answer.
pub(crate) type Answer = Response<Bytes>;

/// A connection.
pub(crate) struct Connection {
    sender: SendRequest<Full<Bytes>>,
    host: HeaderValue,
}

impl Connection {
    /// Connects.
    pub(crate) async fn open(address: SocketAddr) -> Result<Self> {
        let stream = TcpStream::connect(address).await.context("cannot connect")?;
        stream.set_nodelay(true)?;
        let (sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
        tokio::spawn(connection);
        Ok(Self {
            sender,
            host: HeaderValue::from_str(&address.to_string())?,
        })
    }

    /// Sends a request and waits for the whole answer.
    pub(crate) async fn send(&mut self, mut request: HttpRequest) -> Result<Answer> {
        request.headers_mut().insert(HOST, self.host.clone());
        self.sender.ready().await?;
        let (parts, body) = self.sender.send_request(request).await?.into_parts();
        Ok(Response::from_parts(parts, body.collect().await?.to_bytes()))
    }

    /// Sends the same request `times` times and checks each answer. Returns the response times.
    pub(crate) async fn time(
        &mut self,
        request: &HttpRequest,
        times: usize,
        mut check: impl FnMut(&Answer) -> Result<()>,
    ) -> Result<Vec<Duration>> {
        let mut taken = Vec::with_capacity(times);
        for _ in 0..times {
            let started = Instant::now();
            let answer = self.send(request.clone()).await?;
            taken.push(started.elapsed());
            check(&answer)?;
        }
        Ok(taken)
    }
}

/// A GET.
pub(crate) fn get(path: &str, headers: &[(&str, &str)]) -> HttpRequest {
    build("GET", path, headers, Bytes::new())
}

/// A POST of a form.
pub(crate) fn post(path: &str, fields: &[(&str, &str)]) -> HttpRequest {
    let body = form_urlencoded::Serializer::new(String::new())
        .extend_pairs(fields)
        .finish();
    let headers = [(CONTENT_TYPE.as_str(), "application/x-www-form-urlencoded")];
    build("POST", path, &headers, body.into())
}

/// A POST of JSON.
pub(crate) fn post_json(path: &str, headers: &[(&str, &str)], body: &serde_json::Value) -> HttpRequest {
    let mut request = build("POST", path, headers, body.to_string().into());
    request
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
    request
}

/// A request to the Headless API at `path` by the owner of a token.
pub(crate) fn graphql(path: &str, token: &str, body: &serde_json::Value) -> HttpRequest {
    post_json(path, &[("authorization", &format!("Bearer {token}"))], body)
}

fn build(method: &str, path: &str, headers: &[(&str, &str)], body: Bytes) -> HttpRequest {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request
        .body(Full::new(body))
        .unwrap_or_else(|error| unreachable!("the benchmark's own request is wrong: {error}"))
}

/// Fails unless the answer has this status.
pub(crate) fn ensure_status(what: &str, answer: &Answer, status: StatusCode) -> Result<()> {
    ensure!(
        answer.status() == status,
        "{what} answered {}: {}",
        answer.status(),
        String::from_utf8_lossy(answer.body())
    );
    Ok(())
}

/// Fails unless the answer is 200.
pub(crate) fn ensure_ok(what: &str, answer: &Answer) -> Result<()> {
    ensure_status(what, answer, StatusCode::OK)
}
