//! The exchange of a code (RFC 6749 section 4.1.3, RFC 7636 section 4.6, RFC 9700 section 4.5).
//!
//! A second use of a code revokes what the first one issued (RFC 6749 section 4.1.2). Only a request that would have
//! succeeded had it come first counts as a use: from the authenticated application that the code was issued to, with
//! the right redirect URI and verifier. Any other request is refused with its own error and revokes nothing;
//! otherwise anyone who finds an old code in a log could disconnect the member. A client that repeats a request
//! because the response was lost is no exception: a thief would look the same.

use std::sync::Arc;
use std::time::Duration;

use latchkey_domain::{ClientId, RedirectUri, Timestamp};
use latchkey_storage::{
    ActivityKind, ActivityReason, Grant, GrantChange, GrantState, Resource, RevocationReason, TRACES,
};
use secrecy::{ExposeSecret, SecretString};
use thiserror::Error;
use tracing::Instrument;

use super::grant_type::{GrantType, RESOURCE_NOT_GRANTED, TokenRequest, may_name};
use super::response::TokenResponse;
use crate::access::{duration_text, reason_text};
use crate::params::Params;
use crate::pkce::{self, VerifierError};
use crate::tokens::{Presented, ScopeLimit, TokenKey, TokenKind, Unreadable};
use crate::{EndpointError, ErrorCode};

/// The grant type (RFC 6749 section 4.1).
pub(super) const GRANT_TYPE: GrantType = GrantType {
    id: "authorization_code",
    parameters: &["code", "redirect_uri", "code_verifier"],
    activity: ActivityKind::CodeExchange,
    identified_by: None,
    issue: |request| {
        let span = tracing::debug_span!(target: TRACES, "token.authorization_code");
        Box::pin(exchange(request).instrument(span))
    },
};

/// The parameters (section 4.1.3).
#[derive(Debug)]
struct CodeParameters {
    code: SecretString,
    redirect_uri: Option<String>,
    code_verifier: Option<SecretString>,
}

impl CodeParameters {
    fn read(params: &Params<'_>) -> Result<Self, EndpointError> {
        Ok(Self {
            code: params.required("code")?.into(),
            redirect_uri: params.get("redirect_uri")?.map(str::to_owned),
            code_verifier: params.get("code_verifier")?.map(SecretString::from),
        })
    }
}

/// Why a code is not exchanged.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
enum CodeRefusal {
    #[error("`code` is not valid: {0}")]
    Unreadable(#[from] Unreadable),
    #[error("the code is no longer known: it expired long ago, or the member was removed or disconnected")]
    Unknown,
    #[error("the code was issued to another application")]
    OtherApplication,
    #[error("`redirect_uri` is missing; send the one of the authorization request again")]
    RedirectUriMissing,
    #[error("`redirect_uri` is not the one of the authorization request; both must be exactly the same")]
    RedirectUriMismatch,
    #[error("{0}")]
    Verifier(#[from] VerifierError),
    #[error("{RESOURCE_NOT_GRANTED}")]
    Resource,
    #[error("what the code was issued for was revoked: {}", reason_text(*.0))]
    Revoked(RevocationReason),
    #[error("the code was used before; all tokens that were issued for it are revoked now")]
    Replayed,
    #[error("the code was issued to the API explorer, and only the explorer can exchange it")]
    ExplorerLogin,
    #[error(
        "a host of the network suspended the member; the member can authorize again when they are let in again"
    )]
    Suspended,
    #[error("the code expired {} ago; exchange it right after the redirect", duration_text(*.0))]
    Expired(Duration),
}

impl CodeRefusal {
    const fn reason(&self) -> ActivityReason {
        match self {
            Self::Unreadable(_) => ActivityReason::CodeInvalid,
            Self::Unknown | Self::Revoked(_) => ActivityReason::Revoked,
            Self::OtherApplication => ActivityReason::TokenOfAnother,
            Self::RedirectUriMissing | Self::RedirectUriMismatch => ActivityReason::RedirectUriChanged,
            Self::Verifier(error) => error.reason(),
            Self::Resource => ActivityReason::ResourceNotGranted,
            Self::Replayed => ActivityReason::CodeReused,
            Self::ExplorerLogin => ActivityReason::Explorer,
            Self::Suspended => ActivityReason::Suspended,
            Self::Expired(_) => ActivityReason::CodeExpired,
        }
    }
}

