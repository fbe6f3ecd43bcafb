//! The exchange of a code (RFC 6749 section 4.1.3, RFC 7636 section 4.6, RFC 9700 section 4.5).
//!
//! A second use of a code revokes what the first one issued (RFC 6749 section 4.1.2). A use is a request that would
//! have succeeded had it come first: from the application that the code was issued to, which authenticated, with the
//! right redirect URI and verifier. What falls short of that is refused for what is wrong with it and revokes nothing,
//! or whoever finds an old code in a log could disconnect the member. A client that sends the same request again since
//! the answer was lost is no exception: a thief would look the same.

use std::sync::Arc;
use std::time::Duration;

use latchkey_domain::{Application, ClientId, RedirectUri, Timestamp};
use latchkey_storage::{Grant, GrantChange, GrantState, RevocationReason};
use secrecy::{ExposeSecret, SecretString};
use thiserror::Error;

use super::request::CodeRequest;
use super::response::TokenResponse;
use crate::access::{reason_words, time_words};
use crate::activity::Trail;
use crate::pkce::{self, VerifierError};
use crate::tokens::{Presented, ScopeLimit, TokenKey, TokenKind, Unreadable};
use crate::{AuthorizationServer, EndpointError, ErrorCode};

/// Why a code is not exchanged.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
enum Refusal {
    #[error("`code` is not good: {0}")]
    Unreadable(#[from] Unreadable),
    #[error("the code is no longer known: it expired long ago, or the member was removed or disconnected")]
    Unknown,
    #[error("the code was issued to another application")]
    OtherApplication,
    #[error("`redirect_uri` is missing; send the one of the authorization request again")]
    RedirectUriMissing,
    #[error(
        "`redirect_uri` is not the one of the authorization request; both have to be the same, to the letter"
    )]
    RedirectUriMismatch,
    #[error("{0}")]
    Verifier(#[from] VerifierError),
    #[error("what the code was issued for was revoked: {}", reason_words(*.0))]
    Revoked(RevocationReason),
    #[error("the code was used before; all tokens that were issued for it are revoked now")]
    Replayed,
    #[error("the code was issued for a trial in the API explorer, and only that can exchange it")]
    Trial,
    #[error("the code expired {} ago; exchange it right after the redirect", time_words(*.0))]
    Expired(Duration),
}

impl From<Refusal> for EndpointError {
    fn from(refusal: Refusal) -> Self {
        let code = match refusal {
            Refusal::RedirectUriMissing | Refusal::Verifier(VerifierError::Missing) => {
                ErrorCode::InvalidRequest
            }
            _ => ErrorCode::InvalidGrant,
        };
        Self::refused(code, refusal.to_string())
    }
}

/// What is to happen.
#[derive(Debug, PartialEq, Eq)]
enum Verdict {
    Redeem(GrantState),
    Replay(GrantState),
    Refuse(Refusal),
}

/// A try to exchange a code: all that the decision depends on, but for the grant.
struct Attempt {
    key: TokenKey,
    code: Presented,
    client_id: ClientId,
    is_public: bool,
    redirect_uri: Option<String>,
    code_verifier: Option<SecretString>,
    is_trial: bool,
    now: Timestamp,
}

