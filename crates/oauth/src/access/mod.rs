//! Checks the access token of a request for a protected resource (RFC 6750): userinfo, the Headless API.

mod bearer;
mod error;
mod judge;

use std::time::Duration;

use latchkey_domain::{Scope, ScopeSet, Timestamp};
use latchkey_storage::{ActivityKind, Grant, GrantChange, Resource};

pub use self::error::AccessError;
pub(crate) use self::error::{Rejection, duration_text, reason_text};
pub(crate) use self::judge::{RACE, judge, scopes_of};
use crate::activity::{ActivityRecorder, NamedClient};
use crate::activity_limit::Event;
use crate::tokens::{Claims, Presented, TokenKind};
use crate::{AuthorizationServer, RequestOrigin};

/// Precision of a grant's last use. Coarse, so that using a token does not write a row each time.
const LAST_USED_GRAIN: Duration = Duration::from_secs(60);

/// What a valid access token gives access to, and for whom.
#[derive(Clone, Debug)]
pub struct Access {
    /// Who the token acts for.
    pub subject: Subject,
    /// The scopes that apply right now.
    pub scopes: ScopeSet,
    /// When the token was issued.
    pub issued_at: Timestamp,
    /// When it expires.
    pub expires_at: Timestamp,
}

/// Who an access token acts for. A grant type without a member (RFC 6749 section 4.4) becomes another variant: the
/// compiler then points to all code that serves members and has to refuse it.
#[derive(Clone, Debug)]
pub enum Subject {
    /// The member of this grant; application and member are current.
    Member(Grant),
}

impl Access {
    /// Fails with `insufficient_scope` unless the token has `scope`.
    pub fn require(&self, scope: Scope) -> Result<(), AccessError> {
        if self.scopes.contains(scope) {
            Ok(())
        } else {
            Err(AccessError::InsufficientScope(scope))
        }
    }
}

impl AuthorizationServer {
    /// Checks the value of a request's `Authorization` header and records that the grant was used. `at` is the resource that
    /// the request is for; `None` for userinfo, for which no token is asked alone.
    ///
    /// A forged token is refused without a query, a valid one costs a lookup by primary key. It writes only if the
    /// token is the first of its generation to be used (rotation depends on that, so it is on disk before the request
    /// continues), or if the last recorded use is over a minute old.
    pub async fn verify_access(
        &self,
        authorization: Option<&str>,
        at: Option<Resource>,
        origin: &RequestOrigin,
    ) -> Result<Access, AccessError> {
        let text = bearer::token(authorization)?;
        let token = self
            .token_key()
            .read(TokenKind::Access, text)
            .map_err(Rejection::Unreadable)?;
        let mut grant = self.confirmed_grant(&token).await?.ok_or(Rejection::Gone)?;
        let now = self.now();
        let verdict_on = |grant: &Grant| {
            judge(grant, &token.claims, now, self.lifetimes())?;
            // RFC 8707 section 2: a token that was asked for with a resource works there and nowhere else.
            match grant.resource {
                Some(_) if grant.resource != at => Err(Rejection::OtherResource),
                _ => Ok(()),
            }
        };
        let mut verdict = verdict_on(&grant);
        if verdict.is_ok() && note_use(&grant, &token.claims, now) != GrantChange::Keep {
            let claims = token.claims;
            let change = self.store().change_grant(
                token.claims.grant,
                Box::new(move |grant| note_use(grant, &claims, now)),
            );
            // It may have been rotated or revoked between the lookup and the write.
            (_, grant) = change.await?.ok_or(Rejection::Gone)?;
            verdict = verdict_on(&grant);
        }
        if let Err(rejection) = verdict {
            self.record_rejection(&grant, rejection, now, origin).await;
            return Err(rejection.into());
        }
        Ok(Access {
            scopes: scopes_of(&grant, token.claims.limit),
            issued_at: token.claims.issued_at,
            expires_at: self.lifetimes().access_token_end(&grant, token.claims.issued_at),
            subject: Subject::Member(grant),
        })
    }

    /// The grant that a token was made for, if it still exists and its salt confirms the token.
    pub(crate) async fn confirmed_grant(
        &self,
        token: &Presented,
    ) -> Result<Option<Grant>, latchkey_storage::StoreError> {
        let grant = self.store().grant(token.claims.grant).await?;
        Ok(grant.filter(|grant| self.token_key().confirms(token, grant)))
    }

    async fn record_rejection(
        &self,
        grant: &Grant,
        rejection: Rejection,
        now: Timestamp,
        origin: &RequestOrigin,
    ) {
        if self
            .0
            .activity_limit
            .admits(Event::OfGrant(grant.id, rejection.id()), now)
        {
            let mut recorder = ActivityRecorder::new(ActivityKind::TokenUse, origin);
            recorder.client = NamedClient::known(&grant.application.client_id);
            recorder.member = Some(grant.member.id);
            self.record_failure(recorder, rejection.reason(), &rejection.to_string())
                .await;
        }
    }
}

/// How a use of this token changes its grant.
fn note_use(grant: &Grant, claims: &Claims, now: Timestamp) -> GrantChange {
    let mut state = grant.state.clone();
    if state.revoked.is_some() {
        return GrantChange::Keep;
    }
    let first_of_generation = claims.generation == state.generation && state.generation_used_at.is_none();
    if first_of_generation {
        state.generation_used_at = Some(now);
    }
    if first_of_generation
        || state
            .last_used_at
            .is_none_or(|last| now >= last.plus(LAST_USED_GRAIN))
    {
        state.last_used_at = Some(now);
        return GrantChange::Set(state);
    }
    GrantChange::Keep
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::{grant, seconds};
    use crate::tokens::ScopeLimit;

    fn claims(generation: u32) -> Claims {
        Claims {
            grant: grant().id,
            generation,
            issued_at: seconds(0),
            limit: ScopeLimit::NONE,
        }
    }

    #[test]
    fn the_first_use_of_a_generation_is_noted_and_then_one_a_minute() {
        let mut grant = grant();
        grant.state.generation = 2;
        grant.state.last_used_at = Some(seconds(0));
        let GrantChange::Set(used) = note_use(&grant, &claims(2), seconds(1)) else {
            panic!("not noted")
        };
        assert_eq!(
            (used.generation_used_at, used.last_used_at),
            (Some(seconds(1)), Some(seconds(1)))
        );
        grant.state = used;
        assert_eq!(note_use(&grant, &claims(2), seconds(60)), GrantChange::Keep);
        let GrantChange::Set(used) = note_use(&grant, &claims(2), seconds(61)) else {
            panic!("not noted")
        };
        assert_eq!(
            (used.generation_used_at, used.last_used_at),
            (Some(seconds(1)), Some(seconds(61)))
        );
    }

    #[test]
    fn the_use_of_an_older_token_is_no_use_of_the_current_generation() {
        let mut grant = grant();
        grant.state.generation = 2;
        grant.state.last_used_at = Some(seconds(0));
        assert_eq!(note_use(&grant, &claims(1), seconds(59)), GrantChange::Keep);
        let GrantChange::Set(used) = note_use(&grant, &claims(1), seconds(60)) else {
            panic!("not noted")
        };
        assert_eq!(used.generation_used_at, None);
    }
}
