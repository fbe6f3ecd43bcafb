//! Refresh token rotation (RFC 9700 section 4.14.2) that spares honest clients and still catches thieves: a pure rule.
//!
//! A grant has a current generation g. Presenting g's refresh token rotates to g + 1. Presenting that of g - 1 answers
//! with generation g's pair again, the same one, in the two cases in which an honest client does that: its rotation is
//! under 30 seconds old (two tabs raced), or nothing of generation g was used yet, neither its access nor its refresh
//! token (the answer was lost). In every other case a superseded refresh token is a sign of theft: two parties hold
//! what one should, and since nobody can tell which is the honest one, all tokens of the grant are revoked.

use std::time::Duration;

use latchkey_domain::Timestamp;
use latchkey_store::{GrantState, RevocationReason};

use crate::access::RACE;
use crate::tokens::Claims;

/// What becomes of a refresh.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Rotation {
    /// The next generation begins: store this state and answer with its pair.
    Rotate(GrantState),
    /// Answer with the current generation's pair, which was issued before.
    Repeat,
    /// A superseded token: store this state, in which the grant is revoked, and refuse.
    Theft(GrantState),
    /// The grant was revoked before.
    Revoked(RevocationReason),
    /// The refresh token is too old.
    Expired,
    /// The token is none that the grant remembers issuing, as after restoring a backup.
    Unknown,
}

