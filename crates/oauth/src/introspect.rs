//! `POST /oauth/introspect` (RFC 7662): an application asks about its own tokens. For any other token, and any that
//! is not valid right now, the response only says that it is not active (section 2.2).

use latchkey_domain::{Scope, ScopeSet};
use latchkey_storage::{ActivityKind, ActivityReason, Grant};
use serde::Serialize;

use crate::access::{judge, scopes_of};
use crate::activity::ActivityRecorder;
use crate::params::Params;
use crate::token_endpoint::ClientRequest;
use crate::tokens::{Presented, ScopeLimit, TokenKind};
use crate::{AuthorizationServer, EndpointError, ErrorCode, RequestOrigin};

const PARAMETERS: &[&str] = &["token", "token_type_hint", "client_id", "client_secret"];

/// The response (section 2.2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Introspection {
    /// Whether the token is valid right now.
    pub active: bool,
    /// Details, if the token is active.
    #[serde(flatten)]
    pub token: Option<ActiveToken>,
}

/// Details of a valid token.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ActiveToken {
    /// The scopes in effect right now.
    pub scope: ScopeSet,
    /// The application that the token was issued to.
    pub client_id: String,
    /// The email address of the member who granted it, if the token may read it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// `Bearer` for an access token; a refresh token has no such type.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token_type: Option<&'static str>,
    /// When it expires, in seconds since 1970.
    pub exp: i64,
    /// When it was issued, in seconds since 1970.
    pub iat: i64,
    /// The member's number, as in userinfo.
    pub sub: String,
    /// The issuer.
    pub iss: String,
    /// The resource that the access token was asked for, if it works there only (RFC 8707 section 2.2).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub aud: Option<String>,
}

impl AuthorizationServer {
    /// Answers an introspection request. It does not count as a use of the grant.
    ///
    /// Fails with `invalid_client` for public applications: section 2.1 requires authorized callers, and a client id
    /// alone proves nothing.
    pub async fn introspect(
        &self,
        request: ClientRequest<'_>,
        origin: &RequestOrigin,
    ) -> Result<Introspection, EndpointError> {
        let mut recorder = ActivityRecorder::new(ActivityKind::TokenUse, origin);
        let result = self.answer_introspect(request, &mut recorder).await;
        if let Ok(introspection) = &result {
            self.counters().count_introspection(introspection);
        }
        self.record_result(recorder, &result).await;
        result
    }

    async fn answer_introspect(
        &self,
        request: ClientRequest<'_>,
        recorder: &mut ActivityRecorder<'_>,
    ) -> Result<Introspection, EndpointError> {
        let params = Params::new(request.form, PARAMETERS);
        let client = self.client_of(request, &params, None, recorder).await?;
        let application = &client.application;
        if !application.spec.client_type.is_confidential() {
            return Err(EndpointError::refused(
                ErrorCode::InvalidClient,
                ActivityReason::SecretMissing,
                "introspection needs a client secret, which a public application does not have",
            ));
        }
        params.check()?;
        let text = params.required("token")?;
        let inactive = Introspection {
            active: false,
            token: None,
        };
        let Ok(token) = self.token_key().read_any(text) else {
            return Ok(inactive);
        };
        let Some(grant) = self.confirmed_grant(&token).await? else {
            return Ok(inactive);
        };
        if grant.application.client_id != application.client_id {
            return Ok(inactive);
        }
        let mut token = self.describe(&token, &grant);
        if let (Some(active), Some(resource)) = (&mut token, grant.resource)
            && active.token_type.is_some()
        {
            active.aud = Some(self.resource_url(resource).await?);
        }
        Ok(Introspection {
            active: token.is_some(),
            token,
        })
    }

    /// The token's details, if it is valid right now. Only the current refresh token is: a superseded one may still
    /// be answered once more, but clients should not rely on it.
    fn describe(&self, token: &Presented, grant: &Grant) -> Option<ActiveToken> {
        let (now, lifetimes, claims) = (self.now(), self.lifetimes(), token.claims);
        let (expires_at, limit) = match token.kind {
            TokenKind::Access => (lifetimes.access_token_end(grant, claims.issued_at), claims.limit),
            TokenKind::Refresh => (
                lifetimes.refresh_token_end(grant, claims.issued_at),
                ScopeLimit::NONE,
            ),
            TokenKind::Code => return None,
        };
        let good = match token.kind {
            TokenKind::Access => judge(grant, &claims, now, lifetimes).is_ok(),
            _ => {
                grant.state.revoked.is_none()
                    && !grant.application.is_paused()
                    && !grant.member.is_suspended()
                    && (claims.generation, claims.issued_at)
                        == (grant.state.generation, grant.state.issued_at)
                    && now < expires_at
            }
        };
        let scope = scopes_of(grant, limit);
        good.then(|| ActiveToken {
            scope,
            client_id: grant.application.client_id.to_string(),
            username: scope
                .contains(Scope::ReadUserinfo)
                .then(|| grant.member.email.to_string()),
            token_type: (token.kind == TokenKind::Access).then_some("Bearer"),
            exp: expires_at.as_secs(),
            iat: claims.issued_at.as_secs(),
            sub: grant.member.id.to_string(),
            iss: self.issuer().to_owned(),
            aud: None,
        })
    }
}
