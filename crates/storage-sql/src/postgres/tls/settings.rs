//! `sslmode`, `sslrootcert`, `sslcert` and `sslkey`.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use rustls::ClientConfig;
use rustls::crypto::ring;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_postgres::config::SslMode;

use super::verify;
use latchkey_storage::StoreError;

/// How a connection is protected.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Mode {
    /// Not at all.
    Disable,
    /// As [`Self::Require`] if the server speaks TLS, otherwise not at all.
    #[default]
    Prefer,
    /// Encrypted, but the server is not verified.
    Require,
    /// A certificate that is trusted, of whatever host.
    VerifyCa,
    /// A certificate that is trusted, of the host in the URL.
    VerifyFull,
}

/// The TLS settings of a URL.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(in crate::postgres) struct TlsSettings {
    mode: Mode,
    /// The file with the authorities to trust; those of the operating system without it.
    roots: Option<PathBuf>,
    /// This node's own certificate and its key.
    own: Option<(PathBuf, PathBuf)>,
}

impl TlsSettings {
    /// What the parameters of a URL say; `take` gives the value of one.
    pub(in crate::postgres) fn read(mut take: impl FnMut(&str) -> Option<String>) -> Result<Self, String> {
        let mode = take("sslmode");
        let given = mode.is_some();
        let mut mode = match mode.as_deref() {
            None => Mode::default(),
            Some("disable") => Mode::Disable,
            Some("prefer") => Mode::Prefer,
            Some("require") => Mode::Require,
            Some("verify-ca") => Mode::VerifyCa,
            Some("verify-full") => Mode::VerifyFull,
            Some(_) => {
                return Err(
                    "sslmode is one of disable, prefer, require, verify-ca and verify-full".to_owned(),
                );
            }
        };
        let roots = match take("sslrootcert") {
            None => None,
            Some(file) => {
                match mode {
                    // As libpq does, so that a certificate is never named in vain.
                    Mode::Require => mode = Mode::VerifyCa,
                    Mode::Disable | Mode::Prefer => {
                        let said = if given {
                            "with this sslmode"
                        } else {
                            "without sslmode"
                        };
                        return Err(format!(
                            "sslrootcert is not looked at {said}: add sslmode=verify-full"
                        ));
                    }
                    Mode::VerifyCa | Mode::VerifyFull => {}
                }
                (file != "system").then(|| file.into())
            }
        };
        if mode == Mode::VerifyCa && roots.is_none() {
            return Err(
                "sslmode=verify-ca needs a file in sslrootcert, since authorities that the system trusts sign for \
                 anyone: name the file, or say sslmode=verify-full"
                    .to_owned(),
            );
        }
        let own = match (take("sslcert"), take("sslkey")) {
            (Some(certificate), Some(key)) => Some((certificate.into(), key.into())),
            (None, None) => None,
            _ => return Err("sslcert and sslkey go together: name both files or neither".to_owned()),
        };
        Ok(Self { mode, roots, own })
    }

    /// What the driver has to know: whether to ask for TLS, and whether to go on without.
    pub(in crate::postgres) fn driver_mode(&self) -> SslMode {
        match self.mode {
            Mode::Disable => SslMode::Disable,
            Mode::Prefer => SslMode::Prefer,
            Mode::Require | Mode::VerifyCa | Mode::VerifyFull => SslMode::Require,
        }
    }

    /// Whether the server is verified.
    pub(in crate::postgres) fn verifies(&self) -> bool {
        matches!(self.mode, Mode::VerifyCa | Mode::VerifyFull)
    }

