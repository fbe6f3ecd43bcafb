//! Who did what. Entries are written by the operations themselves, in the same transaction; nothing changes them.

use async_trait::async_trait;
use latchkey_domain::{Actor, Email, MemberName, Timestamp, limits};

use crate::StoreError;

/// The most characters of a target or a detail.
pub const TEXT_LENGTH: usize = 1_000;

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AuditAction {
    ApplicationCreated,
    ApplicationUpdated,
    ApplicationDeleted,
    ApplicationPaused,
    ApplicationResumed,
    ApplicationDisconnected,
    MemberDisconnected,
    SecretRevealed,
    SecretAdded,
    SecretRetired,
    MemberAdded,
    MemberInvited,
    MemberRoleChanged,
    MemberSuspended,
    MemberResumed,
    MemberSessionsEnded,
    MemberRenamed,
    MemberPictureChanged,
    MemberEmailChanged,
    SecondFactorAdded,
    SecondFactorRemoved,
    RecoveryCodeUsed,
    RecoveryCodesMade,
    SecondFactorReset,
    PasskeyAdded,
    PasskeyRemoved,
    AccountLinked,
    AccountUnlinked,
    MemberPasswordChanged,
    MemberRemoved,
    ProviderAdded,
    ProviderChanged,
    ProviderDeleted,
    NetworkChanged,
    NetworkFounded,
    CommunityAdded,
    SignedIn,
    SignInFailed,
    SignedOut,
    SessionEnded,
    AuditExported,
    BackupMade,
    DatabaseRestored,
    DatabaseCopied,
    KeyRotated,
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
        Self::MemberDisconnected,
        Self::SecretRevealed,
        Self::SecretAdded,
        Self::SecretRetired,
        Self::MemberAdded,
        Self::MemberInvited,
        Self::MemberRoleChanged,
        Self::MemberSuspended,
        Self::MemberResumed,
        Self::MemberSessionsEnded,
        Self::MemberRenamed,
        Self::MemberPictureChanged,
        Self::MemberEmailChanged,
        Self::SecondFactorAdded,
        Self::SecondFactorRemoved,
        Self::RecoveryCodeUsed,
        Self::RecoveryCodesMade,
        Self::SecondFactorReset,
        Self::PasskeyAdded,
        Self::PasskeyRemoved,
        Self::AccountLinked,
        Self::AccountUnlinked,
        Self::MemberPasswordChanged,
        Self::MemberRemoved,
        Self::ProviderAdded,
        Self::ProviderChanged,
        Self::ProviderDeleted,
        Self::NetworkChanged,
        Self::NetworkFounded,
        Self::CommunityAdded,
        Self::SignedIn,
        Self::SignInFailed,
        Self::SignedOut,
        Self::SessionEnded,
        Self::AuditExported,
        Self::BackupMade,
        Self::DatabaseRestored,
        Self::DatabaseCopied,
        Self::KeyRotated,
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
            Self::MemberDisconnected => "member_disconnected",
            Self::SecretRevealed => "secret_revealed",
            Self::SecretAdded => "secret_added",
            Self::SecretRetired => "secret_retired",
            Self::MemberAdded => "member_added",
            Self::MemberInvited => "member_invited",
            Self::MemberRoleChanged => "member_role_changed",
            Self::MemberSuspended => "member_suspended",
            Self::MemberResumed => "member_resumed",
            Self::MemberSessionsEnded => "member_sessions_ended",
            Self::MemberRenamed => "member_renamed",
            Self::MemberPictureChanged => "member_picture_changed",
            Self::MemberEmailChanged => "member_email_changed",
            Self::SecondFactorAdded => "second_factor_added",
            Self::SecondFactorRemoved => "second_factor_removed",
            Self::RecoveryCodeUsed => "recovery_code_used",
            Self::RecoveryCodesMade => "recovery_codes_made",
            Self::SecondFactorReset => "second_factor_reset",
            Self::PasskeyAdded => "passkey_added",
            Self::PasskeyRemoved => "passkey_removed",
            Self::AccountLinked => "account_linked",
            Self::AccountUnlinked => "account_unlinked",
            Self::MemberPasswordChanged => "member_password_changed",
            Self::MemberRemoved => "member_removed",
            Self::ProviderAdded => "provider_added",
            Self::ProviderChanged => "provider_changed",
            Self::ProviderDeleted => "provider_deleted",
            Self::NetworkChanged => "network_changed",
            Self::NetworkFounded => "network_founded",
            Self::CommunityAdded => "community_added",
            Self::SignedIn => "signed_in",
            Self::SignInFailed => "sign_in_failed",
            Self::SignedOut => "signed_out",
            Self::SessionEnded => "session_ended",
            Self::AuditExported => "audit_exported",
            Self::BackupMade => "backup_made",
            Self::DatabaseRestored => "database_restored",
            Self::DatabaseCopied => "database_copied",
            Self::KeyRotated => "key_rotated",
        }
    }
}

