//! The address of a client behind proxies, from `X-Forwarded-For` or `Forwarded` (RFC 7239), in all formats that
//! proxies use.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use http::HeaderMap;
use http::header::FORWARDED;

use crate::settings::TrustedProxies;

const X_FORWARDED_FOR: &str = "x-forwarded-for";

/// Each proxy appends the address that called it. Reading from the end, the first address that is not a trusted proxy
/// is the client; the client may have made up anything before it.
///
/// A proxy sets one of the two headers and may pass on the other as the client sent it. `X-Forwarded-For` is far more
/// common, so `Forwarded` only counts without it.
pub(super) fn client(peer: IpAddr, headers: &HeaderMap, trusted: &TrustedProxies) -> IpAddr {
    if !trusted.contains(peer) {
        return peer;
    }
    let hops = if headers.contains_key(X_FORWARDED_FOR) {
        x_forwarded_for(headers)
    } else {
        forwarded(headers)
    };
    let mut client = peer;
    for hop in hops.into_iter().rev() {
        if !trusted.contains(client) {
            break;
        }
        // A proxy that hides the address: nothing before it can be trusted.
        let Some(hop) = hop else { break };
        client = hop;
    }
    client
}

/// Whether the request came through a proxy.
pub(super) fn is_forwarded(headers: &HeaderMap) -> bool {
    headers.contains_key(X_FORWARDED_FOR) || headers.contains_key(FORWARDED)
}

/// The hops of all `X-Forwarded-For` lines, which form one list (RFC 9110 section 5.3). Elements are read byte by
/// byte: one that is not ASCII must not hide the others.
fn x_forwarded_for(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    let lines = headers.get_all(X_FORWARDED_FOR).iter();
    lines
        .flat_map(|line| line.as_bytes().split(|byte| *byte == b','))
        .map(<[u8]>::trim_ascii)
        .filter(|element| !element.is_empty())
        .map(|element| std::str::from_utf8(element).ok().and_then(address))
        .collect()
}

/// The hops of all `Forwarded` lines: their `for` parameters.
fn forwarded(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    let mut hops = Vec::new();
    for line in headers.get_all(FORWARDED) {
        let line = String::from_utf8_lossy(line.as_bytes());
        for element in split_outside_quotes(&line, ',') {
            if element.trim().is_empty() {
                continue;
            }
            let node = split_outside_quotes(element, ';').into_iter().find_map(|pair| {
                let (name, value) = pair.split_once('=')?;
                name.trim().eq_ignore_ascii_case("for").then_some(value)
            });
            hops.push(node.and_then(address));
        }
    }
    hops
}

/// The parts of `text` between `separator`s outside quoted strings (RFC 9110 section 5.6.4).
fn split_outside_quotes(text: &str, separator: char) -> Vec<&str> {
    let mut parts = Vec::new();
    let (mut start, mut quoted, mut escaped) = (0, false, false);
    for (at, character) in text.char_indices() {
        match character {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' => quoted = !quoted,
            _ if character == separator && !quoted => {
                parts.push(&text[start..at]);
                start = at + separator.len_utf8();
            }
            _ => {}
        }
    }
    parts.push(&text[start..]);
    parts
}

/// Reads `198.51.100.7`, `198.51.100.7:51234`, `2001:db8::1`, `[2001:db8::1]`, `[2001:db8::1]:443`, each also in
/// quotes; `None` for `unknown`, an obfuscated name, and anything else.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let text = text
        .strip_prefix('"')
        .and_then(|text| text.strip_suffix('"'))
        .unwrap_or(text)
        .trim();
    let found = if let Some(rest) = text.strip_prefix('[') {
        let (address, port) = rest.split_once(']')?;
        if !port.is_empty() && !is_port(port.strip_prefix(':')?) {
            return None;
        }
        IpAddr::from(ipv6(address)?)
    } else {
        let with_port = text.split_once(':').filter(|(_, port)| is_port(port));
        let ipv4 = with_port.map_or(text, |(address, _)| address);
        match ipv4.parse::<Ipv4Addr>() {
            Ok(address) => address.into(),
            Err(_) => ipv6(text)?.into(),
        }
    };
    Some(found.to_canonical())
}

/// Drops the zone: `fe80::1%eth0` is the same neighbor on any interface.
fn ipv6(text: &str) -> Option<Ipv6Addr> {
    text.split('%').next()?.parse().ok()
}

/// RFC 7239 section 6.2 also allows obfuscated ports.
fn is_port(text: &str) -> bool {
    let hidden = text.strip_prefix('_');
    let characters = hidden.unwrap_or(text);
    !characters.is_empty()
        && characters.bytes().all(|byte| {
            byte.is_ascii_digit()
                || (hidden.is_some() && (byte.is_ascii_alphanumeric() || b"._-".contains(&byte)))
        })
}

#[cfg(test)]
mod tests {
    use http::{HeaderName, HeaderValue};

    use super::*;
    use crate::settings::TrustedProxy;

