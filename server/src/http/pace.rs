//! How often a member may change their account and upload pictures. What a member repeats costs processor time, and each
//! change leaves an entry in the audit trail, which is kept forever.
//!
//! The counts are in memory: each node counts for itself, and a restart forgets them. They only have to stop what goes on and on.

use std::time::Duration;

use latchkey_domain::{Member, MemberId, Timestamp, TokenBucket, TokenBuckets, limits};

/// Members who are remembered, for each thing that they did.
const REMEMBERED: usize = 10_000;

const HOUR: Duration = Duration::from_secs(60 * 60);

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Act {
    Change,
    Upload,
}

/// Counts what members do.
pub struct Pace(TokenBuckets<(MemberId, Act)>);

impl Default for Pace {
    fn default() -> Self {
        Self(TokenBuckets::new(REMEMBERED))
    }
}

impl Pace {
    /// Counts a picture that `member` uploads, or says how long to wait. Hosts upload the logos of applications, too.
    pub(super) fn upload(&self, member: &Member, now: Timestamp) -> Result<(), Duration> {
        let most = if member.role.is_host() {
            limits::UPLOADS_OF_HOST
        } else {
            limits::UPLOADS_OF_MEMBER
        };
        self.take(member, Act::Upload, most, now)
    }

    /// Counts a change of `member`'s account, or says how long to wait.
    pub(super) fn change(&self, member: &Member, now: Timestamp) -> Result<(), Duration> {
        self.take(member, Act::Change, limits::ACCOUNT_CHANGES, now)
    }

    fn take(&self, member: &Member, act: Act, most: u64, now: Timestamp) -> Result<(), Duration> {
        self.0
            .take((member.id, act), TokenBucket::new(most, HOUR), 1, now)
    }
}
