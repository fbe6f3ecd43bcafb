//! A refresh (RFC 6749 section 6, RFC 9700 section 4.14). What becomes of it is the rule of [`super::rotation`].
//!
//! `scope` may narrow the access token: the scopes stand inside it, under its tags. The refresh token that comes with it
//! keeps all that was granted, as section 6 wants.

use std::sync::Arc;
use std::time::Duration;

use latchkey_domain::{Application, ClientId, ScopeSet, Timestamp};
use latchkey_storage::{Grant, GrantChange, RevocationReason};
use secrecy::ExposeSecret;
use thiserror::Error;

use super::authorization_code::scope_words;
use super::request::RefreshRequest;
use super::response::TokenResponse;
use super::rotation::{self, Rotation, Terms};
use crate::access::{reason_words, time_words};
use crate::activity::Trail;
use crate::throttle::Event;
use crate::tokens::{Presented, ScopeLimit, TokenKey, TokenKind, Unreadable};
use crate::{AuthorizationServer, EndpointError, ErrorCode, Lifetimes};

/// Why tokens are not refreshed.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
enum Refusal {
    #[error("`refresh_token` is not good: {0}")]
    Unreadable(#[from] Unreadable),
    #[error(
        "what the refresh token stood for is gone: the member was removed or disconnected the application"
    )]
    Gone,
    #[error("the refresh token was issued to another application")]
    OtherApplication,
    #[error("the refresh token was revoked: {}", reason_words(*.0))]
    Revoked(RevocationReason),
    #[error(
        "this refresh token was replaced by a newer one that is in use, so a copy of it may be in other hands; all \
         tokens of this grant are revoked now. Keep the newest refresh token only, and authorize again"
    )]
    Theft,
    #[error("the refresh token expired; authorize again")]
    Expired,
    #[error("a trial in the API explorer is not refreshed; start another one")]
    Trial,
    #[error("the authorization ended: it lasts {}, however often its tokens are refreshed; authorize again", time_words(*.0))]
    Ended(Duration),
    #[error(
        "the refresh token is none that this server remembers, as after restoring a backup; authorize again"
    )]
    Unknown,
    #[error("`scope` has {0}, which was not granted; leave `scope` out for all that was granted")]
    Scope(ScopeSet),
}

impl From<Refusal> for EndpointError {
    fn from(refusal: Refusal) -> Self {
        let code = match refusal {
            Refusal::Scope(_) => ErrorCode::InvalidScope,
            _ => ErrorCode::InvalidGrant,
        };
        Self::refused(code, refusal.to_string())
    }
}

/// A try to refresh: all that the decision depends on, but for the grant.
struct Attempt {
    key: TokenKey,
    token: Presented,
    client_id: ClientId,
    scope: Option<ScopeSet>,
    now: Timestamp,
    lifetimes: Lifetimes,
}

impl Attempt {
    /// What becomes of the refresh, or why nothing does.
    fn judge(&self, grant: &Grant) -> Result<Rotation, Refusal> {
        if !self.key.confirms(&self.token, grant) {
            return Err(Refusal::Gone);
        }
        if grant.application.client_id != self.client_id {
            return Err(Refusal::OtherApplication);
        }
        if grant.is_trial {
            return Err(Refusal::Trial);
        }
        if grant.state.revoked.is_none() && self.now >= self.lifetimes.grant_end(grant) {
            return Err(Refusal::Ended(self.lifetimes.of_grant(grant)));
        }
        let terms = Terms {
            refresh_lifetime: self.lifetimes.refresh_token().duration(),
            lost_answer_grace: self.lifetimes.lost_answer_grace(),
        };
        let rotation = rotation::decide(&grant.state, &self.token.claims, self.now, terms);
        // A request that asks for too much leaves the pair as it is, but theft stays theft.
        let excess = self.scope.unwrap_or_default().without(grant.scopes);
        match rotation {
            Rotation::Rotate(_) | Rotation::Repeat(_) if !excess.is_empty() => Err(Refusal::Scope(excess)),
            Rotation::Revoked(reason) => Err(Refusal::Revoked(reason)),
            Rotation::Expired => Err(Refusal::Expired),
            Rotation::Unknown => Err(Refusal::Unknown),
            rotation => Ok(rotation),
        }
    }

    fn change(&self, grant: &Grant) -> GrantChange {
        match self.judge(grant) {
            Ok(Rotation::Rotate(state) | Rotation::Repeat(state) | Rotation::Theft(state)) => {
                GrantChange::Set(state)
            }
            _ => GrantChange::Keep,
        }
    }
}

impl AuthorizationServer {
    /// Answers with the next pair of tokens, or with the last one again where its answer may not have arrived.
    pub(super) async fn refresh(
        &self,
        request: RefreshRequest,
        application: &Application,
        trail: &mut Trail<'_>,
    ) -> Result<TokenResponse, EndpointError> {
        let text = request.refresh_token.expose_secret();
        let token = self
            .token_key()
            .read(TokenKind::Refresh, text)
            .map_err(Refusal::from)?;
        let id = token.claims.grant;
        let attempt = Arc::new(Attempt {
            key: self.token_key(),
            token,
            client_id: application.client_id.clone(),
            scope: request.scope,
            now: self.now(),
            lifetimes: self.lifetimes(),
        });
        let decide = {
            let attempt = Arc::clone(&attempt);
            move |grant: &Grant| attempt.change(grant)
        };
        let (before, after) = self
            .store()
            .change_grant(id, Box::new(decide))
            .await?
            .ok_or(Refusal::Gone)?;
        // Another application has no business to learn which member it was.
        if before.application.client_id == application.client_id {
            trail.member = Some(before.member.id);
        }
        let rotation = attempt.judge(&before)?;
        if matches!(rotation, Rotation::Theft(_)) {
            self.tally().refresh_replays.add();
            trail.is_alarm = true;
            return Err(Refusal::Theft.into());
        }
        self.tally().refreshes.add();
        let limit = attempt.scope.map_or(ScopeLimit::NONE, ScopeLimit::to);
        let response = TokenResponse::of(&after, limit, &self.token_key(), attempt.now, self.lifetimes());
        trail.message = match rotation {
            Rotation::Repeat(_) => self.0.throttle.admits(Event::OfGrant(id, "repeat"), attempt.now).then(|| {
                "Answered a refresh with the same pair of tokens again: two requests raced, or an answer was lost."
                    .to_owned()
            }),
            // Later ones would push everything else out of the list.
            _ => (after.state.generation == 2).then(|| {
                format!(
                    "Refreshed tokens with {} for the first time; later refreshes that work are not listed.",
                    scope_words(&response)
                )
            }),
        };
        Ok(response)
    }
}
