//! What clients read first: the metadata of the authorization server (RFC 8414) and of its resources (RFC 9728).

use latchkey_domain::{Role, ScopeSet};
use serde::Serialize;

use crate::{AuthorizationServer, pkce, token_endpoint};

/// `GET /.well-known/oauth-authorization-server` (RFC 8414 section 2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[allow(missing_docs)] // Each member is its name in the RFC.
pub struct AuthorizationServerMetadata {
    pub issuer: String,
    pub authorization_endpoint: String,
    pub token_endpoint: String,
    pub revocation_endpoint: String,
    pub introspection_endpoint: String,
    pub userinfo_endpoint: String,
    pub scopes_supported: Vec<&'static str>,
    pub response_types_supported: [&'static str; 1],
    pub response_modes_supported: [&'static str; 1],
    pub grant_types_supported: [&'static str; token_endpoint::COUNT],
    pub token_endpoint_auth_methods_supported: [&'static str; 3],
    pub revocation_endpoint_auth_methods_supported: [&'static str; 3],
    pub introspection_endpoint_auth_methods_supported: [&'static str; 2],
    pub code_challenge_methods_supported: [&'static str; 1],
    /// RFC 9207 section 3.
    pub authorization_response_iss_parameter_supported: bool,
    /// Initiating User Registration via OIDC section 4.2, which defines it.
    pub prompt_values_supported: [&'static str; 3],
}

/// `GET /.well-known/oauth-protected-resource`, also followed by a resource's path (RFC 9728 section 2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[allow(missing_docs)] // Each member is its name in the RFC.
pub struct ProtectedResourceMetadata {
    pub resource: String,
    pub authorization_servers: [String; 1],
    pub scopes_supported: Vec<&'static str>,
    pub bearer_methods_supported: [&'static str; 1],
}

const CLIENT_AUTH_METHODS: [&str; 3] = ["client_secret_basic", "client_secret_post", "none"];

impl AuthorizationServer {
    /// The metadata of the authorization server.
    pub fn metadata(&self) -> AuthorizationServerMetadata {
        let at = |path: &str| format!("{}{path}", self.issuer());
        AuthorizationServerMetadata {
            issuer: self.issuer().to_owned(),
            authorization_endpoint: at("/oauth/authorize"),
            token_endpoint: at("/oauth/token"),
            revocation_endpoint: at("/oauth/revoke"),
            introspection_endpoint: at("/oauth/introspect"),
            userinfo_endpoint: at("/oauth/userinfo"),
            scopes_supported: ids(ScopeSet::ALL),
            response_types_supported: ["code"],
            response_modes_supported: ["query"],
            grant_types_supported: token_endpoint::GRANT_TYPES.map(|known| known.id),
            token_endpoint_auth_methods_supported: CLIENT_AUTH_METHODS,
            revocation_endpoint_auth_methods_supported: CLIENT_AUTH_METHODS,
            introspection_endpoint_auth_methods_supported: ["client_secret_basic", "client_secret_post"],
            code_challenge_methods_supported: [pkce::METHOD],
            authorization_response_iss_parameter_supported: true,
            prompt_values_supported: ["none", "login", "consent"],
        }
    }

    /// The metadata of the resource at `path` (starting with a slash; empty for the whole server). Clients request
    /// all of its scopes (RFC 9728 section 2), so it lists those that every member can grant and that open anything. Host scopes are only in
    /// the metadata of the authorization server, for clients that need them.
    pub fn protected_resource_metadata(&self, path: &str) -> ProtectedResourceMetadata {
        ProtectedResourceMetadata {
            resource: format!("{}{path}", self.issuer()),
            authorization_servers: [self.issuer().to_owned()],
            scopes_supported: ids(Role::Member.grantable_scopes().without(ScopeSet::SIGN_IN)),
            bearer_methods_supported: ["header"],
        }
    }
}

fn ids(scopes: ScopeSet) -> Vec<&'static str> {
    scopes.iter().map(latchkey_domain::Scope::id).collect()
}
