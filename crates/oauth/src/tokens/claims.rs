//! What a token contains: its grant, generation, time of issue and limit.

use latchkey_domain::{Scope, ScopeSet, Timestamp};
use latchkey_storage::GrantId;

/// The fields of a token. On the wire they are fixed-width big-endian numbers, so each has only one spelling.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Claims {
    pub(crate) grant: GrantId,
    /// 0 for a code, from 1 for tokens.
    pub(crate) generation: u32,
    pub(crate) issued_at: Timestamp,
    /// The scopes that a refresh narrowed the access token to (RFC 6749 section 6).
    pub(crate) limit: ScopeLimit,
}

impl Claims {
    pub(crate) const LENGTH: usize = 8 + 4 + 8 + 4;

    pub(crate) fn to_bytes(self) -> [u8; Self::LENGTH] {
        let mut bytes = [0; Self::LENGTH];
        bytes[..8].copy_from_slice(&self.grant.0.to_be_bytes());
        bytes[8..12].copy_from_slice(&self.generation.to_be_bytes());
        bytes[12..20].copy_from_slice(&self.issued_at.as_millis().to_be_bytes());
        bytes[20..].copy_from_slice(&self.limit.0.to_be_bytes());
        bytes
    }

    pub(crate) fn from_bytes(bytes: &[u8; Self::LENGTH]) -> Self {
        let [
            g0,
            g1,
            g2,
            g3,
            g4,
            g5,
            g6,
            g7,
            n0,
            n1,
            n2,
            n3,
            t0,
            t1,
            t2,
            t3,
            t4,
            t5,
            t6,
            t7,
            l0,
            l1,
            l2,
            l3,
        ] = *bytes;
        Self {
            grant: GrantId(i64::from_be_bytes([g0, g1, g2, g3, g4, g5, g6, g7])),
            generation: u32::from_be_bytes([n0, n1, n2, n3]),
            issued_at: Timestamp::from_millis(i64::from_be_bytes([t0, t1, t2, t3, t4, t5, t6, t7])),
            limit: ScopeLimit(u32::from_be_bytes([l0, l1, l2, l3])),
        }
    }
}

/// The scopes that a token is limited to, one bit each.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct ScopeLimit(u32);

impl ScopeLimit {
    /// No limit: all that was granted.
    pub(crate) const NONE: Self = Self(u32::MAX);

    /// Only these.
    pub(crate) fn to(scopes: ScopeSet) -> Self {
        Self(scopes.iter().fold(0, |bits, scope| bits | 1 << number(scope)))
    }

    /// Those of `scopes` within the limit.
    pub(crate) fn of(self, scopes: ScopeSet) -> ScopeSet {
        scopes
            .iter()
            .filter(|scope| self.0 & 1 << number(*scope) != 0)
            .collect()
    }
}

/// A scope's number inside tokens. Tokens outlive an upgrade of the server, so a number is never reused for another
/// scope.
const fn number(scope: Scope) -> u32 {
    match scope {
        Scope::HostReadNetworkEvents => 0,
        Scope::HostReadNetworkSpaces => 1,
        Scope::HostReadNetworkMembers => 2,
        Scope::HostReadNetworkPlans => 3,
        Scope::HostReadNetworkPosts => 4,
        Scope::ReadUserinfo => 5,
        Scope::ReadPosts => 6,
        Scope::ReadCourses => 7,
        Scope::ReadSearch => 8,
        Scope::WritePosts => 9,
        Scope::WriteComments => 10,
        Scope::ReadNetwork => 11,
        Scope::OpenId => 12,
        Scope::Profile => 13,
        Scope::Email => 14,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn every_scope_has_its_own_number() {
        let all: ScopeSet = Scope::ALL.iter().copied().collect();
        assert_eq!(ScopeLimit::NONE.of(all), all);
        for scope in Scope::ALL {
            let alone = ScopeSet::from_iter([*scope]);
            assert_eq!(ScopeLimit::to(alone).of(all), alone);
        }
    }

    proptest! {
        #[test]
        fn claims_read_back_as_written(grant: i64, generation: u32, issued_at: i64, limit: u32) {
            let claims = Claims {
                grant: GrantId(grant),
                generation,
                issued_at: Timestamp::from_millis(issued_at),
                limit: ScopeLimit(limit),
            };
            prop_assert_eq!(Claims::from_bytes(&claims.to_bytes()), claims);
        }
    }
}
