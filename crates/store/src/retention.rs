//! Forgetting what nobody can use any more, in small steps. The audit trail is never forgotten.

use async_trait::async_trait;
use latchkey_domain::Timestamp;

use crate::StoreError;

/// What is forgotten in time, and from which moment on it can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiring {
    /// Grants with nothing left that could be presented: the code was never redeemed and ended before `codes`, or the
    /// current tokens, and with them all before, were issued before `tokens`. A revoked grant stays as long as one that
    /// is not, so that a stolen token is recognised for as long as it could be of use.
    Grants {
        /// Codes that ended before this moment.
        codes: Timestamp,
        /// Tokens that were issued before this moment.
        tokens: Timestamp,
    },
    /// Sessions that ended before this moment.
    Sessions(Timestamp),
    /// Activity from before this moment.
    Activity(Timestamp),
}

/// What one step did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// How many rows were forgotten.
    pub forgotten: u64,
    /// Where the next step goes on; `None` when this one was the last.
    pub next: Option<i64>,
}

/// Forgetting.
#[async_trait]
pub trait Retention: Send + Sync {
    /// Looks at the `rows` rows behind row number `after` (0 to begin), and forgets those that are `expiring`, in one
    /// transaction; without one if there are none.
    async fn sweep(&self, expiring: Expiring, after: i64, rows: u32) -> Result<Swept, StoreError>;
}
