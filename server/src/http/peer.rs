//! Who is at the other end of the connection.

use std::convert::Infallible;
use std::net::{IpAddr, SocketAddr};
use std::sync::Once;

use axum::extract::{ConnectInfo, FromRequestParts};
use http::header::USER_AGENT;
use http::request::Parts;
use latchkey_domain::{Actor, MemberId};
use latchkey_oauth::RequestOrigin;

use super::forwarded;
use super::request_id::RequestId;
use super::state::AppState;

/// The other end, as far as it is known.
#[derive(Clone, Debug)]
pub(super) struct Peer {
    /// Its address.
    pub(super) address: Option<IpAddr>,
    /// Its `User-Agent`.
    pub(super) user_agent: Option<String>,
    /// The id of its request.
    pub(super) request_id: String,
}

impl Peer {
    /// The peer as an actor in the audit trail.
    pub(super) fn actor(&self, member: Option<MemberId>) -> Actor {
        let RequestOrigin { address, request_id } = self.origin();
        Actor {
            member,
            address,
            request_id,
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

impl FromRequestParts<AppState> for Peer {
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
        if let Some(peer) = peer
            && forwarded::is_forwarded(&parts.headers)
            && !state.trusted_proxies.contains(peer)
        {
            warn_of_untrusted_proxy(peer);
        }
        Ok(Self {
            address: peer.map(|peer| forwarded::client(peer, &parts.headers, &state.trusted_proxies)),
            user_agent,
            request_id: request_id.unwrap_or_default(),
        })
    }
}

/// Behind an untrusted proxy all clients have the proxy's address and share its limits. Anyone can send the header,
/// so this is logged once.
fn warn_of_untrusted_proxy(peer: IpAddr) {
    static SAID: Once = Once::new();
    SAID.call_once(|| {
        tracing::warn!(
            "{peer} sent X-Forwarded-For or Forwarded, which is ignored (logged once). If it is your proxy, set \
             --trusted-proxy {peer}: until then everyone behind it shares the limits of one address"
        );
    });
}
