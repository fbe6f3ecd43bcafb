//! Proxies that are trusted to tell the client's address.

use std::net::IpAddr;
use std::str::FromStr;

use ipnet::IpNet;
use serde::Deserialize;

/// A proxy by its address, or proxies by their network, like `172.16.0.0/12`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct TrustedProxy(IpNet);

/// All trusted proxies.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TrustedProxies(Vec<TrustedProxy>);

impl TrustedProxies {
    /// Whether `address` is a trusted proxy's.
    pub fn contains(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0
            .iter()
            .any(|TrustedProxy(network)| network.contains(&address))
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl FromIterator<TrustedProxy> for TrustedProxies {
    fn from_iter<I: IntoIterator<Item = TrustedProxy>>(proxies: I) -> Self {
        Self(proxies.into_iter().collect())
    }
}

impl FromStr for TrustedProxy {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        let network = match text.parse::<IpAddr>() {
            Ok(address) => IpNet::from(address.to_canonical()),
            Err(_) => text.parse().map_err(|_| {
                "expected the address of a proxy or a network of proxies, like 10.0.0.7, 172.16.0.0/12 or fd00::/8"
            })?,
        };
        if network.prefix_len() == 0 {
            return Err(format!(
                "{text} is every address, so that anybody could claim any address: name the network of your proxies"
            ));
        }
        Ok(Self(network))
    }
}

impl TryFrom<String> for TrustedProxy {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn proxies(texts: &[&str]) -> TrustedProxies {
        texts
            .iter()
            .map(|text| text.parse::<TrustedProxy>().unwrap())
            .collect()
    }

    fn trusts(texts: &[&str], address: &str) -> bool {
        proxies(texts).contains(address.parse().unwrap())
    }

    #[test]
    fn an_address_is_one_proxy_and_a_network_is_many() {
        assert!(trusts(&["10.0.0.7"], "10.0.0.7"));
        assert!(!trusts(&["10.0.0.7"], "10.0.0.8"));
        assert!(trusts(&["172.16.0.0/12"], "172.31.255.255"));
        assert!(trusts(&["172.18.0.2/12"], "172.16.0.1"));
        assert!(!trusts(&["172.16.0.0/12"], "172.32.0.1"));
        assert!(trusts(&["10.0.0.7", "fd00::/8"], "fd12::1"));
        assert!(!trusts(&["fd00::/8"], "2001:db8::1"));
        assert!(!trusts(&[], "127.0.0.1"));
    }

    #[test]
    fn an_ipv4_address_may_be_written_as_ipv6() {
        assert!(trusts(&["10.0.0.7"], "::ffff:10.0.0.7"));
        assert!(trusts(&["::ffff:10.0.0.7"], "10.0.0.7"));
    }

    #[test]
    fn what_is_no_network_is_refused_with_examples() {
        for wrong in [
            "",
            "proxy",
            "10.0.0",
            "10.0.0.0/33",
            "10.0.0.7:80",
            "fd00::/129",
            "localhost",
        ] {
            let error = wrong.parse::<TrustedProxy>().unwrap_err();
            assert!(error.contains("172.16.0.0/12"), "{wrong}: {error}");
        }
        for everybody in ["0.0.0.0/0", "::/0"] {
            let error = everybody.parse::<TrustedProxy>().unwrap_err();
            assert!(error.contains("every address"), "{error}");
        }
    }
}
