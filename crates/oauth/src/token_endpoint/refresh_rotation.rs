//! Refresh token rotation (RFC 9700 section 4.14.2) that spares honest clients and still catches thieves: a pure rule.
//!
//! A grant has a current generation g. Presenting g's refresh token rotates to g + 1. Presenting that of g - 1
//! repeats generation g's pair in the two cases in which an honest client does that:
//!
//! - *A race*: the pair was issued under 30 seconds ago. Two tabs, or a client that tries again at once; as often as
//!   they like.
//! - *A lost answer*: nothing of generation g was used yet, neither its access nor its refresh token, and its rotation is
//!   not older than the grace, which is shorter than an access token lasts. The answer is then given once more. That
//!   counts as issuing the pair: those who ask within the next 30 seconds race with each other, and get it too.
//!
//! A lost response is forgiven once, and not in two consecutive generations. A thief who rotates in place of the
//! client, and lets it have the pair without using it first, looks like a lost response each time: the second one in
//! a row is the alarm. A client that loses two responses in a row, and both times asks only after 30 seconds, has to
//! authorize again.
//!
//! In every other case a superseded refresh token is a sign of theft: two parties hold what only one should. Since
//! the server cannot tell which is the honest one, it revokes all tokens of the grant.

use std::time::Duration;

use latchkey_domain::Timestamp;
use latchkey_storage::{GrantState, RevocationReason};

use crate::access::RACE;
use crate::tokens::Claims;

/// The outcome of a refresh.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Rotation {
    /// The next generation starts: store this state and answer with its pair.
    Rotate(GrantState),
    /// Answer with the current generation's existing pair and store this state.
    Repeat(GrantState),
    /// A superseded token: store this state, which revokes the grant, and refuse.
    Theft(GrantState),
    /// The grant was revoked before.
    Revoked(RevocationReason),
    /// The refresh token is too old.
    Expired,
    /// The grant has no record of issuing the token, as after restoring a backup.
    Unknown,
}

/// The times that the rule depends on.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Terms {
    /// How long a refresh token lasts.
    pub(crate) refresh_lifetime: Duration,
    /// How long after a rotation a lost response is repeated.
    pub(crate) lost_answer_grace: Duration,
}

/// Decides the outcome of a refresh token that was made for the grant in this state.
pub(crate) fn decide(state: &GrantState, presented: &Claims, now: Timestamp, terms: Terms) -> Rotation {
    if let Some((_, reason)) = state.revoked {
        return Rotation::Revoked(reason);
    }
    if now >= presented.issued_at.plus(terms.refresh_lifetime) {
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
                repeated_at: state.repeated_at,
                last_used_at: Some(now),
                revoked: None,
            }),
            None => Rotation::Expired,
        },
        Some(1) if is_race(state, now) => Rotation::Repeat(state.clone()),
        Some(1) if is_lost_answer(state, presented, now, terms.lost_answer_grace) => {
            Rotation::Repeat(GrantState {
                repeated_at: Some(now),
                ..state.clone()
            })
        }
        Some(1..) => Rotation::Theft(GrantState {
            revoked: Some((now, RevocationReason::RefreshTokenReplayed)),
            ..state.clone()
        }),
        Some(0) | None => Rotation::Unknown,
    }
}

/// Whether the current pair was issued so recently, first or again, that two requests of one client may be racing.
fn is_race(state: &GrantState, now: Timestamp) -> bool {
    let repeated = state.repeated_at.filter(|at| *at >= state.issued_at);
    now.since(repeated.unwrap_or(state.issued_at)) < RACE
}

