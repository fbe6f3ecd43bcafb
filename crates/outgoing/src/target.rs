//! Where a URL leads.

use std::net::SocketAddr;

use http::Uri;
use rustls::pki_types::ServerName;
use url::{Host, Position, Url};

use crate::{OutgoingError, Resolve};

/// A URL that a request can go to. Numbers as host, in any spelling, are addresses here (`http://2130706433` is
/// `http://127.0.0.1`).
pub(crate) struct Target {
    url: Url,
    host: Host<String>,
    port: u16,
}

impl Target {
    pub(crate) fn parse(text: &str) -> Result<Self, OutgoingError> {
        let wrong = |why| Err(OutgoingError::Url(why));
        let Ok(url) = Url::parse(text) else {
            return wrong("it cannot be read");
        };
        if !matches!(url.scheme(), "https" | "http") {
            return wrong("it does not start with https://");
        }
        if !url.username().is_empty() || url.password().is_some() {
            return wrong("it has a user name or password");
        }
        let (Some(host), Some(port)) = (url.host(), url.port_or_known_default()) else {
            return wrong("it has no host");
        };
        Ok(Self {
            host: host.to_owned(),
            port,
            url,
        })
    }

    pub(crate) fn is_https(&self) -> bool {
        self.url.scheme() == "https"
    }

    /// The host alone.
    pub(crate) fn name(&self) -> String {
        self.host.to_string()
    }

    /// Host, and port if it is not the usual one: for the header `Host` and for people.
    pub(crate) fn authority(&self) -> String {
        self.url[Position::BeforeHost..Position::AfterPort].to_owned()
    }

    /// Path and query, as a request has them.
    pub(crate) fn path(&self) -> Result<Uri, OutgoingError> {
        let path = &self.url[Position::BeforePath..Position::AfterQuery];
        path.parse()
            .map_err(|_| OutgoingError::Url("its path cannot be read"))
    }

    /// The host that a `Location` of its answer points to.
    pub(crate) fn host_of(&self, location: &str) -> Option<String> {
        let to = self.url.join(location).ok()?;
        to.host().map(|host| host.to_string())
    }

    /// The name that the certificate must have; `None` without TLS.
    pub(crate) fn tls_name(&self) -> Result<Option<ServerName<'static>>, OutgoingError> {
        if !self.is_https() {
            return Ok(None);
        }
        let name = match &self.host {
            Host::Domain(name) => ServerName::try_from(name.trim_end_matches('.').to_owned())
                .map_err(|_| OutgoingError::Url("its host is no name that a certificate can have"))?,
            Host::Ipv4(address) => ServerName::from(std::net::IpAddr::V4(*address)),
            Host::Ipv6(address) => ServerName::from(std::net::IpAddr::V6(*address)),
        };
        Ok(Some(name))
    }

    /// All addresses of the host, of which there is at least one.
    pub(crate) async fn addresses(&self, resolve: &dyn Resolve) -> Result<Vec<SocketAddr>, OutgoingError> {
        let name = match &self.host {
            Host::Ipv4(address) => return Ok(vec![SocketAddr::new((*address).into(), self.port)]),
            Host::Ipv6(address) => return Ok(vec![SocketAddr::new((*address).into(), self.port)]),
            Host::Domain(name) => name,
        };
        let found = match resolve.resolve(name).await {
            Ok(found) if found.is_empty() => Err("the name has no address".to_owned()),
            Ok(found) => Ok(found),
            Err(error) => Err(error.to_string()),
        };
        let found = found.map_err(|why| OutgoingError::Resolve {
            host: self.authority(),
            why,
        })?;
        Ok(found
            .into_iter()
            .map(|address| SocketAddr::new(address, self.port))
            .collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_any_spelling_are_addresses() {
        for text in [
            "http://127.0.0.1/",
            "http://2130706433/",
            "http://0x7f000001/",
            "http://0x7f.1/",
            "http://0177.0.0.1/",
            "http://017700000001/",
            "http://127.1/",
            "http://127.0.1/",
            "http://127.0.0.1./",
            "http://１２７.0.0.1/",
            "http://%31%32%37.0.0.1/",
        ] {
            let target = Target::parse(text).unwrap();
            assert_eq!(target.name(), "127.0.0.1", "{text}");
            assert!(matches!(target.host, Host::Ipv4(_)), "{text}");
        }
        assert_eq!(
            Target::parse("https://[::ffff:7f00:1]/").unwrap().name(),
            "[::ffff:7f00:1]"
        );
    }

    #[test]
    fn other_urls_are_refused() {
        for text in [
            "",
            "login.example.com",
            "ftp://a.example/",
            "file:///etc/passwd",
            "gopher://a.example/",
            "https://user@a.example/",
            "https://user:secret@a.example/",
            "https://256.256.256.256/",
            "https://[fe80::1%25eth0]/",
        ] {
            assert!(Target::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_host_of_a_redirect_is_found() {
        let target = Target::parse("https://a.example:8443/x?y=1").unwrap();
        assert_eq!(target.authority(), "a.example:8443");
        assert_eq!(target.path().unwrap(), "/x?y=1");
        for (location, host) in [
            ("/y", Some("a.example")),
            ("//b.example/y", Some("b.example")),
            ("http://169.254.169.254/latest", Some("169.254.169.254")),
            ("mailto:a@b.example", None),
            ("https://", None),
        ] {
            assert_eq!(target.host_of(location).as_deref(), host, "{location}");
        }
    }
}