/// Decides what becomes of a refresh token that was made for the grant in this state.
pub(crate) fn decide(
    state: &GrantState,
    presented: &Claims,
    now: Timestamp,
    refresh_lifetime: Duration,
) -> Rotation {
    if let Some((_, reason)) = state.revoked {
        return Rotation::Revoked(reason);
    }
    if now >= presented.issued_at.plus(refresh_lifetime) {
        return Rotation::Expired;
    }
    // A code is generation 0, which has no refresh token.
    if presented.generation == 0 {
        return Rotation::Unknown;
    }
    match state.generation.checked_sub(presented.generation) {
        Some(0) if presented.issued_at == state.issued_at => match state.generation.checked_add(1) {
            Some(generation) => Rotation::Rotate(GrantState {
                generation,
                issued_at: now,
                generation_used_at: None,
                last_used_at: Some(now),
                revoked: None,
            }),
            None => Rotation::Expired,
        },
        Some(1) if state.generation_used_at.is_none() || now.since(state.issued_at) < RACE => {
            Rotation::Repeat
        }
        Some(1..) => Rotation::Theft(GrantState {
            revoked: Some((now, RevocationReason::RefreshTokenReplayed)),
            ..state.clone()
        }),
        Some(0) | None => Rotation::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::testing::{grant, seconds};
    use crate::tokens::ScopeLimit;

    const LIFETIME: Duration = Duration::from_secs(90 * 86_400);

    /// A grant in generation 5, which was issued at second 1,000.
    fn state(used_at: Option<u64>) -> GrantState {
        GrantState {
            generation: 5,
            issued_at: seconds(1_000),
            generation_used_at: used_at.map(seconds),
            last_used_at: Some(seconds(1_000)),
            revoked: None,
        }
    }

    fn claims(generation: u32, issued_at: u64) -> Claims {
        Claims {
            grant: grant().id,
            generation,
            issued_at: seconds(issued_at),
            limit: ScopeLimit::NONE,
        }
    }

    fn present(state: &GrantState, generation: u32, now: u64) -> Rotation {
        let issued_at = if generation == state.generation {
            1_000
        } else {
            500
        };
        decide(state, &claims(generation, issued_at), seconds(now), LIFETIME)
    }

    #[test]
    fn the_current_token_rotates_whether_or_not_its_generation_was_used() {
        for used_at in [None, Some(1_001)] {
            let Rotation::Rotate(next) = present(&state(used_at), 5, 2_000) else {
                panic!("no rotation")
            };
            assert_eq!(
                next,
                GrantState {
                    generation: 6,
                    issued_at: seconds(2_000),
                    generation_used_at: None,
                    last_used_at: Some(seconds(2_000)),
                    revoked: None,
                }
            );
        }
    }

    #[test]
    fn two_tabs_that_race_get_the_same_pair_even_when_one_has_used_it() {
        for now in [1_000, 1_001, 1_029] {
            assert_eq!(present(&state(Some(1_000)), 4, now), Rotation::Repeat, "{now}");
        }
    }

    #[test]
    fn a_lost_answer_is_given_again_however_late() {
        for now in [1_000, 1_030, 100_000, 7_000_000] {
            assert_eq!(present(&state(None), 4, now), Rotation::Repeat, "{now}");
        }
    }

    #[test]
    fn a_superseded_token_is_theft_once_the_next_was_used_and_the_race_is_over() {
        for now in [1_030, 5_000] {
            let Rotation::Theft(after) = present(&state(Some(1_001)), 4, now) else {
                panic!("no theft at {now}")
            };
            assert_eq!(
                after.revoked,
                Some((seconds(now), RevocationReason::RefreshTokenReplayed))
            );
            assert_eq!(after.generation, 5);
        }
    }

    #[test]
    fn a_token_two_or_more_generations_old_is_theft_always() {
        for used_at in [None, Some(1_001)] {
            for generation in 1..=3 {
                assert!(matches!(
                    present(&state(used_at), generation, 1_000),
                    Rotation::Theft(_)
                ));
            }
        }
    }

    #[test]
    fn a_token_that_was_never_issued_is_unknown() {
        assert_eq!(present(&state(None), 6, 1_001), Rotation::Unknown);
        assert_eq!(present(&state(None), 0, 1_001), Rotation::Unknown);
        // The current generation, but another time: issued after the backup that this row comes from.
        assert_eq!(
            decide(&state(None), &claims(5, 1_001), seconds(1_002), LIFETIME),
            Rotation::Unknown
        );
        let unredeemed = GrantState {
            generation: 0,
            ..state(None)
        };
        assert_eq!(present(&unredeemed, 1, 1_001), Rotation::Unknown);
    }

    #[test]
    fn an_expired_token_neither_rotates_nor_revokes() {
        let ninety_days = 90 * 86_400;
        assert!(matches!(
            present(&state(None), 5, 999 + ninety_days),
            Rotation::Rotate(_)
        ));
        assert_eq!(present(&state(None), 5, 1_000 + ninety_days), Rotation::Expired);
        assert_eq!(
            present(&state(Some(1_001)), 4, 500 + ninety_days),
            Rotation::Expired
        );
        assert_eq!(
            present(&state(Some(1_001)), 1, 500 + ninety_days),
            Rotation::Expired
        );
    }

    #[test]
    fn a_revoked_grant_stays_as_it_is() {
        let revoked = GrantState {
            revoked: Some((seconds(1), RevocationReason::Member)),
            ..state(None)
        };
        for generation in 0..=6 {
            assert_eq!(
                present(&revoked, generation, 1_001),
                Rotation::Revoked(RevocationReason::Member)
            );
        }
    }

    #[test]
    fn a_clock_that_was_set_back_makes_no_thief() {
        assert_eq!(present(&state(Some(1_001)), 4, 10), Rotation::Repeat);
    }

    #[test]
    fn the_last_generation_there_can_be_ends_the_grant() {
        let last = GrantState {
            generation: u32::MAX,
            ..state(None)
        };
        assert_eq!(present(&last, u32::MAX, 1_001), Rotation::Expired);
    }

    proptest! {
        #[test]
        fn the_rule_holds_for_every_generation_and_time(
            current in 0_u32..6, presented in 0_u32..8, issued_ago in 0_u64..8_000_000,
            used_ago in proptest::option::of(0_u64..8_000_000), same_issue: bool,
        ) {
            let now = seconds(20_000_000);
            let state = GrantState {
                generation: current,
                issued_at: now.minus(Duration::from_secs(issued_ago)),
                generation_used_at: used_ago.map(|ago| now.minus(Duration::from_secs(ago))),
                last_used_at: None,
                revoked: None,
            };
            let issued_at = if same_issue { state.issued_at } else { now.minus(Duration::from_secs(issued_ago + 1)) };
            let claims = Claims { grant: grant().id, generation: presented, issued_at, limit: ScopeLimit::NONE };
            let expired = now.since(issued_at) >= LIFETIME;
            let verdict = decide(&state, &claims, now, LIFETIME);
            let forgiven = used_ago.is_none() || issued_ago < 30;
            let expected = match (presented, i64::from(current) - i64::from(presented)) {
                _ if expired => "expired",
                (0, _) => "unknown",
                (_, 0) if same_issue => "rotate",
                (_, 1) if forgiven => "repeat",
                (_, 1..) => "theft",
                _ => "unknown",
            };
            let actual = match verdict {
                Rotation::Rotate(next) => { prop_assert_eq!(next.generation, current + 1); "rotate" }
                Rotation::Repeat => "repeat",
                Rotation::Theft(next) => { prop_assert!(next.revoked.is_some()); "theft" }
                Rotation::Revoked(_) => "revoked",
                Rotation::Expired => "expired",
                Rotation::Unknown => "unknown",
            };
            prop_assert_eq!(actual, expected);
        }
    }
}
