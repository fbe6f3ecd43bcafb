//! What Latchkey keeps, in words of the domain: a rule asks for one meaningful operation, which is one transaction, and what
//! was answered is on the disk. What a change means is decided here too, by functions that know no database. The databases
//! are behind these traits, in `latchkey-storage-sql`.

#![allow(missing_docs)] // A name that says it all has no comment.

pub mod activity;
pub mod applications;
pub mod audit;
pub mod content;
pub mod error;
pub mod grants;
pub mod logos;
pub mod mails;
pub mod members;
pub mod networks;
pub mod passkeys;
pub mod providers;
pub mod second_factors;
pub mod sessions;
pub mod shared;
pub mod sign_in_links;
pub mod sign_in_profiles;
pub mod signing_keys;
pub mod usage;

mod attempts;
pub mod retention;
mod statistics;

use std::time::Duration;

use async_trait::async_trait;

pub use self::activity::{
    Activity, ActivityArea, ActivityClass, ActivityEntry, ActivityFilter, ActivityKind, ActivityOf,
    ActivityQuery, ActivityReason, NewActivity, SentClientId, Unkept,
};
pub use self::applications::{
    ApplicationListing, ApplicationUpdate, Applications, Client, ConnectedMember, Deleted, Health,
    KeptSecret, MOST_SECRETS, NewApplication, SecretAdded, SecretRetired, UpdateOutcome,
};
pub use self::attempts::{AttemptCount, CountsDecision, KeyedHash, SharedAttempts};
pub use self::audit::{Audit, AuditAction, AuditEntry, AuditFilter, AuditRecord, AuditWho};
pub use self::error::StoreError;
pub use self::grants::{
    ConnectedApp, Disconnected, ExpiredCode, Grant, GrantChange, GrantDecision, GrantId, GrantState,
    GrantedSignIn, Grants, NewGrant, Resource, RevocationReason,
};
pub use self::logos::{Logo, Logos};
pub use self::mails::{
    Claim, ClaimedMail, FailedMail, MailCounts, MailId, MailKind, MailOutcome, Mails, NewMail,
};
pub use self::members::{
    AddMember, EmailChange, MemberChange, Members, PasswordHash, PasswordSet, SetPassword,
};
pub use self::networks::{NetworkChange, Networks, NewNetwork, Setting};
pub use self::passkeys::{
    CeremonyKey, KeptPasskey, NewPasskey, PasskeyId, PasskeyRecord, PasskeyRemoval, Passkeys,
};
pub use self::providers::{LinkedAccount, ProviderListing, Providers};
pub use self::retention::{Expiring, Retention, Stride, Swept};
pub use self::second_factors::{Authenticator, RecoveryKey, SecondFactors};
pub use self::sessions::{NewSession, Proof, Session, SessionId, SessionKey, Sessions};
pub use self::sign_in_links::{LinkKey, LinkPurpose, NewSignInLink, SignInLinks};
pub use self::sign_in_profiles::{SignInProfile, SignInProfiles};
pub use self::signing_keys::{KeptSigningKeys, SigningKey, SigningKeys};
pub use self::statistics::{ConnectionCounts, Histogram, HistogramReading, Statistics};
pub use self::usage::{USAGE_KEPT, Usage, UsageCount};

/// The target of all spans that are sent, and of nothing else.
pub const TRACES: &str = "latchkey_traces";

/// All that is kept, behind one value.
#[async_trait]
pub trait Store:
    Networks
    + Members
    + Sessions
    + SignInLinks
    + SignInProfiles
    + Mails
    + SecondFactors
    + Passkeys
    + Providers
    + SigningKeys
    + Applications
    + Logos
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

    /// In what the database's schema differs from what this version makes, each in words; empty if it was not changed.
    async fn schema_differences(&self) -> Result<Vec<String>, StoreError>;

    /// From now on, operations that take longer than `threshold` are named in the log.
    fn log_slow(&self, _threshold: Duration) {}
}
