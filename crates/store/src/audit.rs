//! Who did what. Entries are written by the operations themselves, in the same transaction; nothing changes them.

use async_trait::async_trait;
use latchkey_domain::{Actor, Timestamp};

use crate::StoreError;

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs)] // Each is its name.
pub enum AuditAction {
    ApplicationCreated,
    ApplicationUpdated,
    ApplicationDeleted,
    ApplicationPaused,
    ApplicationResumed,
    ApplicationDisconnected,
    SecretRevealed,
    MemberAdded,
    MemberRoleChanged,
    MemberPasswordChanged,
    MemberRemoved,
    NetworkChanged,
    NetworkFounded,
    CommunityAdded,
}

impl AuditAction {
    /// Every kind, in order.
    pub const ALL: &[Self] = &[
        Self::ApplicationCreated,
        Self::ApplicationUpdated,
        Self::ApplicationDeleted,
        Self::ApplicationPaused,
        Self::ApplicationResumed,
        Self::ApplicationDisconnected,
        Self::SecretRevealed,
        Self::MemberAdded,
        Self::MemberRoleChanged,
        Self::MemberPasswordChanged,
        Self::MemberRemoved,
        Self::NetworkChanged,
        Self::NetworkFounded,
        Self::CommunityAdded,
    ];

    /// Its name at rest and in JSON.
    pub const fn id(self) -> &'static str {
        match self {
            Self::ApplicationCreated => "application_created",
            Self::ApplicationUpdated => "application_updated",
            Self::ApplicationDeleted => "application_deleted",
            Self::ApplicationPaused => "application_paused",
            Self::ApplicationResumed => "application_resumed",
            Self::ApplicationDisconnected => "application_disconnected",
            Self::SecretRevealed => "secret_revealed",
            Self::MemberAdded => "member_added",
            Self::MemberRoleChanged => "member_role_changed",
            Self::MemberPasswordChanged => "member_password_changed",
            Self::MemberRemoved => "member_removed",
            Self::NetworkChanged => "network_changed",
            Self::NetworkFounded => "network_founded",
            Self::CommunityAdded => "community_added",
        }
    }
}

/// An entry of the audit trail.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditEntry {
    /// When.
    pub at: Timestamp,
    /// Who, and from where.
    pub actor: Actor,
    /// What was done.
    pub action: AuditAction,
    /// To what: a client id, an email, the network's slug.
    pub target: String,
    /// What changed, in a few words; never a secret.
    pub detail: String,
}

/// Reading the audit trail.
#[async_trait]
pub trait Audit: Send + Sync {
    /// The newest `limit` entries, the newest first.
    async fn audit(&self, limit: u32) -> Result<Vec<AuditEntry>, StoreError>;
}
