//! The audit trail as text for people.

use latchkey_storage::{AuditAction, AuditRecord};

/// The text of an action.
pub(super) const fn action_text(action: AuditAction) -> &'static str {
    match action {
        AuditAction::ApplicationCreated => "Application registered",
        AuditAction::ApplicationUpdated => "Application edited",
        AuditAction::ApplicationDeleted => "Application deleted",
        AuditAction::ApplicationPaused => "Application paused",
        AuditAction::ApplicationResumed => "Application resumed",
        AuditAction::ApplicationDisconnected => "Everyone disconnected",
        AuditAction::MemberDisconnected => "Member disconnected",
        AuditAction::SecretRevealed => "Secret revealed",
        AuditAction::SecretAdded => "Secret made",
        AuditAction::SecretRetired => "Secret retired",
        AuditAction::MemberAdded => "Member added",
        AuditAction::MemberRoleChanged => "Role changed",
        AuditAction::MemberPasswordChanged => "Password set",
        AuditAction::MemberRemoved => "Member removed",
        AuditAction::NetworkChanged => "Network changed",
        AuditAction::NetworkFounded => "Network set up",
        AuditAction::CommunityAdded => "Community imported",
        AuditAction::SignedIn => "Host signed in",
        AuditAction::SignInFailed => "Sign-in as a host failed",
        AuditAction::SignedOut => "Host signed out",
        AuditAction::SessionEnded => "Session of a host ended",
        AuditAction::AuditExported => "Audit trail exported",
        AuditAction::BackupMade => "Backup made",
        AuditAction::DatabaseRestored => "Database restored",
        AuditAction::DatabaseCopied => "Database copied",
        AuditAction::KeyRotated => "Key rotated",
    }
}

/// The name of the actor.
pub(super) fn who(record: &AuditRecord) -> String {
    match (
        &record.member,
        record.entry.actor.member,
        &record.entry.actor.address,
    ) {
        (Some((name, _)), ..) => name.to_string(),
        (None, Some(id), _) => format!("Member {}, who was removed", id.0),
        (None, None, Some(_)) => "Somebody who was not signed in".to_owned(),
        (None, None, None) => "The operator, on the command line".to_owned(),
    }
}
