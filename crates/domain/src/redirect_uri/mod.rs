//! Where an application may be sent back to (RFC 6749 section 3.1.2, RFC 8252 section 7, RFC 9700 section 4.1).

mod difference;
mod error;
mod list;
mod schemes;

use std::fmt;
use std::str::FromStr;

use fluent_uri::Uri;
use fluent_uri::component::{Authority, Host};
use serde::{Deserialize, Serialize};

pub use self::difference::difference;
pub use self::error::RedirectUriError;
pub use self::list::{LineError, RedirectUris, RedirectUrisError};
use self::schemes::Use;
use crate::text::is_invisible;

/// The most characters that a redirect URI can have.
pub const MAX_LENGTH: usize = 2_048;

/// A redirect URI that is safe to register: absolute, no fragment, wildcard or credentials; `https` anywhere, `http` on
/// the machine itself, or a private-use scheme. It is kept as typed, since it is compared as a string.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RedirectUri {
    text: String,
    kind: Kind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Kind {
    Web,
    /// `http` on the machine itself: the port is free (RFC 8252 section 7.3). That section names `127.0.0.1` and `[::1]`;
    /// most command-line programs open a random port on `localhost`, which is the same machine (section 8.3).
    Loopback,
    PrivateUse,
}

impl RedirectUri {
    /// The URI as it was typed.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it has a private-use scheme, as native applications have (RFC 8252 section 7.1).
    pub fn is_private_use(&self) -> bool {
        self.kind == Kind::PrivateUse
    }

    /// Whether it leads to the machine that the browser runs on.
    pub fn is_loopback(&self) -> bool {
        self.kind == Kind::Loopback
    }

    /// What a person recognises it by: the host (with its port), or the scheme of a private-use URI.
    pub fn host(&self) -> &str {
        let (scheme, rest) = self.text.split_once(':').unwrap_or(("", &self.text));
        match rest.strip_prefix("//") {
            Some(rest) if self.kind != Kind::PrivateUse => rest.split(['/', '?']).next().unwrap_or(rest),
            _ => scheme,
        }
    }

    /// Whether only the query tells it from `other`: what would match (see [`matches`](Self::matches)) without one.
    pub fn differs_only_in_query(&self, other: &Self) -> bool {
        let (own, others) = (split_query(&self.text), split_query(&other.text));
        own.1 != others.1 && self.is_like(other, own.0, others.0)
    }

    /// Whether it leads to the same place as `other`: the same host and port, the port being free where both are the same
    /// name of the machine itself; or the same private-use scheme.
    pub fn has_same_origin(&self, other: &Self) -> bool {
        let port_free = |uri: &Self| {
            let host = uri.host().to_ascii_lowercase();
            match uri.kind {
                Kind::Web => host.strip_suffix(":443").unwrap_or(&host).to_owned(),
                Kind::Loopback => without_port(&format!("http://{host}")).0.to_owned(),
                Kind::PrivateUse => host,
            }
        };
        self.kind == other.kind && port_free(self) == port_free(other)
    }

    /// Whether two texts, parts of this URI and of `other` that begin with the scheme, are alike but for a free port.
    fn is_like(&self, other: &Self, own: &str, others: &str) -> bool {
        own == others
            || (self.kind == Kind::Loopback
                && other.kind == Kind::Loopback
                && without_port(own) == without_port(others))
    }

    /// Whether `requested`, as an authorization request names it, is this URI: the same string, but for the port where
    /// both are the same name of the machine itself.
    pub fn matches(&self, requested: &str) -> bool {
        if self.text == requested {
            return true;
        }
        self.kind == Kind::Loopback
            && requested.parse::<Self>().is_ok_and(|other| {
                other.kind == Kind::Loopback && without_port(&other.text) == without_port(&self.text)
            })
    }
}

/// The part before the query, and the query.
fn split_query(uri: &str) -> (&str, Option<&str>) {
    uri.split_once('?')
        .map_or((uri, None), |(before, query)| (before, Some(query)))
}

