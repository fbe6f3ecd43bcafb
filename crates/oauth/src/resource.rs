//! `resource`: what a token is asked for (RFC 8707). The network has one resource so far, the Headless API.
//!
//! A token that is asked for with it works there and nowhere else, one without works as before, and so does one for the whole
//! server, by its issuer. What is kept is which resource was meant, not its URL: the token still works when the network gets
//! another slug.

use latchkey_storage::{ActivityReason, Resource, StoreError};
use thiserror::Error;

use crate::authorize::{RedirectCode, RedirectError};
use crate::params::{ParamError, Params, RESOURCE};
use crate::{AuthorizationServer, EndpointError, ErrorCode, description};

/// Why a resource cannot be asked for.
#[derive(Debug, Error)]
pub(crate) enum ResourceError {
    #[error(transparent)]
    Parameter(#[from] ParamError),
    #[error("`resource` was `{sent}`, which {problem}; send exactly `{known}`, or leave `resource` out")]
    Target {
        sent: String,
        problem: &'static str,
        known: String,
    },
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// What is wrong with a URI that names no resource of this network. It has to be absolute and without a fragment (section 2).
fn problem(uri: &str) -> &'static str {
    let is_scheme = |scheme: &str| {
        scheme.starts_with(|first: char| first.is_ascii_alphabetic())
            && scheme
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
    };
    if !uri.split_once(':').is_some_and(|(scheme, _)| is_scheme(scheme)) {
        "is not an absolute URI"
    } else if uri.contains('#') {
        "has a fragment"
    } else {
        "is not a resource of this network"
    }
}

impl AuthorizationServer {
    /// The URL of the Headless API, with the slug or the number of the network.
    fn headless_api(&self, network: &str) -> String {
        format!("{}/networks/{network}/graphql", self.issuer())
    }

    /// The URL of a resource as in its metadata.
    pub(crate) async fn resource_url(&self, resource: Resource) -> Result<String, StoreError> {
        let Resource::HeadlessApi = resource;
        Ok(self.headless_api(self.store().network().await?.slug.as_str()))
    }

    /// The resource that a request names; `None` if it names none, or the whole server, as the metadata at the root does. It
    /// may name several (section 2), and each has to be one of this network. They are compared as text, but for a slash at the
    /// end: clients add or remove one.
    pub(crate) async fn requested_resource(
        &self,
        params: &Params<'_>,
    ) -> Result<Option<Resource>, ResourceError> {
        let named = params.all(RESOURCE)?;
        if named.is_empty() {
            return Ok(None);
        }
        let network = self.store().network().await?;
        let [known, by_number] =
            [network.slug.to_string(), network.id.to_string()].map(|network| self.headless_api(&network));
        let bare = |uri: &str| uri.strip_suffix('/').unwrap_or(uri).to_owned();
        let is_known = |uri: &str| [self.issuer(), &known, &by_number].contains(&bare(uri).as_str());
        match named.iter().find(|uri| !is_known(uri)) {
            None if named.iter().any(|uri| bare(uri) == self.issuer()) => Ok(None),
            None => Ok(Some(Resource::HeadlessApi)),
            Some(uri) => Err(ResourceError::Target {
                sent: description::quoted(uri, 300),
                problem: problem(uri),
                known,
            }),
        }
    }
}

impl From<ResourceError> for RedirectError {
    fn from(error: ResourceError) -> Self {
        match error {
            ResourceError::Parameter(error) => error.into(),
            ResourceError::Store(error) => error.into(),
            ResourceError::Target { .. } => Self::new(
                RedirectCode::InvalidTarget,
                ActivityReason::ResourceUnknown,
                error.to_string(),
            ),
        }
    }
}

impl From<ResourceError> for EndpointError {
    fn from(error: ResourceError) -> Self {
        match error {
            ResourceError::Parameter(error) => error.into(),
            ResourceError::Store(error) => error.into(),
            ResourceError::Target { .. } => Self::refused(
                ErrorCode::InvalidTarget,
                ActivityReason::ResourceUnknown,
                error.to_string(),
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_wrong_with_a_uri() {
        for (uri, words) in [
            ("networks/1/graphql", "is not an absolute URI"),
            ("/networks/1/graphql", "is not an absolute URI"),
            ("//net.example/graphql", "is not an absolute URI"),
            ("1a:b", "is not an absolute URI"),
            ("https://net.example/graphql#", "has a fragment"),
            ("https://net.example/graphql#a", "has a fragment"),
            ("https://net.example", "is not a resource of this network"),
            ("urn:net", "is not a resource of this network"),
        ] {
            assert_eq!(problem(uri), words, "{uri}");
        }
    }
}
