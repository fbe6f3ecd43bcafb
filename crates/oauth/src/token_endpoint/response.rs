//! The response of the token endpoint (RFC 6749 section 5.1). The HTTP layer adds `Cache-Control: no-store`.

use latchkey_domain::{ScopeSet, Timestamp};
use latchkey_storage::{Grant, StoreError};
use serde::Serialize;

use crate::access::scopes_of;
use crate::openid::Issue;
use crate::openid::keys::SigningKeySet;
use crate::tokens::{Claims, ScopeLimit, Token, TokenKey, TokenKind};
use crate::{AuthorizationServer, Lifetimes};

/// A pair of tokens, as JSON to the client.
#[derive(Clone, Debug, Serialize)]
pub struct TokenResponse {
    /// Gives access to the resources.
    pub access_token: Token,
    /// `Bearer`.
    pub token_type: &'static str,
    /// Seconds until the access token expires: less than its lifetime if a pair is repeated or the grant ends.
    pub expires_in: u64,
    /// Gets the next pair; `None` if the grant type issues no refresh token (RFC 6749 section 4.4.3).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refresh_token: Option<Token>,
    /// The scopes of the access token.
    pub scope: ScopeSet,
    /// When the pair was issued, in seconds since 1970.
    pub created_at: i64,
    /// Who signed in, with the scope `openid` (OpenID Connect Core section 3.1.3.3).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub id_token: Option<String>,
}

impl TokenResponse {
    /// The pair of the grant's current generation. The same generation and limit always give the same pair.
    pub(super) fn of(
        grant: &Grant,
        limit: ScopeLimit,
        key: &TokenKey,
        now: Timestamp,
        lifetimes: Lifetimes,
    ) -> Self {
        let (generation, issued_at) = (grant.state.generation, grant.state.issued_at);
        let make = |kind, limit| {
            key.make(
                kind,
                &Claims {
                    grant: grant.id,
                    generation,
                    issued_at,
                    limit,
                },
                &grant.salt,
            )
        };
        Self {
            access_token: make(TokenKind::Access, limit),
            token_type: "Bearer",
            expires_in: lifetimes.access_token_end(grant, issued_at).since(now).as_secs(),
            // The refresh token keeps all granted scopes (section 6).
            refresh_token: Some(make(TokenKind::Refresh, ScopeLimit::NONE)),
            scope: scopes_of(grant, limit),
            created_at: issued_at.as_secs(),
            id_token: None,
        }
    }

    /// The same with an ID token, if the grant has one. `is_first`: whether it answers an exchange, not a refresh.
    pub(super) async fn with_id_token(
        mut self,
        server: &AuthorizationServer,
        keys: Option<&SigningKeySet>,
        grant: &Grant,
        (is_first, now): (bool, Timestamp),
    ) -> Result<Self, StoreError> {
        if let Some(keys) = keys {
            let issue = Issue {
                access_token: self.access_token.expose(),
                scopes: self.scope,
                is_first,
                now,
            };
            self.id_token = server.id_token(keys, grant, issue).await?;
        }
        Ok(self)
    }

    /// The scopes as text for a sentence.
    pub(super) fn scopes_text(&self) -> String {
        if self.scope.is_empty() {
            "no scope that is still permitted".to_owned()
        } else {
            self.scope.to_string()
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use latchkey_domain::Scope;

    use super::*;
    use crate::testing::{grant, seconds};

    fn response(limit: ScopeLimit, now: Timestamp) -> serde_json::Value {
        let mut grant = grant();
        (grant.state.generation, grant.state.issued_at) = (2, seconds(10));
        let response = TokenResponse::of(&grant, limit, &TokenKey::new(&[1; 32]), now, Lifetimes::default());
        serde_json::to_value(response).unwrap()
    }

    #[test]
    fn has_the_members_that_clients_expect() {
        let mut json = response(ScopeLimit::NONE, seconds(10));
        let text = |json: &serde_json::Value| json.as_str().unwrap().to_owned();
        assert!(text(&json["access_token"].take()).starts_with("lk_at_"));
        assert!(text(&json["refresh_token"].take()).starts_with("lk_rt_"));
        assert_eq!(
            json,
            serde_json::json!({
                "access_token": null,
                "token_type": "Bearer",
                "expires_in": 3600,
                "refresh_token": null,
                "scope": "read:posts write:posts",
                "created_at": 1_700_000_010,
            })
        );
    }

    #[test]
    fn a_pair_answered_again_is_the_same_with_less_time_left() {
        let (first, again) = (
            response(ScopeLimit::NONE, seconds(10)),
            response(ScopeLimit::NONE, seconds(20)),
        );
        assert_eq!(first["access_token"], again["access_token"]);
        assert_eq!(first["refresh_token"], again["refresh_token"]);
        assert_eq!(first["created_at"], again["created_at"]);
        assert_eq!(again["expires_in"], 3590);
        let late = response(ScopeLimit::NONE, seconds(10).plus(Duration::from_secs(999_999)));
        assert_eq!(late["expires_in"], 0);
    }

    #[test]
    fn a_narrowed_access_token_comes_with_a_full_refresh_token() {
        let narrow = ScopeLimit::to([Scope::ReadPosts].into_iter().collect());
        let (full, narrowed) = (
            response(ScopeLimit::NONE, seconds(10)),
            response(narrow, seconds(10)),
        );
        assert_eq!(narrowed["scope"], "read:posts");
        assert_ne!(full["access_token"], narrowed["access_token"]);
        assert_eq!(full["refresh_token"], narrowed["refresh_token"]);
    }

    #[test]
    fn does_not_print_its_tokens() {
        let response = TokenResponse::of(
            &grant(),
            ScopeLimit::NONE,
            &TokenKey::new(&[1; 32]),
            seconds(0),
            Lifetimes::default(),
        );
        assert!(!format!("{response:?}").contains("lk_"));
    }
}