/// A loopback URI without its port: the parts before and after it.
fn without_port(uri: &str) -> (&str, &str) {
    let host_start = uri.find("//").map_or(0, |at| at + 2);
    let host_end = uri[host_start..]
        .find(['/', '?'])
        .map_or(uri.len(), |at| host_start + at);
    let address_end = match uri[host_start..host_end].find(']') {
        Some(bracket) => host_start + bracket + 1,
        None => uri[host_start..host_end]
            .find(':')
            .map_or(host_end, |colon| host_start + colon),
    };
    (&uri[..address_end], &uri[host_end..])
}

impl FromStr for RedirectUri {
    type Err = RedirectUriError;

    fn from_str(text: &str) -> Result<Self, RedirectUriError> {
        let kind = check(text)?;
        Ok(Self {
            text: text.to_owned(),
            kind,
        })
    }
}

/// The rules, from what a person is most likely to have done wrong to the finer points.
fn check(text: &str) -> Result<Kind, RedirectUriError> {
    use RedirectUriError as Wrong;

    if text.is_empty() {
        return Err(Wrong::Empty);
    }
    let length = text.chars().count();
    if length > MAX_LENGTH {
        return Err(Wrong::TooLong { length });
    }
    if let Some((character, position)) = text.chars().zip(1..).find(|(c, _)| !c.is_ascii_graphic()) {
        let is_seen = !character.is_whitespace()
            && !is_invisible(character)
            && !matches!(character, '\u{FE00}'..='\u{FE0F}');
        return Err(if is_seen {
            Wrong::NotAscii { character, position }
        } else {
            let code = character.into();
            Wrong::Blank { code, position }
        });
    }
    if text.contains('*') {
        return Err(Wrong::Wildcard);
    }
    if text.contains('#') {
        return Err(Wrong::Fragment);
    }
    if text.contains('\\') {
        return Err(Wrong::Malformed {
            detail: "a backslash is not allowed".into(),
        });
    }
    let Some((scheme, _)) = text.split_once(':') else {
        return Err(not_absolute(text));
    };
    let uri = Uri::parse(text).map_err(|error| {
        if scheme.contains(['/', '?', '.', '[']) && !scheme.contains("://") && !is_scheme(scheme) {
            not_absolute(text)
        } else {
            Wrong::Malformed {
                detail: error.to_string(),
            }
        }
    })?;
    no_reserved_parameters(&uri)?;
    match scheme.to_ascii_lowercase().as_str() {
        "https" => {
            web_authority(&uri)?;
            Ok(Kind::Web)
        }
        "http" if is_loopback(web_authority(&uri)?) => Ok(Kind::Loopback),
        "http" => Err(Wrong::PlainHttp),
        "urn" if text.to_ascii_lowercase().contains("oauth:2.0:oob") => Err(Wrong::OutOfBand),
        // It parses as a scheme; what was meant is plain.
        "localhost" => Err(not_absolute(text)),
        scheme => match schemes::of(scheme) {
            Use::Free => private_use(&uri),
            Use::Dangerous => Err(Wrong::DangerousScheme {
                scheme: scheme.into(),
            }),
            Use::Taken => Err(Wrong::TakenScheme {
                scheme: scheme.into(),
            }),
            Use::Mistyped => Err(Wrong::MistypedScheme {
                scheme: scheme.into(),
            }),
        },
    }
}

fn not_absolute(text: &str) -> RedirectUriError {
    RedirectUriError::NotAbsolute {
        instead: completed(text),
    }
}

/// The address that lost its scheme, if it is plain which: `http` for the machine itself, `https` for others.
fn completed(text: &str) -> Option<String> {
    let rest = text.strip_prefix("//").unwrap_or(text);
    let host = rest.split(['/', '?']).next().unwrap_or(rest);
    let name = if host.starts_with("[::1]") {
        "[::1]"
    } else {
        host.split(':').next().unwrap_or(host)
    };
    let is_here = matches!(name, "127.0.0.1" | "[::1]") || name.eq_ignore_ascii_case("localhost");
    if !is_here && !name.contains('.') {
        return None;
    }
    let whole = format!("{}://{rest}", if is_here { "http" } else { "https" });
    check(&whole).is_ok().then_some(whole)
}

fn is_scheme(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'))
}