impl Attempt {
    fn judge(&self, grant: &Grant) -> Verdict {
        if let Err(refusal) = self.fits(grant) {
            return Verdict::Refuse(refusal);
        }
        let state = &grant.state;
        match state.revoked {
            // Whether or not that was recorded meanwhile.
            Some((_, RevocationReason::CodeExpired)) => return Verdict::Refuse(self.expired(grant)),
            Some((_, reason)) => return Verdict::Refuse(Refusal::Revoked(reason)),
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

    fn expired(&self, grant: &Grant) -> Refusal {
        Refusal::Expired(self.now.since(grant.code_expires_at))
    }

    /// Whether the request is the one that the code was issued for.
    fn fits(&self, grant: &Grant) -> Result<(), Refusal> {
        if !self.key.confirms(&self.code, grant) {
            return Err(Refusal::Unknown);
        }
        if grant.application.client_id != self.client_id {
            return Err(Refusal::OtherApplication);
        }
        if grant.is_trial && !self.is_trial {
            return Err(Refusal::Trial);
        }
        self.check_redirect_uri(grant)?;
        let (challenge, verifier) = (grant.code_challenge.as_deref(), self.code_verifier.as_ref());
        pkce::verify(
            challenge,
            verifier.map(ExposeSecret::expose_secret),
            self.is_public,
        )?;
        Ok(())
    }

    /// RFC 6749 section 4.1.3. Where the authorization request left it out, a client that sends it all the same (most
    /// libraries do) must at least send one that is registered: the code went to the only one there was.
    ///
    /// Clients of OAuth 2.1 do not send it at all (section 10.2 of the draft). They have to be let through where a code
    /// challenge does the same better: it ties the code to who asked for it. What is sent is always checked.
    fn check_redirect_uri(&self, grant: &Grant) -> Result<(), Refusal> {
        match (&grant.requested_redirect_uri, &self.redirect_uri) {
            (Some(_), None) if grant.code_challenge.is_none() => Err(Refusal::RedirectUriMissing),
            (Some(requested), Some(sent)) if requested != sent => Err(Refusal::RedirectUriMismatch),
            (None, Some(sent))
                if !grant
                    .application
                    .spec
                    .redirect_uris
                    .iter()
                    .any(|uri| uri.as_str() == sent) =>
            {
                Err(Refusal::RedirectUriMismatch)
            }
            _ => Ok(()),
        }
    }
}

impl AuthorizationServer {
    /// Exchanges a code for the first pair of tokens. Of two that race with the same code exactly one gets it, and what
    /// it got is revoked by the other.
    pub(super) async fn exchange_code(
        &self,
        request: CodeRequest,
        application: &Application,
        trail: &mut Trail<'_>,
    ) -> Result<TokenResponse, EndpointError> {
        let code = self
            .token_key()
            .read(TokenKind::Code, request.code.expose_secret())
            .map_err(Refusal::from)?;
        let id = code.claims.grant;
        let attempt = Arc::new(Attempt {
            key: self.token_key(),
            code,
            client_id: application.client_id.clone(),
            is_public: !application.spec.client_type.is_confidential(),
            redirect_uri: request.redirect_uri,
            code_verifier: request.code_verifier,
            is_trial: trail.is_trial,
            now: self.now(),
        });
        let decide = {
            let attempt = Arc::clone(&attempt);
            move |grant: &Grant| match attempt.judge(grant) {
                Verdict::Redeem(state) | Verdict::Replay(state) => GrantChange::Set(state),
                Verdict::Refuse(_) => GrantChange::Keep,
            }
        };
        let (before, after) = self
            .store()
            .change_grant(id, Box::new(decide))
            .await?
            .ok_or(Refusal::Unknown)?;
        match attempt.judge(&before) {
            Verdict::Redeem(_) => {
                self.tally().codes_exchanged.add();
                let response = TokenResponse::of(
                    &after,
                    ScopeLimit::NONE,
                    &self.token_key(),
                    attempt.now,
                    self.lifetimes(),
                );
                trail.member = Some(after.member.id);
                trail.message = Some(format!(
                    "Exchanged a code for tokens with {}.",
                    scope_words(&response)
                ));
                Ok(response)
            }
            Verdict::Replay(_) => {
                self.tally().code_replays.add();
                trail.is_alarm = true;
                trail.member = Some(before.member.id);
                Err(Refusal::Replayed.into())
            }
            Verdict::Refuse(refusal) => {
                // Another application has no business to learn which member it was.
                if before.application.client_id == application.client_id {
                    trail.member = Some(before.member.id);
                    trail.message = detail(&refusal, &before, &attempt);
                }
                Err(refusal.into())
            }
        }
    }
}

/// What only the integrator is told.
fn detail(refusal: &Refusal, grant: &Grant, attempt: &Attempt) -> Option<String> {
    let (Refusal::RedirectUriMismatch, Some(sent)) = (refusal, &attempt.redirect_uri) else {
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

/// What a pair of tokens may do, in a sentence.
pub(super) fn scope_words(response: &TokenResponse) -> String {
    if response.scope.is_empty() {
        "no scope that is still permitted".to_owned()
    } else {
        response.scope.to_string()
    }
}

#[cfg(test)]
#[path = "authorization_code_tests.rs"]
mod tests;