impl AuditAction {
    /// Whether only a host, or the operator, can do it. An entry whose actor is not a host any more is refused, and what
    /// it is about is undone with it.
    pub const fn needs_host(self) -> bool {
        match self {
            Self::ApplicationCreated
            | Self::ApplicationUpdated
            | Self::ApplicationDeleted
            | Self::ApplicationPaused
            | Self::ApplicationResumed
            | Self::ApplicationDisconnected
            | Self::MemberDisconnected
            | Self::SecretRevealed
            | Self::SecretAdded
            | Self::SecretRetired
            | Self::MemberAdded
            | Self::MemberInvited
            | Self::MemberRoleChanged
            | Self::MemberSuspended
            | Self::MemberResumed
            | Self::MemberSessionsEnded
            | Self::SecondFactorReset
            | Self::MemberRemoved
            | Self::ProviderAdded
            | Self::ProviderChanged
            | Self::ProviderDeleted
            | Self::NetworkChanged
            | Self::NetworkFounded
            | Self::CommunityAdded
            | Self::AuditExported
            | Self::BackupMade
            | Self::DatabaseRestored
            | Self::DatabaseCopied
            | Self::KeyRotated => true,
            // A member's own.
            Self::MemberPasswordChanged
            | Self::MemberRenamed
            | Self::MemberPictureChanged
            | Self::MemberEmailChanged
            | Self::SecondFactorAdded
            | Self::SecondFactorRemoved
            | Self::RecoveryCodeUsed
            | Self::RecoveryCodesMade
            | Self::PasskeyAdded
            | Self::PasskeyRemoved
            | Self::AccountLinked
            | Self::AccountUnlinked
            | Self::SignedIn
            | Self::SignInFailed
            | Self::SignedOut
            | Self::SessionEnded => false,
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

/// An entry as it is read: with its number, and the names of who and what as they are now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRecord {
    /// Its number; a later entry has a greater one.
    pub id: i64,
    pub entry: AuditEntry,
    /// The name and email of the member who acted, unless no member did or the member was removed since.
    pub member: Option<(MemberName, Email)>,
    /// The name of the application that is the target, if it is one and is still there.
    pub application: Option<String>,
}

/// Who acted, as a filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuditWho {
    /// The operator, at the command line.
    Operator,
    /// Members whose name or email contains these words.
    Member(String),
}

/// Which entries are asked for; the default is all.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// By whom.
    pub who: Option<AuditWho>,
    pub action: Option<AuditAction>,
    /// Words in the target, the name of the application that is the target, or the detail.
    pub target: Option<String>,
    /// From this time on.
    pub from: Option<Timestamp>,
    /// Before this time.
    pub until: Option<Timestamp>,
}

/// Reading the audit trail, and adding to it what no other operation does.
#[async_trait]
pub trait Audit: Send + Sync {
    /// The newest `limit` entries, the newest first.
    async fn audit(&self, limit: u32) -> Result<Vec<AuditEntry>, StoreError>;

    /// The newest `limit` entries that pass the filter, the newest first; `before` continues behind an entry's number.
    async fn audit_page(
        &self,
        filter: AuditFilter,
        before: Option<i64>,
        limit: u32,
    ) -> Result<Vec<AuditRecord>, StoreError>;

    /// When `latchkey backup` last made a backup; `None` if never. Copies made with other tools are not known.
    async fn last_backup(&self) -> Result<Option<Timestamp>, StoreError>;

    /// Adds an entry of its own. Of failed sign-ins, which anyone can cause, each target gets one entry an hour at most;
    /// the next says how many there were since.
    async fn note(&self, entry: AuditEntry) -> Result<(), StoreError>;
}

/// The failed sign-ins of a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FailedSignIns {
    /// When the last entry was written.
    pub noted_at: Timestamp,
    /// How many there were since, without an entry.
    pub unnoted: i64,
}

impl FailedSignIns {
    /// With one more at `at`, and the detail of its entry. It gets one if the last is old enough, or of the future: then
    /// the clock was set back.
    pub fn and_one(self, at: Timestamp) -> (Self, Option<String>) {
        if self.noted_at > at.minus(limits::FAILED_SIGN_IN_ENTRY_EVERY) && self.noted_at <= at {
            let unnoted = self.unnoted.saturating_add(1);
            return (Self { unnoted, ..self }, None);
        }
        let detail = match self.unnoted {
            0 => String::new(),
            1 => "1 more since the entry before".to_owned(),
            many => format!("{many} more since the entry before"),
        };
        let noted = Self {
            noted_at: at,
            unnoted: 0,
        };
        (noted, Some(detail))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn failed_sign_ins_get_an_entry_an_hour() {
        let hour = i64::try_from(limits::FAILED_SIGN_IN_ENTRY_EVERY.as_millis()).unwrap();
        let after = |noted_at, unnoted, at| {
            let before = FailedSignIns {
                noted_at: Timestamp::from_millis(noted_at),
                unnoted,
            };
            let (after, detail) = before.and_one(Timestamp::from_millis(at));
            (after.noted_at.as_millis(), after.unnoted, detail)
        };
        let entry = |text: &str| Some(text.to_owned());
        assert_eq!(after(5, 0, 5), (5, 1, None));
        assert_eq!(after(5, 1, 4 + hour), (5, 2, None));
        assert_eq!(after(5, 0, 5 + hour), (5 + hour, 0, entry("")));
        assert_eq!(
            after(5, 1, 5 + hour),
            (5 + hour, 0, entry("1 more since the entry before"))
        );
        assert_eq!(
            after(5, 2, 5 + hour),
            (5 + hour, 0, entry("2 more since the entry before"))
        );
        assert_eq!(
            after(5, 3, 4),
            (4, 0, entry("3 more since the entry before")),
            "the clock was set back"
        );
    }
}
