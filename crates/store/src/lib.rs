//! What Latchkey keeps.
//!
//! The traits speak the words of the domain: a rule asks for one meaningful operation, which is one transaction, and
//! what was answered is on the disk. [`sqlite`] stands behind them, or [`postgres`]; nothing outside those names SQL.

mod activity;
mod applications;
mod attempts;
mod audit;
mod error;
mod grants;
mod members;
mod networks;
mod retention;
mod sessions;
mod usage;

pub mod content;
pub mod copy;
pub mod keyring;
pub mod keys;
pub mod postgres;
pub mod sqlite;

mod files;
mod folding;
mod random;
mod sealing;
mod shared;
mod slow;
mod spans;
mod sql;
mod statistics;

use std::time::Duration;

use async_trait::async_trait;

pub use self::activity::{Activity, ActivityClass, ActivityEntry, ActivityKind, NewActivity};
pub use self::applications::{
    ApplicationListing, ApplicationUpdate, Applications, Client, Deleted, KeptSecret, MOST_SECRETS,
    NewApplication, SecretAdded, SecretRetired, UpdateOutcome,
};
pub use self::attempts::{AttemptKey, Attempts, AttemptsDecision, SharedAttempts};
pub use self::audit::{Audit, AuditAction, AuditEntry, AuditFilter, AuditRecord, AuditWho};
pub use self::error::StoreError;
pub use self::grants::{
    Connection, Disconnected, ExpiredCode, Grant, GrantChange, GrantDecision, GrantId, GrantState, Grants,
    NewGrant, RevocationReason,
};
pub use self::members::{AddMember, MemberChange, Members, PasswordHash, PasswordSet};
pub use self::networks::{NetworkChange, Networks, NewNetwork};
pub use self::retention::{Expiring, Retention, Stride, Swept};
pub use self::sessions::{NewSession, Session, SessionId, SessionKey, Sessions};
pub use self::spans::TRACES;
pub use self::statistics::{ConnectionCounts, Histogram, HistogramReading, Statistics};
pub use self::usage::{USAGE_KEPT, Usage, UsageCount};

/// All that is kept, behind one value.
#[async_trait]
pub trait Store:
    Networks
    + Members
    + Sessions
    + Applications
    + Grants
    + Activity
    + Audit
    + Usage
    + Retention
    + content::Content
{
    /// Asks the database for an answer, for `/readyz`.
    async fn ping(&self) -> Result<(), StoreError>;

    /// Where attempts to sign in are counted for all nodes, if several can share this store.
    fn shared_attempts(&self) -> Option<&dyn SharedAttempts> {
        None
    }

    /// What the store counted of itself until now; `None` if it counts nothing.
    async fn statistics(&self) -> Option<Statistics> {
        None
    }

    /// In what the database's schema differs from what this version makes, each in words; nothing, if nobody changed it.
    async fn schema_differences(&self) -> Result<Vec<String>, StoreError>;

    /// From now on, operations that take longer than `threshold` are named in the log.
    fn log_slow(&self, _threshold: Duration) {}
}
