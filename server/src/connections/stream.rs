//! A connection's bytes. Tracks whether the client reads them.

use std::io;
use std::mem::MaybeUninit;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};

use latchkey_domain::limits;
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::Sleep;

use super::progress::Progress;

/// The stream of a connection.
pub(super) struct Stream {
    inner: TcpStream,
    activity: Arc<Progress>,
    lingering: Option<Lingering>,
}

/// A connection whose last response was sent while the client was sending a body. Closing it at once would reset it,
/// and the client might never see the response: so incoming bytes are read and dropped for a while (RFC 9112 section
/// 9.6).
struct Lingering {
    end: Pin<Box<Sleep>>,
    bytes: usize,
}

impl Stream {
    pub(super) fn new(inner: TcpStream, activity: Arc<Progress>) -> Self {
        Self {
            inner,
            activity,
            lingering: None,
        }
    }

    fn track(&self, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        match &written {
            Poll::Ready(Ok(bytes)) => self.activity.sent(*bytes),
            Poll::Ready(Err(_)) => {}
            Poll::Pending => self.activity.blocked(),
        }
        written
    }
}

impl Lingering {
    fn new() -> Self {
        Self {
            end: Box::pin(tokio::time::sleep(limits::LINGER_TIMEOUT)),
            bytes: 0,
        }
    }

    fn poll(&mut self, inner: &mut TcpStream, cx: &mut Context<'_>) -> Poll<()> {
        let mut dropped = [MaybeUninit::uninit(); 4 * 1024];
        loop {
            if self.end.as_mut().poll(cx).is_ready() || self.bytes > limits::LINGER_BYTES {
                return Poll::Ready(());
            }
            let mut dropped = ReadBuf::uninit(&mut dropped);
            match ready!(Pin::new(&mut *inner).poll_read(cx, &mut dropped)) {
                Ok(()) if !dropped.filled().is_empty() => self.bytes += dropped.filled().len(),
                _ => return Poll::Ready(()),
            }
        }
    }
}

impl AsyncRead for Stream {
    fn poll_read(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        ready!(Pin::new(&mut this.inner).poll_read(cx, buffer))?;
        if buffer.filled().len() > before {
            this.activity.received();
        }
        Poll::Ready(Ok(()))
    }
}

impl AsyncWrite for Stream {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.inner).poll_write(cx, bytes);
        this.track(written)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let written = Pin::new(&mut this.inner).poll_write_vectored(cx, parts);
        this.track(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_flush(cx)
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.lingering.is_none() {
            ready!(Pin::new(&mut this.inner).poll_shutdown(cx))?;
            if !this.activity.left_unread() {
                return Poll::Ready(Ok(()));
            }
        }
        let lingering = this.lingering.get_or_insert_with(Lingering::new);
        lingering.poll(&mut this.inner, cx).map(Ok)
    }
}
