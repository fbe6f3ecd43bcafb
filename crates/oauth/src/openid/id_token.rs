//! What is in an ID token (OpenID Connect Core section 2).

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use latchkey_domain::{Scope, ScopeSet, Timestamp};
use latchkey_storage::{Grant, Proof, StoreError};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::MemberClaims;
use super::keys::SigningKeySet;
use crate::{AuthorizationServer, lifetimes};

#[derive(Serialize)]
struct IdToken<'a> {
    iss: &'a str,
    sub: String,
    aud: &'a str,
    exp: i64,
    iat: i64,
    auth_time: i64,
    /// How the member signed in (RFC 8176).
    #[serde(skip_serializing_if = "Option::is_none")]
    amr: Option<&'static [&'static str]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    nonce: Option<&'a str>,
    at_hash: String,
    /// Programs of today read them here and not only from userinfo (section 5.4 has them there).
    #[serde(flatten)]
    member: MemberClaims,
}

/// The left half of the access token's hash, which ties the two together (section 3.1.3.6): SHA-256 with either algorithm.
fn at_hash(access_token: &str) -> String {
    URL_SAFE_NO_PAD.encode(&Sha256::digest(access_token.as_bytes())[..16])
}

/// The names of RFC 8176 section 2. A passkey proves that somebody has a key, and that they unlocked it: two factors.
const fn amr(proof: Proof) -> &'static [&'static str] {
    match proof {
        Proof::Password => &["pwd"],
        Proof::PasswordAndCode => &["pwd", "otp", "mfa"],
        Proof::Passkey => &["pop", "user", "mfa"],
        // How somebody signed in elsewhere is not known here.
        Proof::Provider => &[],
        Proof::ProviderAndCode => &["otp"],
    }
}

/// What a grant says at a token request.
#[derive(Clone, Copy)]
pub(crate) struct Issue<'a> {
    pub(crate) access_token: &'a str,
    /// The scopes of the access token.
    pub(crate) scopes: ScopeSet,
    /// Whether it answers the authorization request itself: the `nonce` belongs to that, not to a refresh (section 12.2).
    pub(crate) is_first: bool,
    pub(crate) now: Timestamp,
}

impl AuthorizationServer {
    /// The ID token that comes with an access token; `None` without the scope `openid`.
    pub(crate) async fn id_token(
        &self,
        keys: &SigningKeySet,
        grant: &Grant,
        issue: Issue<'_>,
    ) -> Result<Option<String>, StoreError> {
        let Some(sign_in) = grant
            .sign_in
            .as_ref()
            .filter(|_| issue.scopes.contains(Scope::OpenId))
        else {
            return Ok(None);
        };
        let claims = IdToken {
            iss: self.issuer(),
            sub: grant.member.id.to_string(),
            aud: grant.application.client_id.as_str(),
            exp: issue.now.plus(lifetimes::ID_TOKEN).as_secs(),
            iat: issue.now.as_secs(),
            auth_time: sign_in.at.as_secs(),
            amr: sign_in.proof.map(amr),
            nonce: sign_in.nonce.as_deref().filter(|_| issue.is_first),
            at_hash: at_hash(issue.access_token),
            member: self.member_claims(grant, issue.scopes).await?,
        };
        let algorithm = grant.application.spec.id_token_algorithm;
        keys.sign(&claims, algorithm, issue.now).map(Some)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example of OpenID Connect Core appendix A.3.
    #[test]
    fn the_hash_is_that_of_the_standard() {
        assert_eq!(
            at_hash("jHkWEdUXMU1BwAsC4vtUsZwnNvTIxEl0z9K3vx5KF0Y"),
            "77QmUPtjPfzWtF2AnpK9RQ"
        );
    }
}
