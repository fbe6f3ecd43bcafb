//! The listening socket, which is closed as the first step of stopping: before the connections that are open, so that a
//! request that is on its way in neither waits for nobody nor is cut off.

use std::io;
use std::net::SocketAddr;
use std::time::Duration;

use axum::serve::Listener;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;

/// How long it waits after a connection could not be accepted: usually the process has too many files open, and some are
/// closed soon. Without a pause it would retry all the time.
const PAUSE: Duration = Duration::from_millis(20);

/// Takes connections until it is told to close.
#[derive(Debug)]
pub(super) struct ClosingListener {
    /// `None` once it is closed.
    listener: Option<TcpListener>,
    address: SocketAddr,
    closing: watch::Receiver<bool>,
}

impl ClosingListener {
    /// A listener that is open, and closes when `closing` is true.
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
                // Who stands in line comes in before it is closed.
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

/// The next connection. One that was closed before it was taken is none.
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

/// Whether the error is about one connection, and the next may be fine.
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