    fn from(peer: &str, headers: &[(&'static str, &[u8])], trusted: &[&str]) -> String {
        let headers = headers.iter().map(|(name, value)| {
            (
                HeaderName::from_static(name),
                HeaderValue::from_bytes(value).unwrap(),
            )
        });
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            map.append(name, value);
        }
        let trusted = trusted
            .iter()
            .map(|text| text.parse::<TrustedProxy>().unwrap())
            .collect();
        client(peer.parse().unwrap(), &map, &trusted).to_string()
    }

    fn by_x_forwarded_for(value: &str) -> String {
        from(
            "10.0.0.1",
            &[("x-forwarded-for", value.as_bytes())],
            &["10.0.0.0/24"],
        )
    }

    fn by_forwarded(value: &str) -> String {
        from("10.0.0.1", &[("forwarded", value.as_bytes())], &["10.0.0.0/24"])
    }

    #[test]
    fn every_spelling_of_an_address_is_read() {
        for (spelling, address) in [
            ("198.51.100.7", "198.51.100.7"),
            ("198.51.100.7:51234", "198.51.100.7"),
            (" 198.51.100.7 ", "198.51.100.7"),
            ("\"198.51.100.7\"", "198.51.100.7"),
            ("\"198.51.100.7:51234\"", "198.51.100.7"),
            ("2001:db8::1", "2001:db8::1"),
            ("2001:DB8:0:0::1", "2001:db8::1"),
            ("[2001:db8::1]", "2001:db8::1"),
            ("[2001:db8::1]:443", "2001:db8::1"),
            ("\"[2001:db8::1]:443\"", "2001:db8::1"),
            ("fe80::1%eth0", "fe80::1"),
            ("::ffff:198.51.100.7", "198.51.100.7"),
            ("[::ffff:198.51.100.7]:80", "198.51.100.7"),
            ("::1", "::1"),
        ] {
            assert_eq!(by_x_forwarded_for(spelling), address, "{spelling}");
            let quoted = format!("for=\"{}\"", spelling.trim().trim_matches('"'));
            assert_eq!(by_forwarded(&quoted), address, "{quoted}");
        }
    }

    #[test]
    fn what_is_no_address_ends_the_list() {
        for spelling in [
            "unknown",
            "_hidden",
            "nonsense",
            "198.51.100",
            "198.51.100.7:x",
            "[2001:db8::1",
            "[2001:db8::1]x",
            "example.com",
            "",
        ] {
            assert_eq!(by_x_forwarded_for(spelling), "10.0.0.1", "{spelling}");
            assert_eq!(
                by_x_forwarded_for(&format!("198.51.100.7, {spelling},10.0.0.2")),
                if spelling.is_empty() {
                    "198.51.100.7"
                } else {
                    "10.0.0.2"
                },
                "{spelling}"
            );
            assert_eq!(
                by_forwarded(&format!("for=\"{spelling}\"")),
                "10.0.0.1",
                "{spelling}"
            );
        }
    }

    #[test]
    fn forwarded_is_read_as_rfc_7239_writes_it() {
        for (value, address) in [
            ("for=192.0.2.60;proto=http;by=203.0.113.43", "192.0.2.60"),
            ("For=\"[2001:db8:cafe::17]:4711\"", "2001:db8:cafe::17"),
            ("proto=https ; FOR = 192.0.2.60", "192.0.2.60"),
            ("for=192.0.2.43, for=198.51.100.17", "198.51.100.17"),
            ("for=192.0.2.43, for=\"10.0.0.9:80\";host=\"a,b;c\"", "192.0.2.43"),
            ("for=192.0.2.60:_port", "192.0.2.60"),
            ("proto=https", "10.0.0.1"),
            ("for=192.0.2.43, proto=https", "10.0.0.1"),
            ("for=\"_gazonk\"", "10.0.0.1"),
            ("for=\"un,closed", "10.0.0.1"),
        ] {
            assert_eq!(by_forwarded(value), address, "{value}");
        }
    }

    #[test]
    fn several_lines_are_one_list() {
        let lines: [(&'static str, &[u8]); 2] = [
            ("x-forwarded-for", b"203.0.113.9"),
            ("x-forwarded-for", b"10.0.0.2"),
        ];
        assert_eq!(from("10.0.0.1", &lines, &["10.0.0.0/24"]), "203.0.113.9");
        let lines: [(&'static str, &[u8]); 2] = [
            ("forwarded", b"for=203.0.113.9"),
            ("forwarded", b"for=10.0.0.2, for=10.0.0.3"),
        ];
        assert_eq!(from("10.0.0.1", &lines, &["10.0.0.0/24"]), "203.0.113.9");
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        let from = |peer: &str, value: &str, trusted: &[&str]| {
            from(peer, &[("x-forwarded-for", value.as_bytes())], trusted)
        };
        assert_eq!(from("192.0.2.1", "203.0.113.9", &[]), "192.0.2.1");
        assert_eq!(from("192.0.2.1", "203.0.113.9", &["10.0.0.1"]), "192.0.2.1");
        assert_eq!(from("10.0.0.1", "203.0.113.9", &["10.0.0.1"]), "203.0.113.9");
        assert_eq!(
            from("10.0.0.1", "1.1.1.1, 203.0.113.9", &["10.0.0.1"]),
            "203.0.113.9"
        );
        assert_eq!(
            from("10.0.0.1", "203.0.113.9, 10.0.0.2", &["10.0.0.1", "10.0.0.2"]),
            "203.0.113.9"
        );
        assert_eq!(from("10.0.0.1", "nonsense", &["10.0.0.1"]), "10.0.0.1");
    }

    #[test]
    fn bytes_that_a_client_made_up_do_not_hide_what_the_proxy_added() {
        let made_up = [("x-forwarded-for", "Zoë, 203.0.113.9".as_bytes())];
        assert_eq!(from("10.0.0.1", &made_up, &["10.0.0.1"]), "203.0.113.9");
        let made_up: [(&'static str, &[u8]); 1] = [("forwarded", b"for=Zo\xEB, for=203.0.113.9")];
        assert_eq!(from("10.0.0.1", &made_up, &["10.0.0.1"]), "203.0.113.9");
        // A proxy that sets one of the two headers passes the other on.
        let both: [(&'static str, &[u8]); 2] = [
            ("forwarded", b"for=192.0.2.99"),
            ("x-forwarded-for", b"203.0.113.9"),
        ];
        assert_eq!(from("10.0.0.1", &both, &["10.0.0.1"]), "203.0.113.9");
    }
}
