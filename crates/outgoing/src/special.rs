//! Addresses that are not of the public internet.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::{Ipv4Net, Ipv6Net};

const fn v4(a: u8, b: u8, c: u8, d: u8, length: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, d), length)
}

const fn v6(first: [u16; 4], length: u8) -> Ipv6Net {
    let [a, b, c, d] = first;
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0), length)
}

const PRIVATE: &str = "in a private network";
const LOOPBACK: &str = "of this machine itself (loopback)";
const LINK: &str = "of the local link, where clouds keep the credentials of machines";
const EXAMPLE: &str = "reserved for documentation";
const GROUP: &str = "of a group (multicast)";
const RESERVED: &str = "reserved";
const TUNNEL: &str = "of a tunnel that nobody runs any more";

/// The IANA registry of IPv4 special-purpose addresses (RFC 6890 section 2.2.2), and one of a cloud.
const V4: &[(Ipv4Net, &str)] = &[
    (v4(0, 0, 0, 0, 8), "unspecified"),
    (v4(10, 0, 0, 0, 8), PRIVATE),
    (
        v4(100, 64, 0, 0, 10),
        "in the network of an internet provider or cloud (shared address space)",
    ),
    (v4(127, 0, 0, 0, 8), LOOPBACK),
    // Azure: settings and certificates of the machine, at an address that is public by its number.
    (v4(168, 63, 129, 16, 32), LINK),
    (v4(169, 254, 0, 0, 16), LINK),
    (v4(172, 16, 0, 0, 12), PRIVATE),
    (v4(192, 0, 0, 0, 24), RESERVED),
    (v4(192, 0, 2, 0, 24), EXAMPLE),
    (v4(192, 88, 99, 0, 24), TUNNEL),
    (v4(192, 168, 0, 0, 16), PRIVATE),
    (v4(198, 18, 0, 0, 15), "reserved for benchmarks"),
    (v4(198, 51, 100, 0, 24), EXAMPLE),
    (v4(203, 0, 113, 0, 24), EXAMPLE),
    (v4(224, 0, 0, 0, 4), GROUP),
    (
        v4(255, 255, 255, 255, 32),
        "for everybody in the network (broadcast)",
    ),
    (v4(240, 0, 0, 0, 4), RESERVED),
];

/// The same of IPv6 (RFC 6890 section 2.2.3), in the order in which they are looked at.
const V6: &[(Ipv6Net, &str)] = &[
    (v6([0xfc00, 0, 0, 0], 7), PRIVATE),
    (v6([0xfe80, 0, 0, 0], 10), LINK),
    (v6([0xfec0, 0, 0, 0], 10), PRIVATE),
    (v6([0xff00, 0, 0, 0], 8), GROUP),
    // NAT64 of one network, with an IPv4 address at a place that only that network knows (RFC 8215).
    (v6([0x64, 0xff9b, 1, 0], 48), PRIVATE),
    (v6([0x100, 0, 0, 0], 64), "for what is thrown away"),
    (v6([0x2001, 0xdb8, 0, 0], 32), EXAMPLE),
    (v6([0x3fff, 0, 0, 0], 20), EXAMPLE),
    // Teredo, and 6to4: both lead to the IPv4 address inside.
    (v6([0x2001, 0, 0, 0], 32), TUNNEL),
    (v6([0x2002, 0, 0, 0], 16), TUNNEL),
    (v6([0x2001, 0, 0, 0], 23), RESERVED),
];

/// All public IPv6 addresses so far (RFC 4291 section 2.4).
const PUBLIC_V6: Ipv6Net = v6([0x2000, 0, 0, 0], 3);

/// IPv4 addresses behind a NAT64 (RFC 6052 section 2.1).
const NAT64: Ipv6Net = v6([0x64, 0xff9b, 0, 0], 96);

/// What an address is for, if it is not one of the public internet. The text fits after "the address is".
pub fn special_use(address: IpAddr) -> Option<&'static str> {
    match effective(address) {
        IpAddr::V4(address) => find(V4, |network| network.contains(&address)),
        IpAddr::V6(Ipv6Addr::UNSPECIFIED) => Some("unspecified"),
        IpAddr::V6(Ipv6Addr::LOCALHOST) => Some(LOOPBACK),
        IpAddr::V6(address) => find(V6, |network| network.contains(&address))
            .or_else(|| (!PUBLIC_V6.contains(&address)).then_some(RESERVED)),
    }
}

