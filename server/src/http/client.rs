//! Who is at the other end of the connection.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};

use axum::extract::{ConnectInfo, FromRequestParts};
use http::HeaderMap;
use http::header::USER_AGENT;
use http::request::Parts;
use latchkey_domain::{Actor, MemberId};
use latchkey_oauth::RequestOrigin;

use super::request_id::RequestId;
use super::state::AppState;

/// The other end, as far as it can be told.
#[derive(Clone, Debug)]
pub(super) struct Client {
    /// Its address.
    pub(super) address: Option<IpAddr>,
    /// What it calls itself.
    pub(super) user_agent: Option<String>,
    /// The id of its request.
    pub(super) request_id: String,
}

impl Client {
    /// The client as who does something, for the audit trail.
    pub(super) fn actor(&self, member: Option<MemberId>) -> Actor {
        Actor {
            member,
            address: self.address.map(|address| address.to_string()),
            request_id: Some(self.request_id.clone()),
        }
    }

    /// Where the request came from, for the application's activity.
    pub(super) fn origin(&self) -> RequestOrigin {
        RequestOrigin {
            address: self.address.map(|address| address.to_string()),
            request_id: Some(self.request_id.clone()),
        }
    }
}

impl FromRequestParts<AppState> for Client {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, Infallible> {
        let peer = parts
            .extensions
            .get::<ConnectInfo<SocketAddr>>()
            .map(|ConnectInfo(peer)| peer.ip().to_canonical());
        let user_agent = parts
            .headers
            .get(USER_AGENT)
            .map(|agent| String::from_utf8_lossy(agent.as_bytes()).into());
        let request_id = parts
            .extensions
            .get::<RequestId>()
            .map(|RequestId(id)| id.clone());
        Ok(Self {
            address: peer.map(|peer| behind_proxies(peer, &parts.headers, &state.trusted_proxies)),
            user_agent,
            request_id: request_id.unwrap_or_default(),
        })
    }
}

/// Each proxy adds the address that it was called from at the end of `X-Forwarded-For`. Read from the end, the first
/// one that is no trusted proxy is the client; what stands before it the client may have made up.
fn behind_proxies(peer: IpAddr, headers: &HeaderMap, trusted: &[IpAddr]) -> IpAddr {
    let forwarded: Vec<&str> = headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .collect();
    let mut client = peer;
    for address in forwarded.into_iter().rev() {
        if !trusted.contains(&client) {
            break;
        }
        let Ok(before) = address.trim().parse::<IpAddr>() else {
            break;
        };
        client = before.to_canonical();
    }
    client
}

#[cfg(test)]
mod tests {
    use super::*;

    fn client(peer: &str, forwarded: &str, trusted: &[&str]) -> String {
        let mut headers = HeaderMap::new();
        headers.insert("x-forwarded-for", forwarded.parse().unwrap());
        let trusted: Vec<IpAddr> = trusted.iter().map(|address| address.parse().unwrap()).collect();
        behind_proxies(peer.parse().unwrap(), &headers, &trusted).to_string()
    }

    #[test]
    fn only_trusted_proxies_are_believed() {
        assert_eq!(client("192.0.2.1", "203.0.113.9", &[]), "192.0.2.1");
        assert_eq!(client("192.0.2.1", "203.0.113.9", &["10.0.0.1"]), "192.0.2.1");
        assert_eq!(client("10.0.0.1", "203.0.113.9", &["10.0.0.1"]), "203.0.113.9");
        assert_eq!(
            client("10.0.0.1", "1.1.1.1, 203.0.113.9", &["10.0.0.1"]),
            "203.0.113.9"
        );
        assert_eq!(
            client("10.0.0.1", "203.0.113.9, 10.0.0.2", &["10.0.0.1", "10.0.0.2"]),
            "203.0.113.9"
        );
        assert_eq!(client("10.0.0.1", "nonsense", &["10.0.0.1"]), "10.0.0.1");
    }
}
