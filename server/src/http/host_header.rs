//! Which site a request is for. The server only answers at its public URL. Otherwise another site whose name resolves
//! to this machine (DNS rebinding) would look like this one to the browser.

use std::sync::Once;

use axum::extract::Request;
use axum::response::Response;
use http::header::HOST;

use super::failure::Failure;
use super::programs;
use crate::settings::PublicUrl;

/// Balancers and service managers may use any address for these.
const HEALTH: [&str; 2] = ["/healthz", "/readyz"];

/// The target of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Target {
    Here,
    Elsewhere,
    /// It is missing or contradictory.
    Unknown,
}

/// The response to a request for another site; `None` if it is for this one. The status is 421 (RFC 9110 section
/// 15.5.20), or 400 without a `Host`, which HTTP/1.1 requires (RFC 9112 section 3.2). `X-Forwarded-Host` is ignored,
/// since anyone can send it.
pub(super) fn refuse(public_url: &PublicUrl, request: &Request) -> Option<Response> {
    static SAID: Once = Once::new();
    let path = request.uri().path();
    let target = target(public_url, request);
    if target == Target::Here || HEALTH.contains(&path) {
        return None;
    }
    SAID.call_once(|| {
        tracing::warn!(
            host = ?request.headers().get(HOST),
            %public_url,
            "refused a request for another host (logged once). If the address is right, set --public-url to it; a proxy \
             has to pass the Host header on"
        );
    });
    let refusal = match target {
        Target::Unknown => {
            let message = "the request has no Host header, or more than one; send one";
            programs::refuse(path, Failure::BadRequest, message)
        }
        Target::Here | Target::Elsewhere => {
            let message =
                format!("the request is for another host; this server is {public_url} and nothing else");
            programs::refuse(path, Failure::Misdirected, &message)
        }
    };
    Some(refusal)
}

fn target<B>(public_url: &PublicUrl, request: &http::Request<B>) -> Target {
    // An absolute URL in the first line overrides `Host` (RFC 9112 section 3.2.2).
    let is_here = if let Some(authority) = request.uri().authority() {
        public_url.is_host(authority.as_str())
    } else {
        let mut hosts = request.headers().get_all(HOST).iter();
        let (Some(host), None) = (hosts.next(), hosts.next()) else {
            return Target::Unknown;
        };
        host.to_str().is_ok_and(|host| public_url.is_host(host))
    };
    if is_here { Target::Here } else { Target::Elsewhere }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(uri: &str, hosts: &[&str]) -> Target {
        let mut request = http::Request::get(uri);
        for host in hosts {
            request = request.header(HOST, *host);
        }
        let public_url = "https://a.example".parse().unwrap();
        target(&public_url, &request.body(()).unwrap())
    }

    #[test]
    fn the_host_header_says_where_a_request_goes() {
        assert_eq!(of("/", &["a.example"]), Target::Here);
        assert_eq!(of("/", &["evil.example"]), Target::Elsewhere);
        assert_eq!(of("/", &["ä.example"]), Target::Elsewhere);
        assert_eq!(of("/", &[]), Target::Unknown);
        assert_eq!(of("/", &["a.example", "a.example"]), Target::Unknown);
        assert_eq!(of("/", &["a.example", "evil.example"]), Target::Unknown);
    }

    #[test]
    fn an_absolute_address_counts_before_the_header() {
        assert_eq!(of("http://a.example/", &["evil.example"]), Target::Here);
        assert_eq!(of("http://evil.example/", &["a.example"]), Target::Elsewhere);
        assert_eq!(of("https://a.example:443/", &[]), Target::Here);
    }
}