fn find<N>(table: &[(N, &'static str)], contains: impl Fn(&N) -> bool) -> Option<&'static str> {
    table
        .iter()
        .find(|(network, _)| contains(network))
        .map(|(_, kind)| *kind)
}

/// The address that a connection reaches in the end: the IPv4 address in one that is written as IPv6 (RFC 4291 section
/// 2.5.5.2), or behind a NAT64.
pub(crate) fn effective(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(v6) if NAT64.contains(&v6) => {
            let [.., a, b, c, d] = v6.octets();
            Ipv4Addr::new(a, b, c, d).into()
        }
        address => address,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(text: &str) -> Option<&'static str> {
        special_use(text.parse().unwrap())
    }

    #[test]
    fn special_addresses() {
        for (text, part) in [
            ("0.0.0.0", "unspecified"),
            ("0.1.2.3", "unspecified"),
            ("10.0.0.1", "private"),
            ("10.255.255.255", "private"),
            ("100.64.0.1", "shared"),
            ("100.100.100.200", "shared"),
            ("100.127.255.255", "shared"),
            ("127.0.0.1", "loopback"),
            ("127.255.255.254", "loopback"),
            ("168.63.129.16", "credentials"),
            ("169.254.169.254", "credentials"),
            ("172.16.0.1", "private"),
            ("172.31.255.255", "private"),
            ("192.0.0.192", "reserved"),
            ("192.0.2.1", "documentation"),
            ("192.88.99.1", "tunnel"),
            ("192.168.1.1", "private"),
            ("198.18.0.1", "benchmarks"),
            ("198.19.255.255", "benchmarks"),
            ("198.51.100.7", "documentation"),
            ("203.0.113.7", "documentation"),
            ("224.0.0.1", "multicast"),
            ("239.255.255.255", "multicast"),
            ("240.0.0.1", "reserved"),
            ("255.255.255.255", "broadcast"),
            ("::", "unspecified"),
            ("::1", "loopback"),
            ("::7f00:1", "reserved"),
            ("::8.8.8.8", "reserved"),
            ("::ffff:127.0.0.1", "loopback"),
            ("::ffff:169.254.169.254", "credentials"),
            ("::ffff:0:10.0.0.1", "reserved"),
            ("64:ff9b::10.0.0.1", "private"),
            ("64:ff9b::169.254.169.254", "credentials"),
            ("64:ff9b:1::1", "private"),
            ("64:ff9b:1:fffe::a00:1", "private"),
            ("100::1", "thrown away"),
            ("2001::1", "tunnel"),
            ("2001:0:4136:e378:8000:63bf:3fff:fdd2", "tunnel"),
            ("2001:10::1", "reserved"),
            ("2001:db8::1", "documentation"),
            ("2002:7f00:1::", "tunnel"),
            ("2002:808:808::1", "tunnel"),
            ("3fff:1::1", "documentation"),
            ("5f00::1", "reserved"),
            ("fc00::1", "private"),
            ("fd00:ec2::254", "private"),
            ("fe80::1", "credentials"),
            ("fec0::1", "private"),
            ("ff02::1", "multicast"),
            ("4000::1", "reserved"),
        ] {
            let found = kind(text).unwrap_or_else(|| panic!("{text} counts as public"));
            assert!(found.contains(part), "{text}: {found}");
        }
    }

    #[test]
    fn public_addresses() {
        for text in [
            "1.1.1.1",
            "8.8.8.8",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "169.253.255.255",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.0",
            "192.167.255.255",
            "192.169.0.0",
            "198.17.255.255",
            "198.20.0.0",
            "223.255.255.255",
            "2001:200::1",
            "2001:4860:4860::8888",
            "2606:4700::1111",
            "2a00:1450:4001::1",
            "::ffff:8.8.8.8",
            "64:ff9b::8.8.8.8",
        ] {
            assert_eq!(kind(text), None, "{text}");
        }
    }
}
