//! The definition of a grant type, and helpers that this server's grant types share.

use std::future::Future;
use std::pin::Pin;

use latchkey_domain::scope::{RequestedScopes, ScopeError};
use latchkey_domain::{Application, ScopeSet};
use latchkey_storage::{ActivityKind, Grant, Resource};

use super::response::TokenResponse;
use crate::activity::ActivityRecorder;
use crate::narrowing::NothingLeft;
use crate::params::Params;
use crate::{AuthorizationServer, EndpointError, ErrorCode};

/// A grant type (RFC 6749 section 1.3).
pub(crate) struct GrantType {
    /// The value of `grant_type`.
    pub(crate) id: &'static str,
    /// The parameters besides `grant_type` and the client's credentials.
    pub(super) parameters: &'static [&'static str],
    /// The kind of its entries in the application's activity.
    pub(super) activity: ActivityKind,
    /// The parameter whose token identifies a public application without `client_id`.
    pub(super) identified_by: Option<&'static str>,
    /// Reads the parameters and answers. The application is authenticated and not paused.
    pub(super) issue: for<'a, 'r> fn(TokenRequest<'a, 'r>) -> Issuing<'a>,
}

/// The input of a grant type.
pub(super) struct TokenRequest<'a, 'r> {
    pub(super) server: &'a AuthorizationServer,
    pub(super) params: &'a Params<'a>,
    pub(super) application: &'a Application,
    pub(super) recorder: &'a mut ActivityRecorder<'r>,
}

/// The future of a token response.
pub(super) type Issuing<'a> = Pin<Box<dyn Future<Output = Result<TokenResponse, EndpointError>> + Send + 'a>>;

/// The words for a request that [may not name](may_name) its resource.
pub(super) const RESOURCE_NOT_GRANTED: &str =
    "`resource` was not in the authorization request; name it in the link, too, or leave it out";

/// Whether a token request may name this resource, or none: it may name no more than the authorization request did (RFC 8707
/// section 2.2).
pub(super) fn may_name(resource: Option<Resource>, grant: &Grant) -> bool {
    resource.is_none() || resource == grant.resource
}

/// The scopes that a request names; `None` if it names none. White space alone counts as missing, as at the authorization
/// endpoint, and what is unknown is left out as there, unless nothing else is named.
pub(super) fn scope(params: &Params<'_>) -> Result<Option<ScopeSet>, EndpointError> {
    let requested = RequestedScopes::read(params.get("scope")?.unwrap_or_default());
    let requested = requested.and_then(|RequestedScopes { known, unknown }| match unknown.first() {
        Some(word) if known.is_empty() => Err(ScopeError::Unknown(word.clone())),
        _ => Ok((!known.is_empty()).then_some(known)),
    });
    requested.map_err(|error| {
        let NothingLeft {
            reason, description, ..
        } = error.into();
        EndpointError::refused(ErrorCode::InvalidScope, reason, description)
    })
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;

    /// Reads these parameters of a request; `known` are the endpoint's parameters.
    pub(in crate::token_endpoint) fn read<T>(
        pairs: &[(&str, &str)],
        known: &[&'static str],
        read: impl Fn(&Params<'_>) -> Result<T, EndpointError>,
    ) -> Result<T, EndpointError> {
        let pairs: Vec<_> = pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        read(&Params::new(&pairs, known))
    }

    pub(in crate::token_endpoint) fn refusal<T>(result: Result<T, EndpointError>) -> (ErrorCode, String) {
        let error = result.err().expect("a refusal");
        (error.code(), error.description().to_owned())
    }
}