/// The authority of an `http` or `https` URI, checked, and its path.
fn web_authority<'uri>(uri: &'uri Uri<&str>) -> Result<Authority<'uri>, RedirectUriError> {
    use RedirectUriError as Wrong;

    let authority = uri.authority().ok_or(Wrong::NoHost)?;
    if authority.has_userinfo() {
        return Err(Wrong::Credentials);
    }
    let host = authority.host();
    if host.is_empty() {
        return Err(Wrong::NoHost);
    }
    match authority.host_parsed() {
        Host::RegName(name) => {
            let name = name.as_str();
            let labels = name.strip_suffix('.').unwrap_or(name);
            let valid = labels.split('.').all(|label| {
                !label.is_empty()
                    && label
                        .chars()
                        .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
            });
            // Browsers read a host of numbers as an IPv4 address in any of its odd spellings: `127.1`, `0x7f.0.0.1`.
            let numeric = labels.rsplit('.').next().is_some_and(|last| {
                last.chars().all(|c| c.is_ascii_digit()) || last.starts_with("0x") || last.starts_with("0X")
            });
            if !valid || numeric {
                return Err(Wrong::BadHost {
                    host: host.to_owned(),
                });
            }
        }
        Host::Ipv4 { .. } | Host::Ipv6 { .. } => {}
        Host::IpvFuture { .. } => {
            return Err(Wrong::BadHost {
                host: host.to_owned(),
            });
        }
    }
    if authority.has_port() && !matches!(authority.port_to_u16(), Ok(Some(1..))) {
        return Err(Wrong::BadPort);
    }
    no_dot_segments(uri.path().as_str())?;
    Ok(authority)
}

fn is_loopback(authority: Authority<'_>) -> bool {
    let host = authority.host();
    matches!(host, "127.0.0.1" | "[::1]") || host.eq_ignore_ascii_case("localhost")
}

fn private_use(uri: &Uri<&str>) -> Result<Kind, RedirectUriError> {
    use RedirectUriError as Wrong;

    if uri.authority().is_some_and(|authority| authority.has_userinfo()) {
        return Err(Wrong::Credentials);
    }
    // `example.com:8080/cb` is a web address that lost its `https://`, not a scheme.
    let path = uri.path().as_str();
    if uri.authority().is_none() && path.starts_with(|c: char| c.is_ascii_digit()) {
        return Err(not_absolute(uri.as_str()));
    }
    if uri
        .authority()
        .is_none_or(|authority| authority.as_str().is_empty())
        && matches!(path, "" | "/" | "//")
    {
        return Err(Wrong::NoPath);
    }
    no_dot_segments(path)?;
    Ok(Kind::PrivateUse)
}

/// Browsers resolve `.` and `..` (also when percent-encoded), and would go elsewhere than what was compared.
fn no_dot_segments(path: &str) -> Result<(), RedirectUriError> {
    if path.split('/').any(is_dots) {
        Err(RedirectUriError::DotSegments)
    } else {
        Ok(())
    }
}

fn is_dots(segment: &str) -> bool {
    let rest = behind_dot(segment).map(|rest| behind_dot(rest).unwrap_or(rest));
    rest.is_some_and(str::is_empty)
}

fn behind_dot(text: &str) -> Option<&str> {
    [".", "%2e", "%2E"].iter().find_map(|dot| text.strip_prefix(dot))
}

/// What an answer adds to the query. Each occurs once there (RFC 6749 section 3.1), or it would be unclear which counts.
const RESERVED: [&str; 6] = ["code", "state", "iss", "error", "error_description", "error_uri"];

fn no_reserved_parameters(uri: &Uri<&str>) -> Result<(), RedirectUriError> {
    let Some(query) = uri.query() else {
        return Ok(());
    };
    let mut names = query
        .split('&')
        .map(|pair| pair.split_once('=').map_or(pair, |(name, _)| name));
    match names.find_map(|name| {
        let name = name.decode().to_string_lossy();
        RESERVED.into_iter().find(|reserved| *reserved == name)
    }) {
        Some(name) => Err(RedirectUriError::ReservedParameter { name: name.into() }),
        None => Ok(()),
    }
}

impl TryFrom<String> for RedirectUri {
    type Error = RedirectUriError;

    fn try_from(text: String) -> Result<Self, RedirectUriError> {
        text.parse()
    }
}

impl From<RedirectUri> for String {
    fn from(uri: RedirectUri) -> Self {
        uri.text
    }
}

impl fmt::Display for RedirectUri {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests;