impl From<CodeRefusal> for EndpointError {
    fn from(refusal: CodeRefusal) -> Self {
        let code = match refusal {
            CodeRefusal::RedirectUriMissing | CodeRefusal::Verifier(VerifierError::Missing) => {
                ErrorCode::InvalidRequest
            }
            CodeRefusal::Resource => ErrorCode::InvalidTarget,
            _ => ErrorCode::InvalidGrant,
        };
        Self::refused(code, refusal.reason(), refusal.to_string())
    }
}

/// What to do.
#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    Redeem(GrantState),
    Replay(GrantState),
    Refuse(CodeRefusal),
}

/// An exchange: everything that the decision depends on, except the grant.
struct CodeExchange {
    key: TokenKey,
    code: Presented,
    client_id: ClientId,
    is_public: bool,
    redirect_uri: Option<String>,
    code_verifier: Option<SecretString>,
    is_explorer_login: bool,
    resource: Option<Resource>,
    now: Timestamp,
}

impl CodeExchange {
    fn judge(&self, grant: &Grant) -> Verdict {
        if let Err(refusal) = self.fits(grant) {
            return Verdict::Refuse(refusal);
        }
        if grant.member.is_suspended() {
            return Verdict::Refuse(CodeRefusal::Suspended);
        }
        let state = &grant.state;
        match state.revoked {
            // Whether or not that was recorded in the meantime.
            Some((_, RevocationReason::CodeExpired)) => return Verdict::Refuse(self.expired(grant)),
            Some((_, reason)) => return Verdict::Refuse(CodeRefusal::Revoked(reason)),
            None => {}
        }
        if state.generation > 0 {
            return Verdict::Replay(GrantState {
                revoked: Some((self.now, RevocationReason::CodeReplayed)),
                ..state.clone()
            });
        }
        if self.now >= grant.code_expires_at {
            return Verdict::Refuse(self.expired(grant));
        }
        Verdict::Redeem(GrantState {
            generation: 1,
            issued_at: self.now,
            generation_used_at: None,
            repeated_at: None,
            last_used_at: Some(self.now),
            revoked: None,
        })
    }

    fn expired(&self, grant: &Grant) -> CodeRefusal {
        CodeRefusal::Expired(self.now.since(grant.code_expires_at))
    }

    /// Whether the code was issued for this request.
    fn fits(&self, grant: &Grant) -> Result<(), CodeRefusal> {
        if !self.key.confirms(&self.code, grant) {
            return Err(CodeRefusal::Unknown);
        }
        if grant.application.client_id != self.client_id {
            return Err(CodeRefusal::OtherApplication);
        }
        if grant.is_explorer_login && !self.is_explorer_login {
            return Err(CodeRefusal::ExplorerLogin);
        }
        self.check_redirect_uri(grant)?;
        let (challenge, verifier) = (grant.code_challenge.as_deref(), self.code_verifier.as_ref());
        pkce::verify(
            challenge,
            verifier.map(ExposeSecret::expose_secret),
            self.is_public,
        )?;
        if !may_name(self.resource, grant) {
            return Err(CodeRefusal::Resource);
        }
        Ok(())
    }

