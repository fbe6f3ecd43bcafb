//! Requests as bytes prepared before the attack, and connections that send them: the attacker shares the processor with
//! the server and should use little of it.

use std::collections::BTreeMap;
use std::io;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

/// More than the attacker waits for an answer.
const PATIENCE: Duration = Duration::from_secs(20);

/// A request, or the start of one.
pub(super) type Request = Arc<[u8]>;

/// A request whose connection closes after the answer.
pub(super) fn request(
    host: SocketAddr,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &str,
) -> Request {
    let mut text = format!("{method} {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n");
    let length = body.len().to_string();
    let length = (method != "GET").then_some(("content-length", length.as_str()));
    for (name, value) in headers.iter().copied().chain(length) {
        text.extend([name, ": ", value, "\r\n"]);
    }
    text.extend(["\r\n", body]);
    text.into_bytes().into()
}

/// Connects from one of this machine's addresses and sends. Honest clients use another address.
pub(super) async fn send(number: usize, to: SocketAddr, request: &[u8]) -> io::Result<TcpStream> {
    let from = Ipv4Addr::new(127, 0, 1, u8::try_from(number % 250).unwrap_or(0) + 1);
    let socket = TcpSocket::new_v4()?;
    socket.bind((from, 0).into())?;
    let mut stream = tokio::time::timeout(PATIENCE, socket.connect(to))
        .await
        .map_err(io::Error::other)??;
    tokio::time::timeout(PATIENCE, stream.write_all(request))
        .await
        .map_err(io::Error::other)??;
    Ok(stream)
}

/// Reads a whole answer and keeps only its status.
pub(super) async fn read(mut stream: TcpStream) -> io::Result<(Option<u16>, u64)> {
    let mut buffer = vec![0; 256 * 1_024];
    let (mut status, mut bytes) = (None, 0);
    loop {
        let read = tokio::time::timeout(PATIENCE, stream.read(&mut buffer))
            .await
            .map_err(io::Error::other)??;
        if bytes == 0 {
            status = status_in(&buffer[..read]);
        }
        bytes += read as u64;
        if read == 0 {
            return Ok((status, bytes));
        }
    }
}

/// The status in the first bytes of an answer (RFC 9112 section 4).
fn status_in(answer: &[u8]) -> Option<u16> {
    let digits = answer.strip_prefix(b"HTTP/1.1 ")?.get(..3)?;
    std::str::from_utf8(digits).ok()?.parse().ok()
}

/// The answers that the attacker received.
#[derive(Default)]
pub(super) struct Answers {
    statuses: BTreeMap<String, usize>,
    bytes: u64,
}

impl Answers {
    pub(super) fn add(&mut self, answer: &io::Result<(Option<u16>, u64)>) {
        let (status, bytes) = match *answer {
            Ok((Some(status), bytes)) => (status.to_string(), bytes),
            Ok((None, bytes)) => ("closed".to_owned(), bytes),
            Err(_) => ("no answer".to_owned(), 0),
        };
        *self.statuses.entry(status).or_default() += 1;
        self.bytes += bytes;
    }

    pub(super) fn merge(&mut self, other: Self) {
        for (status, count) in other.statuses {
            *self.statuses.entry(status).or_default() += count;
        }
        self.bytes += other.bytes;
    }

    /// As one line.
    pub(super) fn text(&self) -> String {
        let mut words: Vec<String> = self
            .statuses
            .iter()
            .map(|(status, count)| format!("{status} × {count}"))
            .collect();
        words.push(format!("{:.1} MB", crate::memory::megabytes(self.bytes)));
        words.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_whole() {
        let host: SocketAddr = "127.0.0.1:80".parse().unwrap();
        assert_eq!(
            request(host, "GET", "/a", &[("cookie", "b")], "").as_ref(),
            b"GET /a HTTP/1.1\r\nhost: 127.0.0.1:80\r\nconnection: close\r\ncookie: b\r\n\r\n"
        );
        let post = request(host, "POST", "/a", &[], "12");
        assert!(post.ends_with(b"content-length: 2\r\n\r\n12"));
    }

    #[test]
    fn answers_are_counted_by_status() {
        assert_eq!(status_in(b"HTTP/1.1 413 Payload Too Large\r\n"), Some(413));
        assert_eq!(status_in(b"nonsense"), None);
        let mut answers = Answers::default();
        answers.add(&Ok((Some(200), 1_000_000)));
        answers.add(&Ok((Some(200), 500_000)));
        let mut other = Answers::default();
        other.add(&Ok((None, 0)));
        other.add(&Err(io::Error::other("")));
        answers.merge(other);
        assert_eq!(answers.text(), "200 × 2, closed × 1, no answer × 1, 1.5 MB");
    }
}
