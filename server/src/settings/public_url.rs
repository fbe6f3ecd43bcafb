//! The address that people's browsers use.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use http::Uri;
use http::uri::Authority;

/// An `http` or `https` address without a path: an origin (RFC 6454).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicUrl {
    origin: String,
    https: bool,
    host: String,
    port: u16,
}

/// Whether `host`, without a port, is a name of the browser's own machine.
fn is_loopback(host: &str) -> bool {
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

impl PublicUrl {
    /// This machine, at `port`.
    pub fn localhost(port: u16) -> Self {
        Self::of(false, "localhost".to_owned(), port)
    }

    fn of(https: bool, host: String, port: u16) -> Self {
        let scheme = if https { "https" } else { "http" };
        let origin = if port == default_port(https) {
            format!("{scheme}://{host}")
        } else {
            format!("{scheme}://{host}:{port}")
        };
        Self {
            origin,
            https,
            host,
            port,
        }
    }

    /// Scheme, host and port as in a browser's `Origin`: in lower case, without a default port.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// Whether it is `https`.
    pub fn is_https(&self) -> bool {
        self.https
    }

    /// The host, without the port.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// Whether the URL leads only to the browser's own machine.
    pub fn is_loopback(&self) -> bool {
        is_loopback(&self.host)
    }

    /// Whether a request for `authority`, the host and port in its `Host` header, is for this server. The port may be
    /// missing, as with many proxies. All names of this machine (`localhost`, `127.0.0.1`) are equal.
    pub fn is_host(&self, authority: &str) -> bool {
        // The usual case.
        if self
            .origin
            .split_once("://")
            .is_some_and(|(_, own)| own == authority)
        {
            return true;
        }
        let Some((host, port)) = split(authority) else {
            return false;
        };
        self.is_name(&host) && port.is_none_or(|port| port == self.port)
    }

    /// Whether `origin`, as browsers send it (RFC 6454 section 6.2), is this server's: scheme, host and port.
    pub fn is_origin(&self, origin: &str) -> bool {
        let (https, authority) = match origin.split_once("://") {
            Some(("https", authority)) => (true, authority),
            Some(("http", authority)) => (false, authority),
            _ => return false,
        };
        let Some((host, port)) = split(authority) else {
            return false;
        };
        https == self.https && self.is_name(&host) && port.unwrap_or(default_port(https)) == self.port
    }

    fn is_name(&self, host: &str) -> bool {
        host == self.host || (self.is_loopback() && is_loopback(host))
    }
}

impl FromStr for PublicUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = |why: &str| {
            Err(format!(
                "{why}; expected an address like https://oauth.example.org"
            ))
        };
        let Ok(uri) = text.trim().parse::<Uri>() else {
            return wrong("that is not a web address");
        };
        let https = match uri.scheme_str().map(str::to_ascii_lowercase).as_deref() {
            Some("https") => true,
            Some("http") => false,
            _ => return wrong("it has to begin with https:// or http://"),
        };
        let Some(authority) = uri.authority().filter(|authority| !authority.host().is_empty()) else {
            return wrong("it has no host");
        };
        if authority.as_str().contains('@') {
            return wrong("it must not have a user name in it");
        }
        if !matches!(uri.path(), "" | "/") || uri.query().is_some() || text.contains('#') {
            return wrong("it has to end behind the host or the port, since Latchkey has a host of its own");
        }
        let host = authority.host().to_ascii_lowercase();
        let port = match authority.port_u16() {
            Some(port) => port,
            None if authority.as_str().len() == host.len() => default_port(https),
            None => return wrong("its port is not a number from 1 to 65535"),
        };
        Ok(Self::of(https, host, port))
    }
}

fn default_port(https: bool) -> u16 {
    if https { 443 } else { 80 }
}

/// The host in lower case and the optional port; `None` if there is no valid host or a user name is present.
fn split(authority: &str) -> Option<(String, Option<u16>)> {
    let parsed: Authority = authority.parse().ok()?;
    if authority.contains('@') || parsed.host().is_empty() {
        return None;
    }
    let port = parsed.port_u16();
    let has_port = parsed.as_str().len() > parsed.host().len();
    (has_port == port.is_some()).then(|| (parsed.host().to_ascii_lowercase(), port))
}

