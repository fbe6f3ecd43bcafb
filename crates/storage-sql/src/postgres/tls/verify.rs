//! Whom to trust.

use std::sync::Arc;

use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{WebPkiServerVerifier, verify_server_name};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::server::ParsedCertificate;
use rustls::{CertificateError, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};

type Verifier = Arc<dyn ServerCertVerifier>;

/// Trusts a certificate that leads to one of the roots, or is one of them: of the host that was asked for, or of any.
pub(super) fn by_roots(
    provider: &Arc<CryptoProvider>,
    roots: Vec<CertificateDer<'static>>,
    any_host: bool,
) -> Result<Verifier, Error> {
    let mut store = RootCertStore::empty();
    // Single ones that cannot be read are left out: systems have some.
    store.add_parsable_certificates(roots.iter().cloned());
    if store.is_empty() {
        return Err(Error::General(
            "none of the certificates to verify others with can be read".into(),
        ));
    }
    let chains = WebPkiServerVerifier::builder_with_provider(store.into(), Arc::clone(provider))
        .build()
        .map_err(|error| Error::General(error.to_string()))?;
    Ok(Arc::new(ByRoots {
        chains,
        roots,
        any_host,
    }))
}

/// Trusts any server. Where it `has_to_have_the_key` of its certificate that still says something: a password is proved
/// for that certificate alone, and someone between does not have its key.
pub(super) fn any_server(provider: &Arc<CryptoProvider>, has_to_have_the_key: bool) -> Verifier {
    Arc::new(AnyServer {
        provider: Arc::clone(provider),
        has_to_have_the_key,
    })
}

#[derive(Debug)]
struct ByRoots {
    chains: Arc<WebPkiServerVerifier>,
    roots: Vec<CertificateDer<'static>>,
    any_host: bool,
}

impl ServerCertVerifier for ByRoots {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        chain: &[CertificateDer<'_>],
        host: &ServerName<'_>,
        ocsp: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        // A single certificate, made for the server itself, is named as the root. A chain must not end with it.
        let verified = if self.roots.contains(certificate) {
            verify_server_name(&ParsedCertificate::try_from(certificate)?, host)
                .map(|()| ServerCertVerified::assertion())
        } else {
            self.chains
                .verify_server_cert(certificate, chain, host, ocsp, now)
        };
        // The name is what is looked at last, once all the rest was found in order.
        match verified {
            Err(Error::InvalidCertificate(
                CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. },
            )) if self.any_host => Ok(ServerCertVerified::assertion()),
            verified => verified,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.chains.verify_tls12_signature(message, certificate, signed)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        self.chains.verify_tls13_signature(message, certificate, signed)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.chains.supported_verify_schemes()
    }
}

#[derive(Debug)]
struct AnyServer {
    provider: Arc<CryptoProvider>,
    has_to_have_the_key: bool,
}

impl ServerCertVerifier for AnyServer {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        if !self.has_to_have_the_key {
            return Ok(HandshakeSignatureValid::assertion());
        }
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls12_signature(message, certificate, signed, algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        if !self.has_to_have_the_key {
            return Ok(HandshakeSignatureValid::assertion());
        }
        let algorithms = &self.provider.signature_verification_algorithms;
        verify_tls13_signature(message, certificate, signed, algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider
            .signature_verification_algorithms
            .supported_schemes()
    }
}