/// Whether the response with the current pair may have been lost, given the previous token. That token shows when the
/// previous generation was issued: a response repeated since then belonged to this generation or to that one.
fn is_lost_answer(state: &GrantState, presented: &Claims, now: Timestamp, grace: Duration) -> bool {
    state.generation_used_at.is_none()
        && now.since(state.issued_at) < grace
        && state.repeated_at.is_none_or(|at| at < presented.issued_at)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::testing::{grant, seconds};
    use crate::tokens::ScopeLimit;

    const TERMS: Terms = Terms {
        refresh_lifetime: Duration::from_secs(90 * 86_400),
        lost_answer_grace: Duration::from_secs(600),
    };

    /// A grant in generation 5, issued at second 1,000; the previous one at second 500.
    fn state(used_at: Option<u64>) -> GrantState {
        GrantState {
            generation: 5,
            issued_at: seconds(1_000),
            generation_used_at: used_at.map(seconds),
            repeated_at: None,
            last_used_at: Some(seconds(1_000)),
            revoked: None,
        }
    }

    fn repeated(at: u64) -> GrantState {
        GrantState {
            repeated_at: Some(seconds(at)),
            ..state(None)
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
        decide(state, &claims(generation, issued_at), seconds(now), TERMS)
    }

    #[test]
    fn the_current_token_rotates_whether_or_not_its_generation_was_used() {
        for (used_at, repeated_at) in [(None, None), (Some(1_001), Some(1_050))] {
            let state = GrantState {
                repeated_at: repeated_at.map(seconds),
                ..state(used_at)
            };
            let Rotation::Rotate(next) = present(&state, 5, 2_000) else {
                panic!("no rotation")
            };
            assert_eq!(
                next,
                GrantState {
                    generation: 6,
                    issued_at: seconds(2_000),
                    generation_used_at: None,
                    repeated_at: repeated_at.map(seconds),
                    last_used_at: Some(seconds(2_000)),
                    revoked: None,
                }
            );
        }
    }

    #[test]
    fn two_tabs_that_race_get_the_same_pair_even_when_one_has_used_it() {
        for now in [1_000, 1_001, 1_029] {
            let state = state(Some(1_000));
            assert_eq!(present(&state, 4, now), Rotation::Repeat(state), "{now}");
        }
    }

    #[test]
    fn a_race_uses_up_no_lost_answer() {
        let Rotation::Repeat(after) = present(&state(None), 4, 1_029) else {
            panic!("no race")
        };
        assert_eq!(present(&after, 4, 1_031), Rotation::Repeat(repeated(1_031)));
    }

    #[test]
    fn a_lost_answer_is_given_again_within_the_grace() {
        for now in [1_030, 1_033, 1_599] {
            assert_eq!(
                present(&state(None), 4, now),
                Rotation::Repeat(repeated(now)),
                "{now}"
            );
        }
        for now in [1_600, 100_000, 7_000_000] {
            assert!(
                matches!(present(&state(None), 4, now), Rotation::Theft(_)),
                "{now}"
            );
        }
    }

    #[test]
    fn a_lost_answer_is_given_again_once_but_to_all_who_race_for_it() {
        let again = repeated(1_100);
        for now in [1_100, 1_129] {
            assert_eq!(present(&again, 4, now), Rotation::Repeat(again.clone()), "{now}");
        }
        // One of the two tabs has used it in the meantime.
        let used = GrantState {
            generation_used_at: Some(seconds(1_101)),
            ..again.clone()
        };
        assert_eq!(present(&used, 4, 1_102), Rotation::Repeat(used.clone()));
        for (state, now) in [(&again, 1_130), (&again, 1_200), (&used, 1_130)] {
            assert!(matches!(present(state, 4, now), Rotation::Theft(_)), "{now}");
        }
    }

    #[test]
    fn no_answer_is_lost_in_two_generations_that_follow_each_other() {
        // Generation 4 was issued at second 500 and repeated at second 540.
        assert!(matches!(present(&repeated(540), 4, 1_033), Rotation::Theft(_)));
        assert_eq!(present(&repeated(540), 4, 1_029), Rotation::Repeat(repeated(540)));
        // An earlier one was: the generation between them needed no repeat.
        assert_eq!(
            present(&repeated(499), 4, 1_033),
            Rotation::Repeat(repeated(1_033))
        );
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
            decide(&state(None), &claims(5, 1_001), seconds(1_002), TERMS),
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
        for state in [state(Some(1_001)), repeated(1_100), repeated(5_000)] {
            assert_eq!(present(&state, 4, 10), Rotation::Repeat(state));
        }
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
            current in 0_u32..6, presented in 0_u32..8,
            issued_ago in prop_oneof![0_u64..1_000, 0_u64..8_000_000],
            used_ago in proptest::option::of(0_u64..8_000_000),
            before in 1_u64..1_000, repeated_ago in proptest::option::of(0_u64..2_000), same_issue: bool,
        ) {
            let now = seconds(20_000_000);
            let ago = |seconds: u64| now.minus(Duration::from_secs(seconds));
            let state = GrantState {
                generation: current,
                issued_at: ago(issued_ago),
                generation_used_at: used_ago.map(ago),
                repeated_at: repeated_ago.map(ago),
                last_used_at: None,
                revoked: None,
            };
            let presented_ago = if same_issue { issued_ago } else { issued_ago + before };
            let claims = Claims {
                grant: grant().id,
                generation: presented,
                issued_at: ago(presented_ago),
                limit: ScopeLimit::NONE,
            };
            let expired = presented_ago >= TERMS.refresh_lifetime.as_secs();
            let raced = issued_ago < 30 || repeated_ago.is_some_and(|at| at <= issued_ago && at < 30);
            let lost = used_ago.is_none() && issued_ago < 600 && repeated_ago.is_none_or(|at| at > presented_ago);
            let expected = match (presented, i64::from(current) - i64::from(presented)) {
                _ if expired => "expired",
                (0, _) => "unknown",
                (_, 0) if same_issue => "rotate",
                (_, 1) if raced => "race",
                (_, 1) if lost => "lost",
                (_, 1..) => "theft",
                _ => "unknown",
            };
            let actual = match decide(&state, &claims, now, TERMS) {
                Rotation::Rotate(next) => { prop_assert_eq!(next.generation, current + 1); "rotate" }
                Rotation::Repeat(next) if next == state => "race",
                Rotation::Repeat(next) => { prop_assert_eq!(next.repeated_at, Some(now)); "lost" }
                Rotation::Theft(next) => { prop_assert!(next.revoked.is_some()); "theft" }
                Rotation::Revoked(_) => "revoked",
                Rotation::Expired => "expired",
                Rotation::Unknown => "unknown",
            };
            prop_assert_eq!(actual, expected);
        }
    }
}
