//! TLS by the authorities that the system trusts.

use std::io;
use std::sync::Arc;

use rustls::crypto::ring;
use rustls::{CertificateError, ClientConfig, RootCertStore};
use tokio::sync::OnceCell;
use tokio_rustls::TlsConnector;

/// Settings that are made when first needed: a server that sends no request needs no certificates.
#[derive(Default)]
pub(crate) struct Tls(OnceCell<Arc<ClientConfig>>);

impl Tls {
    pub(crate) async fn connector(&self) -> Result<TlsConnector, String> {
        let made = self.0.get_or_try_init(|| async {
            // Reads files.
            let made = tokio::task::spawn_blocking(config).await;
            made.unwrap_or_else(|error| Err(error.to_string()))
        });
        made.await.map(|config| TlsConnector::from(Arc::clone(config)))
    }
}

/// The system's certificates, or those that `SSL_CERT_FILE` and `SSL_CERT_DIR` name.
fn config() -> Result<Arc<ClientConfig>, String> {
    let mut roots = RootCertStore::empty();
    // Single ones that cannot be read are left out: systems have some.
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    if roots.is_empty() {
        return Err(
            "there are no certificates on this system that others could be verified with: install ca-certificates, or \
             name a file in SSL_CERT_FILE"
                .to_owned(),
        );
    }
    let mut config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(|error| error.to_string())?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

/// Why a handshake failed, and what to do.
pub(crate) fn text(error: &io::Error) -> String {
    let cause = error.get_ref().and_then(|inner| inner.downcast_ref());
    match cause {
        Some(rustls::Error::InvalidCertificate(why)) => certificate(why).to_owned(),
        Some(rustls::Error::InvalidMessage(_)) => {
            "what answers at that port does not speak TLS. Check the port".to_owned()
        }
        Some(rustls::Error::AlertReceived(_) | rustls::Error::PeerIncompatible(_)) => {
            "the service refuses TLS 1.2 and 1.3 as this server speaks it".to_owned()
        }
        Some(_) => "TLS failed".to_owned(),
        None => crate::error::io_text(error),
    }
}

fn certificate(why: &CertificateError) -> &'static str {
    match why {
        CertificateError::UnknownIssuer => {
            "its certificate is not signed by an authority that this system trusts. Add the authority to the system's \
             certificates, or to a file named in SSL_CERT_FILE, and restart the server"
        }
        CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
            "its certificate is for another host name. Check the address"
        }
        CertificateError::Expired | CertificateError::ExpiredContext { .. } => {
            "its certificate has expired. It has to be renewed there; if it was, check the clock of this machine"
        }
        CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
            "its certificate is not valid yet. Check the clock of this machine"
        }
        _ => "its certificate is not in order",
    }
}
