//! The driver's connections, spoken with `rustls`.

use std::fmt;
use std::future::Future;
use std::io::{self, IoSlice};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};

use rustls::pki_types::ServerName;
use rustls::{CertificateError, ClientConfig};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio_postgres::tls::{ChannelBinding, MakeTlsConnect, TlsConnect, TlsStream};

use super::{TlsSettings, binding};
use latchkey_storage::StoreError;

/// Makes encrypted connections.
#[derive(Clone)]
pub(in crate::postgres) struct Connector(Arc<ClientConfig>);

impl Connector {
    /// As the settings say, whose files it reads.
    pub(in crate::postgres) fn new(settings: &TlsSettings) -> Result<Self, StoreError> {
        settings.config().map(|config| Self(config.into()))
    }
}

/// Why a server is not trusted, or TLS with it did not come about, in words for the operator.
#[derive(Debug)]
pub(in crate::postgres) struct Untrusted(String);

impl fmt::Display for Untrusted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Untrusted {}

impl From<io::Error> for Untrusted {
    fn from(error: io::Error) -> Self {
        let cause = error.get_ref().and_then(|inner| inner.downcast_ref());
        Self(match cause {
            Some(rustls::Error::InvalidCertificate(why)) => text(why),
            Some(error) => error.to_string(),
            None => error.to_string(),
        })
    }
}

fn text(why: &CertificateError) -> String {
    match why {
        CertificateError::UnknownIssuer => {
            "the server’s certificate is not signed by a trusted authority: name the certificate of its signer \
             with sslrootcert"
                .to_owned()
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            format!("the server’s certificate is of another host than the one in the URL: {why}")
        }
        CertificateError::Expired
        | CertificateError::ExpiredContext { .. }
        | CertificateError::NotValidYet
        | CertificateError::NotValidYetContext { .. } => {
            format!("the server’s certificate is not valid at this time: renew it, or set the clock right ({why})")
        }
        _ => format!("the server’s certificate is not in order: {why}"),
    }
}

impl<S> MakeTlsConnect<S> for Connector
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    type Stream = Stream<tokio_rustls::client::TlsStream<S>>;
    type TlsConnect = Handshake;
    type Error = Untrusted;

    fn make_tls_connect(&mut self, host: &str) -> Result<Handshake, Untrusted> {
        Ok(Handshake {
            config: Arc::clone(&self.0),
            host: host.to_owned(),
        })
    }
}

/// A handshake with one server.
pub(in crate::postgres) struct Handshake {
    config: Arc<ClientConfig>,
    /// As it is in the URL: also asked for where no handshake follows, and then empty.
    host: String,
}

impl<S> TlsConnect<S> for Handshake
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    type Stream = Stream<tokio_rustls::client::TlsStream<S>>;
    type Error = Untrusted;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Stream, Untrusted>> + Send>>;

    fn connect(self, stream: S) -> Self::Future {
        Box::pin(async move {
            let connector = tokio_rustls::TlsConnector::from(self.config);
            let host = ServerName::try_from(self.host.clone())
                .map_err(|_| Untrusted(format!("“{}” is no name that a certificate can have", self.host)))?;
            let stream = connector.connect(host, stream).await?;
            let (_, session) = stream.get_ref();
            let chain = session.peer_certificates();
            let binding = chain.and_then(|chain| binding::tls_server_end_point(chain.first()?));
            Ok(Stream { stream, binding })
        })
    }
}

/// A connection that is encrypted, and whose certificate the proof of a password is bound to.
pub(in crate::postgres) struct Stream<S> {
    stream: S,
    binding: Option<Vec<u8>>,
}

impl<S> Stream<S> {
    /// One that is not encrypted.
    pub(in crate::postgres) fn unencrypted(stream: S) -> Self {
        Self {
            stream,
            binding: None,
        }
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> TlsStream for Stream<S> {
    fn channel_binding(&self) -> ChannelBinding {
        self.binding
            .clone()
            .map_or_else(ChannelBinding::none, ChannelBinding::tls_server_end_point)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for Stream<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for Stream<S> {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, buffer)
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffers: &[IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, buffers)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}
