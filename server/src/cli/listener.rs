//! The listening socket. It closes as the first step of stopping, before the open connections, so that an arriving
//! request is neither left waiting nor cut off.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::serve::Listener;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// How long it waits after a connection could not be accepted: usually the process has too many open files, and some
/// close soon. Without a pause it would retry in a busy loop.
const PAUSE: Duration = Duration::from_millis(20);

/// Accepts connections until it has to close.
#[derive(Debug)]
pub(super) struct ClosingListener {
    /// `None` once closed.
    listener: Option<TcpListener>,
    address: SocketAddr,
    closing: watch::Receiver<bool>,
}

impl ClosingListener {
    /// An open listener that closes when `closing` becomes true.
    pub(super) fn new(listener: TcpListener, address: SocketAddr, closing: watch::Receiver<bool>) -> Self {
        Self {
            listener: Some(listener),
            address,
            closing,
        }
    }
}

impl Listener for ClosingListener {
    type Io = TcpStream;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (TcpStream, SocketAddr) {
        if let Some(listener) = &mut self.listener {
            tokio::select! {
                // Waiting connections are accepted before it closes.
                biased;
                accepted = accept(listener) => return accepted,
                _ = self.closing.wait_for(|closing| *closing) => {}
            }
        }
        self.listener = None;
        std::future::pending().await
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }
}

/// The next connection. Skips connections that closed before they were accepted.
async fn accept(listener: &TcpListener) -> (TcpStream, SocketAddr) {
    loop {
        match listener.accept().await {
            Ok(accepted) => return accepted,
            Err(error) if is_of_one_connection(&error) => {}
            Err(error) => {
                tracing::error!(%error, "could not accept a connection; retrying");
                tokio::time::sleep(PAUSE).await;
            }
        }
    }
}

/// Whether the error concerns one connection, so that the next may work.
fn is_of_one_connection(error: &io::Error) -> bool {
    matches!(
        error.kind(),
        io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset | io::ErrorKind::ConnectionRefused
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn who_stands_in_line_comes_in_and_nobody_after() {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        let (close, closing) = watch::channel(false);
        let mut listener = ClosingListener::new(listener, address, closing);
        let _waiting = TcpStream::connect(address).await.unwrap();
        close.send(true).unwrap();
        let (_, from) = listener.accept().await;
        assert!(from.ip().is_loopback());
        tokio::select! {
            biased;
            _ = listener.accept() => panic!("nobody is there"),
            () = std::future::ready(()) => {}
        }
        assert!(TcpStream::connect(address).await.is_err());
    }
}
