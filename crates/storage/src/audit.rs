//! Who did what. Entries are written by the operations themselves, in the same transaction; nothing changes them.

use async_trait::async_trait;
use latchkey_domain::{Actor, Email, MemberName, Timestamp, limits, named};

use crate::StoreError;

/// The most characters of a target or a detail.
pub const TEXT_LENGTH: usize = 1_000;

/// Who can do something.
enum By {
    /// Only a host, or the operator.
    Host,
    /// A member, to what is their own.
    Own,
}

macro_rules! actions {
    ($($variant:ident = $id:literal, $by:ident, $label:literal;)+) => {
        named! {
            /// What was done.
            #[derive(Clone, Copy, Debug, PartialEq, Eq)]
            pub enum AuditAction: "an action" {
                $($variant = $id $label),+
            }
        }

        impl AuditAction {
            /// Whether only a host, or the operator, can do it. An entry whose actor is not a host any more is refused, and
            /// what it is about is undone with it.
            pub const fn needs_host(self) -> bool {
                let by = match self {
                    $(Self::$variant => By::$by),+
                };
                matches!(by, By::Host)
            }
        }
    };
}

actions! {
    ApplicationCreated = "application_created", Host, "Application registered";
    ApplicationUpdated = "application_updated", Host, "Application edited";
    ApplicationDeleted = "application_deleted", Host, "Application deleted";
    ApplicationPaused = "application_paused", Host, "Application paused";
    ApplicationResumed = "application_resumed", Host, "Application resumed";
    ApplicationDisconnected = "application_disconnected", Host, "Everyone disconnected";
    MemberDisconnected = "member_disconnected", Host, "Member disconnected";
    SecretRevealed = "secret_revealed", Host, "Secret revealed";
    SecretAdded = "secret_added", Host, "Secret made";
    SecretRetired = "secret_retired", Host, "Secret retired";
    MemberAdded = "member_added", Host, "Member added";
    MemberInvited = "member_invited", Host, "Sign-in link made";
    MemberRoleChanged = "member_role_changed", Host, "Role changed";
    MemberSuspended = "member_suspended", Host, "Member suspended";
    MemberResumed = "member_resumed", Host, "Member let in again";
    MemberSessionsEnded = "member_sessions_ended", Host, "Sessions of a member ended";
    MemberRenamed = "member_renamed", Own, "Name changed";
    MemberPictureChanged = "member_picture_changed", Own, "Picture changed";
    MemberEmailChanged = "member_email_changed", Own, "Email changed";
    SecondFactorAdded = "second_factor_added", Own, "Authenticator app added";
    SecondFactorRemoved = "second_factor_removed", Own, "Authenticator app removed";
    RecoveryCodeUsed = "recovery_code_used", Own, "Recovery code used";
    RecoveryCodesMade = "recovery_codes_made", Own, "Recovery codes made";
    SecondFactorReset = "second_factor_reset", Host, "Second factor reset";
    PasskeyAdded = "passkey_added", Own, "Passkey added";
    PasskeyRemoved = "passkey_removed", Own, "Passkey removed";
    AccountLinked = "account_linked", Own, "Account at a provider linked";
    AccountUnlinked = "account_unlinked", Own, "Account at a provider unlinked";
    MemberPasswordChanged = "member_password_changed", Own, "Password set";
    MemberRemoved = "member_removed", Host, "Member removed";
    ProviderAdded = "provider_added", Host, "Sign-in provider added";
    ProviderChanged = "provider_changed", Host, "Sign-in provider changed";
    ProviderDeleted = "provider_deleted", Host, "Sign-in provider deleted";
    NetworkChanged = "network_changed", Host, "Network changed";
    NetworkFounded = "network_founded", Host, "Network set up";
    CommunityAdded = "community_added", Host, "Community imported";
    SignedIn = "signed_in", Own, "Host signed in";
    SignInFailed = "sign_in_failed", Own, "Sign-in as a host failed";
    SignedOut = "signed_out", Own, "Host signed out";
    SessionEnded = "session_ended", Own, "Session of a host ended";
    AuditExported = "audit_exported", Host, "Audit trail exported";
    BackupMade = "backup_made", Host, "Backup made";
    DatabaseRestored = "database_restored", Host, "Database restored";
    DatabaseCopied = "database_copied", Host, "Database copied";
    KeyRotated = "key_rotated", Host, "Key rotated";
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
