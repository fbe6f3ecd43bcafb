//! Whether an access token is valid right now: a pure rule on the grant as it was read.
//!
//! The access token of the current generation is valid for its lifetime. The token of the previous generation is too,
//! but at most until 30 seconds after the client first used the current one: requests that were under way while
//! another tab refreshed still succeed, and a copy of the old token soon becomes worthless. (Doorkeeper, which
//! clients were written for, revokes it at that first use without the 30 seconds.) Older tokens are refused.

use std::time::Duration;

use latchkey_domain::{ScopeSet, Timestamp, effective_scopes};
use latchkey_storage::Grant;

use super::error::Rejection;
use crate::Lifetimes;
use crate::tokens::{Claims, ScopeLimit};

/// How far apart two racing requests of an honest client can be.
pub(crate) const RACE: Duration = Duration::from_secs(30);

/// Judges an access token that was made for this grant.
pub(crate) fn judge(
    grant: &Grant,
    claims: &Claims,
    now: Timestamp,
    lifetimes: Lifetimes,
) -> Result<(), Rejection> {
    let state = &grant.state;
    if let Some((_, reason)) = state.revoked {
        return Err(Rejection::Revoked(reason));
    }
    if grant.application.is_paused() {
        return Err(Rejection::Paused);
    }
    if grant.member.is_suspended() {
        return Err(Rejection::Suspended);
    }
    if now >= lifetimes.grant_end(grant) {
        return Err(Rejection::Ended(lifetimes.of_grant(grant)));
    }
    if claims.generation == state.generation {
        if claims.issued_at != state.issued_at {
            return Err(Rejection::Unknown);
        }
    } else if claims.generation > state.generation {
        return Err(Rejection::Unknown);
    } else if claims.generation + 1 < state.generation
        || state.generation_used_at.is_some_and(|at| now.since(at) >= RACE)
    {
        return Err(Rejection::Superseded);
    }
    let expires_at = lifetimes.access_token_end(grant, claims.issued_at);
    if now >= expires_at {
        return Err(Rejection::Expired(now.since(expires_at)));
    }
    Ok(())
}

/// The scopes of a token limited to `limit`, as they apply right now.
pub(crate) fn scopes_of(grant: &Grant, limit: ScopeLimit) -> ScopeSet {
    let granted = limit.of(grant.scopes);
    effective_scopes(granted, grant.application.spec.scopes, grant.member.role)
}

#[cfg(test)]
mod tests {
    use latchkey_domain::{Role, Scope};
    use latchkey_storage::RevocationReason;

    use super::*;
    use crate::testing::{grant, seconds};

    fn claims(generation: u32, issued_at: Timestamp) -> Claims {
        Claims {
            grant: grant().id,
            generation,
            issued_at,
            limit: ScopeLimit::NONE,
        }
    }

    fn verdict(grant: &Grant, generation: u32, issued_at: u64, now: u64) -> Result<(), Rejection> {
        judge(
            grant,
            &claims(generation, seconds(issued_at)),
            seconds(now),
            Lifetimes::default(),
        )
    }

    #[test]
    fn the_current_token_is_good_for_an_hour() {
        let mut grant = grant();
        (grant.state.generation, grant.state.issued_at) = (3, seconds(100));
        assert_eq!(verdict(&grant, 3, 100, 100), Ok(()));
        assert_eq!(verdict(&grant, 3, 100, 3_699), Ok(()));
        assert_eq!(
            verdict(&grant, 3, 100, 3_700),
            Err(Rejection::Expired(Duration::ZERO))
        );
    }

    #[test]
    fn the_end_of_the_grant_is_the_end_of_its_tokens() {
        let (mut grant, year) = (grant(), 365 * 86_400);
        (grant.state.generation, grant.state.issued_at) = (3, seconds(year - 10));
        assert_eq!(verdict(&grant, 3, year - 10, year - 1), Ok(()));
        let ended = Err(Rejection::Ended(Duration::from_secs(year)));
        assert_eq!(verdict(&grant, 3, year - 10, year), ended);
        assert_eq!(
            verdict(&grant, 1, 0, year),
            ended,
            "whatever else is wrong with it"
        );
    }

    #[test]
    fn the_one_before_is_good_until_the_client_has_moved_on() {
        let mut grant = grant();
        (grant.state.generation, grant.state.issued_at) = (3, seconds(1_000));
        assert_eq!(verdict(&grant, 2, 100, 3_699), Ok(()));
        assert_eq!(
            verdict(&grant, 2, 100, 3_700),
            Err(Rejection::Expired(Duration::ZERO))
        );
        grant.state.generation_used_at = Some(seconds(1_001));
        assert_eq!(verdict(&grant, 2, 100, 1_030), Ok(()));
        assert_eq!(verdict(&grant, 2, 100, 1_031), Err(Rejection::Superseded));
        assert_eq!(verdict(&grant, 1, 50, 1_001), Err(Rejection::Superseded));
    }

    #[test]
    fn one_that_the_row_does_not_know_is_refused() {
        let mut grant = grant();
        (grant.state.generation, grant.state.issued_at) = (3, seconds(100));
        assert_eq!(verdict(&grant, 4, 100, 101), Err(Rejection::Unknown));
        assert_eq!(verdict(&grant, 3, 101, 101), Err(Rejection::Unknown));
        assert_eq!(verdict(&grant, u32::MAX, 100, 101), Err(Rejection::Unknown));
    }

    #[test]
    fn a_revoked_grant_a_paused_application_and_a_suspended_member_refuse_everything() {
        let mut grant = grant();
        (grant.state.generation, grant.state.issued_at) = (1, seconds(0));
        grant.member.suspended_at = Some(seconds(5));
        assert_eq!(verdict(&grant, 1, 0, 10), Err(Rejection::Suspended));
        grant.application.paused_at = Some(seconds(5));
        assert_eq!(verdict(&grant, 1, 0, 10), Err(Rejection::Paused));
        grant.state.revoked = Some((seconds(5), RevocationReason::Member));
        assert_eq!(
            verdict(&grant, 1, 0, 10),
            Err(Rejection::Revoked(RevocationReason::Member))
        );
    }

    #[test]
    fn the_scopes_are_what_all_who_have_a_say_agree_on() {
        let mut grant = grant();
        grant.scopes = "read:posts write:posts host:read:network_members"
            .parse()
            .unwrap();
        grant.application.spec.scopes = "read:posts host:read:network_members read:courses"
            .parse()
            .unwrap();
        grant.member.role = Role::Host;
        let scopes = |grant: &Grant, limit| scopes_of(grant, limit).to_string();
        assert_eq!(
            scopes(&grant, ScopeLimit::NONE),
            "host:read:network_members read:posts"
        );
        let only_posts = ScopeLimit::to(ScopeSet::from_iter([Scope::ReadPosts]));
        assert_eq!(scopes(&grant, only_posts), "read:posts");
        grant.member.role = Role::Moderator;
        assert_eq!(scopes(&grant, ScopeLimit::NONE), "read:posts");
    }
}