impl fmt::Display for PublicUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.origin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_kept_as_browsers_write_origins() {
        for (text, origin) in [
            ("https://OAuth.Example.org/", "https://oauth.example.org"),
            ("https://oauth.example.org:443", "https://oauth.example.org"),
            ("HTTP://localhost:80", "http://localhost"),
            ("http://127.0.0.1:3000", "http://127.0.0.1:3000"),
            ("http://[::1]:3000/", "http://[::1]:3000"),
        ] {
            assert_eq!(text.parse::<PublicUrl>().unwrap().origin(), origin);
        }
    }

    #[test]
    fn refuses_what_is_no_origin() {
        for text in [
            "",
            "oauth.example.org",
            "ftp://a.example",
            "https://",
            "https://a.example/oauth",
            "https://a.example?x",
            "https://u@a.example",
            "https://a.example/#x",
            "https://a b.example",
            "https://a.example:99999",
        ] {
            assert!(text.parse::<PublicUrl>().is_err(), "{text}");
        }
    }

    #[test]
    fn a_host_is_this_server_s_by_its_name_and_its_port() {
        for (url, host, own) in [
            ("https://a.example", "a.example", true),
            ("https://a.example", "A.Example:443", true),
            ("https://a.example", "a.example:80", false),
            ("https://a.example", "a.example:3000", false),
            ("https://a.example", "b.a.example", false),
            ("https://a.example", "a.example.evil.example", false),
            ("https://a.example", "a.example.", false),
            ("https://a.example", "evil.example", false),
            ("https://a.example", "u@a.example", false),
            ("https://a.example", "a.example:x", false),
            ("https://a.example", "a.example:", false),
            ("https://a.example", "", false),
            ("https://a.example", "localhost", false),
            ("https://a.example:8443", "a.example:8443", true),
            ("https://a.example:8443", "a.example", true),
            ("https://a.example:8443", "a.example:443", false),
            ("http://localhost:3000", "localhost:3000", true),
            ("http://localhost:3000", "127.0.0.1:3000", true),
            ("http://localhost:3000", "[::1]:3000", true),
            ("http://localhost:3000", "127.0.0.1:3001", false),
            ("http://localhost:3000", "evil.example:3000", false),
            ("http://localhost:3000", "localhost.evil.example:3000", false),
            ("http://localhost:3000", "127.0.0.1.evil.example:3000", false),
            ("http://127.0.0.1:3000", "localhost:3000", true),
            ("http://192.168.1.5:3000", "192.168.1.5:3000", true),
            ("http://192.168.1.5:3000", "127.0.0.1:3000", false),
        ] {
            let url: PublicUrl = url.parse().unwrap();
            assert_eq!(url.is_host(host), own, "{url} and {host}");
        }
    }

    #[test]
    fn an_origin_is_this_server_s_by_all_three_parts() {
        for (url, origin, own) in [
            ("https://a.example", "https://a.example", true),
            ("https://a.example", "https://a.example:443", true),
            ("https://a.example", "http://a.example", false),
            ("https://a.example", "http://a.example:443", false),
            ("https://a.example", "https://a.example:8443", false),
            ("https://a.example:8443", "https://a.example:8443", true),
            ("https://a.example:8443", "https://a.example", false),
            ("http://a.example", "https://a.example", false),
            ("http://localhost:3000", "http://localhost:3000", true),
            ("http://localhost:3000", "http://127.0.0.1:3000", true),
            ("http://localhost:3000", "https://localhost:3000", false),
            ("http://localhost:3000", "http://localhost", false),
            ("http://localhost:3000", "http://evil.example:3000", false),
            ("http://localhost:3000", "null", false),
            ("http://localhost:3000", "", false),
        ] {
            let url: PublicUrl = url.parse().unwrap();
            assert_eq!(url.is_origin(origin), own, "{url} and {origin}");
        }
    }

    #[test]
    fn knows_this_machine() {
        assert!(PublicUrl::localhost(3000).is_loopback());
        assert_eq!(
            PublicUrl::localhost(3000),
            "http://localhost:3000".parse().unwrap()
        );
        assert_eq!(PublicUrl::localhost(80), "http://localhost".parse().unwrap());
        for (text, loopback) in [
            ("http://127.0.0.9", true),
            ("http://[::1]", true),
            ("https://a.example", false),
        ] {
            assert_eq!(text.parse::<PublicUrl>().unwrap().is_loopback(), loopback);
        }
    }
}