    /// What TLS itself has to know. Reads the files.
    pub(super) fn config(&self) -> Result<ClientConfig, StoreError> {
        let provider = Arc::new(ring::default_provider());
        let failed = |error: rustls::Error| StoreError::Open(format!("cannot prepare TLS: {error}"));
        let verifier = match self.mode {
            // An attacker between can also say that there is no TLS, and the connection goes on without it. So nothing is
            // asked of a certificate, and old ones that cannot be read are as good as any.
            Mode::Disable | Mode::Prefer => verify::any_server(&provider, false),
            Mode::Require => verify::any_server(&provider, true),
            Mode::VerifyCa | Mode::VerifyFull => {
                let any_host = self.mode == Mode::VerifyCa;
                verify::by_roots(&provider, self.roots()?, any_host).map_err(failed)?
            }
        };
        let builder = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .map_err(failed)?
            .dangerous()
            .with_custom_certificate_verifier(verifier);
        let mut config = match &self.own {
            None => builder.with_no_client_auth(),
            Some((certificate, key)) => {
                let chain = certificates(certificate, "sslcert")?;
                let secret = PrivateKeyDer::from_pem_file(key).map_err(|error| {
                    StoreError::Open(format!(
                        "cannot read the key in {}, which sslkey names: {error}; expected a PEM file without a password",
                        key.display()
                    ))
                })?;
                builder
                    .with_client_auth_cert(chain, secret)
                    .map_err(|error| {
                        StoreError::Open(format!(
                            "the files that sslcert and sslkey name cannot be used: {error}; expected a certificate \
                             and its own key"
                        ))
                    })?
            }
        };
        // For servers that tell PostgreSQL from other TLS at the same port by it.
        config.alpn_protocols = vec![b"postgresql".to_vec()];
        Ok(config)
    }

    fn roots(&self) -> Result<Vec<CertificateDer<'static>>, StoreError> {
        if let Some(path) = &self.roots {
            return certificates(path, "sslrootcert");
        }
        let roots = rustls_native_certs::load_native_certs().certs;
        if roots.is_empty() {
            return Err(StoreError::Open(
                "there are no certificates on this system that a server’s could be verified with: install \
                 ca-certificates, or name a file with sslrootcert"
                    .to_owned(),
            ));
        }
        Ok(roots)
    }
}

fn certificates(path: &Path, parameter: &str) -> Result<Vec<CertificateDer<'static>>, StoreError> {
    let refuse = |why: &str| {
        StoreError::Open(format!(
            "cannot read a certificate in {}, which {parameter} names: {why}; expected a PEM file",
            path.display()
        ))
    };
    let all = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect::<Result<Vec<_>, _>>)
        .map_err(|error| refuse(&error.to_string()))?;
    if all.is_empty() {
        return Err(refuse("there is none"));
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(parameters: &[(&str, &str)]) -> Result<TlsSettings, String> {
        TlsSettings::read(|name| {
            let found = parameters.iter().find(|(other, _)| *other == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn means_what_libpq_means() {
        for (parameters, mode, driver) in [
            (&[][..], Mode::Prefer, SslMode::Prefer),
            (&[("sslmode", "disable")], Mode::Disable, SslMode::Disable),
            (&[("sslmode", "require")], Mode::Require, SslMode::Require),
            (
                &[("sslmode", "require"), ("sslrootcert", "root.crt")],
                Mode::VerifyCa,
                SslMode::Require,
            ),
            (
                &[("sslmode", "verify-full"), ("sslrootcert", "system")],
                Mode::VerifyFull,
                SslMode::Require,
            ),
        ] {
            let settings = read(parameters).unwrap();
            assert_eq!(settings.mode, mode, "{parameters:?}");
            assert_eq!(settings.driver_mode(), driver);
        }
    }

    #[test]
    fn says_what_was_expected() {
        for (parameters, part) in [
            (&[("sslmode", "allow")][..], "verify-ca and verify-full"),
            (
                &[("sslrootcert", "root.crt")],
                "without sslmode: add sslmode=verify-full",
            ),
            (
                &[("sslmode", "prefer"), ("sslrootcert", "x")],
                "with this sslmode",
            ),
            (&[("sslmode", "verify-ca")], "sign for anyone"),
            (
                &[("sslmode", "require"), ("sslrootcert", "system")],
                "say sslmode=verify-full",
            ),
            (&[("sslcert", "own.crt")], "name both files or neither"),
        ] {
            let error = read(parameters).unwrap_err();
            assert!(error.contains(part), "{parameters:?}: {error}");
        }
    }

    #[test]
    fn a_file_that_is_none_is_named() {
        let folder = tempfile::tempdir().unwrap();
        let empty = folder.path().join("empty.pem");
        std::fs::write(&empty, "no certificate\n").unwrap();
        for path in [empty, folder.path().join("missing.pem")] {
            let path = path.to_str().unwrap();
            let settings = read(&[("sslmode", "verify-full"), ("sslrootcert", path)]).unwrap();
            let error = settings.config().unwrap_err().to_string();
            assert!(error.contains(path) && error.contains("sslrootcert"), "{error}");
        }
    }
}