    /// RFC 6749 section 4.1.3. If the authorization request had no redirect URI, a client that sends one anyway (most
    /// libraries do) must send a registered one: the code went to the only one there was.
    ///
    /// Clients of OAuth 2.1 do not send it at all (section 10.2 of the draft). That is safe with a code challenge,
    /// which binds the code to its requester. A redirect URI that is sent is always checked.
    fn check_redirect_uri(&self, grant: &Grant) -> Result<(), CodeRefusal> {
        match (&grant.requested_redirect_uri, &self.redirect_uri) {
            (Some(_), None) if grant.code_challenge.is_none() => Err(CodeRefusal::RedirectUriMissing),
            (Some(requested), Some(sent)) if requested != sent => Err(CodeRefusal::RedirectUriMismatch),
            (None, Some(sent))
                if !grant
                    .application
                    .spec
                    .redirect_uris
                    .iter()
                    .any(|uri| uri.as_str() == sent) =>
            {
                Err(CodeRefusal::RedirectUriMismatch)
            }
            _ => Ok(()),
        }
    }
}

/// Exchanges a code for the first pair of tokens. Of two racing requests with the same code exactly one gets tokens,
/// and the other revokes them.
async fn exchange(request: TokenRequest<'_, '_>) -> Result<TokenResponse, EndpointError> {
    let TokenRequest {
        server,
        params,
        application,
        recorder,
    } = request;
    let parameters = CodeParameters::read(params)?;
    let resource = server.requested_resource(params).await?;
    let signing_keys = server.signing_keys_for(application).await?;
    let code = server
        .token_key()
        .read(TokenKind::Code, parameters.code.expose_secret())
        .map_err(CodeRefusal::from)?;
    let id = code.claims.grant;
    let exchange = Arc::new(CodeExchange {
        key: server.token_key(),
        code,
        client_id: application.client_id.clone(),
        is_public: !application.spec.client_type.is_confidential(),
        redirect_uri: parameters.redirect_uri,
        code_verifier: parameters.code_verifier,
        is_explorer_login: recorder.is_explorer_login,
        resource,
        now: server.now(),
    });
    let decide = {
        let exchange = Arc::clone(&exchange);
        move |grant: &Grant| match exchange.judge(grant) {
            Verdict::Redeem(state) | Verdict::Replay(state) => GrantChange::Set(state),
            Verdict::Refuse(_) => GrantChange::Keep,
        }
    };
    let (before, after) = server
        .store()
        .change_grant(id, Box::new(decide))
        .await?
        .ok_or(CodeRefusal::Unknown)?;
    match exchange.judge(&before) {
        Verdict::Redeem(_) => {
            let response = TokenResponse::of(
                &after,
                ScopeLimit::NONE,
                &server.token_key(),
                exchange.now,
                server.lifetimes(),
            )
            .with_id_token(server, signing_keys.as_deref(), &after, (true, exchange.now))
            .await?;
            recorder.member = Some(after.member.id);
            recorder.message = Some(format!(
                "Exchanged a code for tokens with {}.",
                response.scopes_text()
            ));
            Ok(response)
        }
        Verdict::Replay(_) => {
            server.counters().code_replays.add();
            recorder.is_alarm = true;
            recorder.member = Some(before.member.id);
            Err(CodeRefusal::Replayed.into())
        }
        Verdict::Refuse(refusal) => {
            // Another application must not learn which member it was.
            if before.application.client_id == application.client_id {
                recorder.member = Some(before.member.id);
                recorder.message = detail(&refusal, &before, &exchange);
            }
            Err(refusal.into())
        }
    }
}

/// Details for the integrator only.
fn detail(refusal: &CodeRefusal, grant: &Grant, exchange: &CodeExchange) -> Option<String> {
    let (CodeRefusal::RedirectUriMismatch, Some(sent)) = (refusal, &exchange.redirect_uri) else {
        return None;
    };
    let registered = || {
        grant
            .application
            .spec
            .redirect_uris
            .iter()
            .next()
            .map(RedirectUri::as_str)
    };
    let expected = grant.requested_redirect_uri.as_deref().or_else(registered)?;
    let difference = latchkey_domain::redirect_uri::difference(expected, sent);
    Some(format!(
        "redirect_uri was `{}`, in the authorization request it was `{expected}`{}",
        crate::description::quoted(sent, 300),
        difference.map(|words| format!(": {words}")).unwrap_or_default(),
    ))
}

#[cfg(test)]
#[path = "authorization_code_tests.rs"]
mod tests;
