//! The address that people's browsers use.

use std::fmt;
use std::net::IpAddr;
use std::str::FromStr;

use http::Uri;
use serde::Deserialize;

/// An `http` or `https` address without a path: an origin (RFC 6454).
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct PublicUrl {
    origin: String,
    https: bool,
    host: String,
}

impl PublicUrl {
    /// This machine, at `port`.
    pub fn localhost(port: u16) -> Self {
        let port = if port == 80 {
            String::new()
        } else {
            format!(":{port}")
        };
        Self {
            origin: format!("http://localhost{port}"),
            https: false,
            host: "localhost".into(),
        }
    }

    /// Scheme, host and port as a browser's `Origin` has them: in lower case, without a default port.
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

    /// Whether the address leads nowhere but to the machine that the browser runs on.
    pub fn is_loopback(&self) -> bool {
        let address = self.host.trim_matches(['[', ']']).parse::<IpAddr>();
        self.host == "localhost" || address.is_ok_and(|address| address.is_loopback())
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
        let default = if https { 443 } else { 80 };
        let port = match authority.port_u16() {
            Some(port) if port != default => format!(":{port}"),
            Some(_) => String::new(),
            None if authority.as_str().len() == host.len() => String::new(),
            None => return wrong("its port is not a number from 1 to 65535"),
        };
        let scheme = if https { "https" } else { "http" };
        Ok(Self {
            origin: format!("{scheme}://{host}{port}"),
            https,
            host,
        })
    }
}

impl TryFrom<String> for PublicUrl {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
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
