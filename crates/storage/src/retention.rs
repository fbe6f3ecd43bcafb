//! Deletes expired records in small steps. The audit trail is never deleted.

use async_trait::async_trait;
use latchkey_domain::Timestamp;

use crate::StoreError;

/// What expires, and the time before which it has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiring {
    /// Grants with nothing left that could be presented: the code was never redeemed and ended before `codes`; the
    /// current tokens, and with them all before, were issued before `tokens`; or the grant itself was made before
    /// `granted`, or before `explorer_logins` if it is one of the API explorer. A revoked grant stays as long as one that
    /// is not, so that a stolen token is recognised for as long as it could be of use.
    Grants {
        /// Codes that ended before this time.
        codes: Timestamp,
        /// Tokens that were issued before this time.
        tokens: Timestamp,
        /// Grants that were created before this time.
        granted: Timestamp,
        /// Explorer logins that were created before this time.
        explorer_logins: Timestamp,
    },
    /// Sessions that ended before this time.
    Sessions(Timestamp),
    /// Activity from before this time.
    Activity(Timestamp),
    /// Mails that were sent, or failed, before this time.
    Mails(Timestamp),
    /// Challenges of passkeys that were used before this time: they are not valid any more.
    Ceremonies(Timestamp),
    /// Sign-ins at providers that ended before this time.
    ProviderSignIns(Timestamp),
}

/// Of the rows that a step looked at, in their order: their numbers, and whether they are to go. Which of them go now, and
/// where the next step goes on.
pub fn choose(seen: &[(i64, bool)], stride: Stride) -> (Vec<i64>, Option<i64>) {
    let most = usize::try_from(stride.purge.max(1)).unwrap_or(usize::MAX);
    let expired = seen.iter().filter(|(_, expired)| *expired).map(|(id, _)| *id);
    let mut ids: Vec<i64> = expired.take(most.saturating_add(1)).collect();
    if ids.len() > most {
        ids.truncate(most);
        let last = ids.last().copied();
        return (ids, last);
    }
    let is_full = u32::try_from(seen.len()).is_ok_and(|count| count >= stride.look);
    (ids, seen.last().filter(|_| is_full).map(|(id, _)| *id))
}

/// How large a step is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Stride {
    /// How many rows to look at, at most. Reading blocks no one.
    pub look: u32,
    /// How many of them to delete, at most. Other writers may wait for that.
    pub purge: u32,
}

/// The result of a step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// How many rows were deleted.
    pub deleted: u64,
    /// Where the next step goes on; `None` when this one was the last.
    pub next: Option<i64>,
}

/// Deletes expired records.
#[async_trait]
pub trait Retention: Send + Sync {
    /// Looks at the rows behind row number `after` (0 to begin), and deletes those that are `expiring`, in one transaction;
    /// without one if there are none.
    async fn sweep(&self, expiring: Expiring, after: i64, stride: Stride) -> Result<Swept, StoreError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goes_on_behind_what_was_looked_at_or_behind_what_went() {
        let seen = [(1, false), (2, true), (5, true), (6, false), (9, true)];
        let choose = |look, purge| choose(&seen, Stride { look, purge });
        assert_eq!(choose(10, 10), (vec![2, 5, 9], None), "there were no more rows");
        assert_eq!(choose(5, 3), (vec![2, 5, 9], Some(9)), "there may be more");
        assert_eq!(
            choose(10, 2),
            (vec![2, 5], Some(5)),
            "6 and 9 are looked at again"
        );
        assert_eq!(
            choose(5, 0),
            (vec![2], Some(2)),
            "one at least, or it would never end"
        );
        assert_eq!(super::choose(&[], Stride { look: 5, purge: 5 }), (vec![], None));
    }
}
