//! `GET /.well-known/openid-configuration` (OpenID Connect Discovery section 3).

use latchkey_domain::IdTokenAlgorithm;
use serde::Serialize;

use super::logout;
use crate::{AuthorizationServer, AuthorizationServerMetadata};

/// The metadata of the authorization server, and what OpenID Connect adds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[allow(missing_docs)] // Each member is its name in the standard.
pub struct OpenIdMetadata {
    #[serde(flatten)]
    pub oauth: AuthorizationServerMetadata,
    pub jwks_uri: String,
    /// OpenID Connect RP-Initiated Logout section 2.1.
    pub end_session_endpoint: String,
    pub subject_types_supported: [&'static str; 1],
    pub id_token_signing_alg_values_supported: [IdTokenAlgorithm; 2],
    pub claim_types_supported: [&'static str; 1],
    pub claims_supported: [&'static str; 18],
    pub claims_parameter_supported: bool,
    pub request_parameter_supported: bool,
    /// The standard says that it is, unless this says otherwise.
    pub request_uri_parameter_supported: bool,
}

impl AuthorizationServer {
    /// The metadata of the OpenID Provider.
    pub fn openid_metadata(&self) -> OpenIdMetadata {
        OpenIdMetadata {
            oauth: self.metadata(),
            jwks_uri: format!("{}/oauth/jwks", self.issuer()),
            end_session_endpoint: format!("{}{}", self.issuer(), logout::PATH),
            subject_types_supported: ["public"],
            id_token_signing_alg_values_supported: IdTokenAlgorithm::ALL,
            claim_types_supported: ["normal"],
            claims_supported: [
                "iss",
                "sub",
                "aud",
                "exp",
                "iat",
                "auth_time",
                "amr",
                "nonce",
                "at_hash",
                "name",
                "given_name",
                "family_name",
                "preferred_username",
                "picture",
                "updated_at",
                "email",
                "email_verified",
                "groups",
            ],
            claims_parameter_supported: false,
            request_parameter_supported: false,
            request_uri_parameter_supported: false,
        }
    }
}
