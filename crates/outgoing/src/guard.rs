//! Which addresses requests may go to.

use std::net::{IpAddr, SocketAddr};

use ipnet::IpNet;

use crate::OutgoingError;
use crate::special::{effective, special_use};
use crate::target::Target;

/// The networks that the operator allowed.
pub(crate) struct Guard(Vec<IpNet>);

impl Guard {
    pub(crate) fn new(allowed: Vec<IpNet>) -> Self {
        Self(allowed)
    }

    fn allows(&self, address: IpAddr) -> bool {
        let effective = effective(address);
        self.0
            .iter()
            .any(|network| network.contains(&address) || network.contains(&effective))
    }

    /// Refuses the request if one of the addresses is not allowed: a name that also leads into a private network is no
    /// mistake that should pass half of the time.
    pub(crate) fn check(&self, target: &Target, addresses: &[SocketAddr]) -> Result<(), OutgoingError> {
        let others = || {
            let all = addresses.iter().map(SocketAddr::ip);
            all.filter(|address| !self.allows(*address))
        };
        let special = others().find_map(|address| Some((address, special_use(address)?)));
        if let Some((address, kind)) = special {
            return Err(OutgoingError::NotAllowed {
                host: target.authority(),
                address: address.to_canonical(),
                kind,
            });
        }
        match others().next() {
            Some(address) if !target.is_https() => Err(OutgoingError::NotEncrypted {
                host: target.authority(),
                address,
            }),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(allowed: &[&str], url: &str, addresses: &[&str]) -> Result<(), OutgoingError> {
        let allowed = allowed.iter().map(|network| network.parse().unwrap()).collect();
        let addresses: Vec<_> = addresses
            .iter()
            .map(|address| SocketAddr::new(address.parse().unwrap(), 443))
            .collect();
        Guard::new(allowed).check(&Target::parse(url).unwrap(), &addresses)
    }

    fn is_not_allowed(checked: &Result<(), OutgoingError>) -> bool {
        matches!(checked, Err(OutgoingError::NotAllowed { .. }))
    }

    #[test]
    fn every_address_counts() {
        let url = "https://a.example";
        assert_eq!(check(&[], url, &["8.8.8.8", "2606:4700::1111"]), Ok(()));
        for addresses in [
            &["8.8.8.8", "10.0.0.1"][..],
            &["10.0.0.1", "8.8.8.8"],
            &["8.8.8.8", "::1"],
            &["8.8.8.8", "::ffff:127.0.0.1"],
        ] {
            assert!(is_not_allowed(&check(&[], url, addresses)), "{addresses:?}");
        }
        assert_eq!(check(&["10.0.0.0/8"], url, &["8.8.8.8", "10.0.0.1"]), Ok(()));
    }

    #[test]
    fn an_allowed_network_is_that_network_alone() {
        let url = "https://a.example";
        for address in ["10.1.2.3", "::ffff:10.1.2.3"] {
            assert_eq!(check(&["10.1.0.0/16"], url, &[address]), Ok(()), "{address}");
        }
        for address in ["10.2.0.1", "127.0.0.1", "169.254.169.254"] {
            assert!(
                is_not_allowed(&check(&["10.1.0.0/16"], url, &[address])),
                "{address}"
            );
        }
        assert_eq!(check(&["fd00::/8"], url, &["fd00::1"]), Ok(()));
    }

    #[test]
    fn http_is_for_allowed_networks() {
        let url = "http://a.example";
        assert!(matches!(
            check(&[], url, &["8.8.8.8"]),
            Err(OutgoingError::NotEncrypted { .. })
        ));
        assert!(matches!(
            check(&["10.0.0.0/8"], url, &["10.0.0.1", "8.8.8.8"]),
            Err(OutgoingError::NotEncrypted { .. })
        ));
        assert_eq!(check(&["10.0.0.0/8"], url, &["10.0.0.1"]), Ok(()));
        assert_eq!(check(&["8.8.8.0/24"], url, &["8.8.8.8"]), Ok(()));
    }
}
