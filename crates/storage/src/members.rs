//! The people of the network.

use std::fmt;

use async_trait::async_trait;
use latchkey_domain::{
    Actor, ClientId, Email, ListedMember, Member, MemberId, MemberName, MembersQuery, Page, PageRequest,
    Role, Timestamp, counted,
};

use crate::{ActivityKind, NewActivity, StoreError};

/// The Argon2id hash of a password in PHC string form. It does not print.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(pub String);

impl fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

/// A member to be added.
#[derive(Clone, Debug)]
pub struct AddMember {
    /// With what the member signs in.
    pub email: Email,
    /// What others see.
    pub name: MemberName,
    /// What the member may do.
    pub role: Role,
    pub password: PasswordHash,
    /// Whether anyone knows the password. Otherwise a link lets the member choose one.
    pub can_sign_in: bool,
}

impl AddMember {
    /// The member that it made.
    pub fn added(&self, id: MemberId, joined_at: Timestamp) -> Member {
        Member {
            id,
            email: self.email.clone(),
            email_verified: false,
            name: self.name.clone(),
            role: self.role,
            joined_at,
            suspended_at: None,
            second_factor: false,
        }
    }
}

/// What the audit trail says of a member who was added or removed.
pub fn role_detail(role: Role) -> String {
    format!("role {role}")
}

/// What the audit trail says of a member whose role changed.
pub fn role_change_detail(before: Role, after: Role) -> String {
    format!("from {before} to {after}")
}

/// What the audit trail says of a host who ended sessions of a member.
pub fn sessions_detail(ended: u64) -> String {
    counted(ended, "session")
}

/// Whether the member is the only one of `hosts`, those who can act: a network that has a host keeps one.
fn is_last_host(member: &Member, hosts: &[MemberId]) -> bool {
    member.role.is_host() && hosts.iter().all(|host| *host == member.id)
}

/// What the audit trail says of a password that was set.
pub fn password_detail(sessions: u64, applications: u64, keep_apps: bool) -> String {
    let applications = if keep_apps {
        "connected applications kept".to_owned()
    } else {
        format!("{} disconnected", counted(applications, "application"))
    };
    format!("{} ended, {applications}", counted(sessions, "session"))
}

/// What the activity of an application says when a change of password disconnected a member.
pub fn disconnected_by_password(client_id: &ClientId, member: MemberId, at: Timestamp) -> NewActivity {
    NewActivity {
        member: Some(member),
        ..NewActivity::succeeded(
            client_id,
            at,
            ActivityKind::Revocation,
            "The member's password was changed, so the member's tokens for the application were revoked. \
             The member can authorize it again.",
        )
    }
}

/// Why `by` may not take something away from `member`, if it is so. `hosts` are those who can act, if the change would leave
/// one fewer of them.
pub fn refused(member: &Member, hosts: Option<&[MemberId]>, by: &Actor) -> Option<MemberChange> {
    if by.member == Some(member.id) {
        return Some(MemberChange::Yourself);
    }
    hosts
        .is_some_and(|hosts| is_last_host(member, hosts))
        .then_some(MemberChange::LastHost)
}

/// The outcome of a change that may leave one host fewer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MemberChange {
    /// It is done: the member as it is now, or was when it was removed.
    Done(Member),
    /// There is no such member.
    Unknown,
    /// Nothing changed: the member is the only host who can act, and a network that has a host keeps one.
    LastHost,
    /// Nothing changed: it is the one who acts. Another host has to.
    Yourself,
}

impl MemberChange {
    /// The member, if it is done.
    pub fn done(self) -> Option<Member> {
        match self {
            Self::Done(member) => Some(member),
            Self::Unknown | Self::LastHost | Self::Yourself => None,
        }
    }
}

/// The outcome of a change of email.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum EmailChange {
    /// It is done: the member as they are now, and the email before.
    Done(Member, Email),
    /// There is no such member, or the link does not work.
    Unknown,
    /// Another member has it.
    Taken,
}

/// A password to store, and what stays.
#[derive(Clone, Debug)]
pub struct SetPassword {
    /// Its hash.
    pub hash: PasswordHash,
    /// The hash that was checked before: nothing changes unless it is still the member's. `None`: whatever there is.
    pub replaces: Option<PasswordHash>,
    /// Whether the applications that the member authorized stay connected.
    pub keep_apps: bool,
}

impl SetPassword {
    /// In place of whatever there is; applications are disconnected.
    pub fn of(hash: PasswordHash) -> Self {
        Self {
            hash,
            replaces: None,
            keep_apps: false,
        }
    }
}

/// A password that was set, and what ended with the one before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PasswordSet {
    /// Whose it is.
    pub member: Member,
    /// How many sessions ended.
    pub sessions: u64,
    /// How many applications were disconnected.
    pub applications: u64,
}

/// Reading and changing members.
#[async_trait]
pub trait Members: Send + Sync {
    /// The member with this number.
    async fn member(&self, id: MemberId) -> Result<Option<Member>, StoreError>;

    /// The member with this email.
    async fn member_by_email(&self, email: &Email) -> Result<Option<Member>, StoreError>;

    /// The member with this email and the hash of the password, to sign in.
    async fn credentials(&self, email: &Email) -> Result<Option<(Member, PasswordHash)>, StoreError>;

    /// Members by name, `page` of those that `query` asks for, as they are at `at`.
    async fn members(
        &self,
        query: MembersQuery,
        page: PageRequest,
        at: Timestamp,
    ) -> Result<Page<ListedMember>, StoreError>;

    /// One of them.
    async fn listed_member(&self, id: MemberId, at: Timestamp) -> Result<Option<ListedMember>, StoreError>;

    /// Members whose email was stored by an earlier version and means the same as another one's: as it is stored, and the
    /// form in which emails are compared.
    async fn emails_in_another_form(&self) -> Result<Vec<(Email, Email)>, StoreError>;

    /// Whether there is a host.
    async fn has_host(&self) -> Result<bool, StoreError>;

    /// Adds a member. `None`, and nothing changed, if the email is taken.
    async fn add_member(
        &self,
        member: AddMember,
        by: &Actor,
        at: Timestamp,
    ) -> Result<Option<Member>, StoreError>;

    /// Adds many members in one transaction (the demonstration, imports). Those whose email is taken are left out; the
    /// rest is returned.
    async fn add_members(
        &self,
        members: Vec<AddMember>,
        by: &Actor,
        at: Timestamp,
    ) -> Result<Vec<Member>, StoreError>;

    /// Changes a member's role, unless that would leave no host: a concurrent change of another host is
    /// seen, or waits.
    async fn set_role(
        &self,
        email: &Email,
        role: Role,
        by: &Actor,
        at: Timestamp,
    ) -> Result<MemberChange, StoreError>;

    /// Changes a member's password and ends the member's sessions, in one transaction. Unless applications are kept, all
    /// that the member granted to them ends too: tokens, codes and remembered consents. `None`, and nothing changed, if
    /// there is no such member, or the password is another one by now.
    async fn set_password(
        &self,
        email: &Email,
        password: SetPassword,
        by: &Actor,
        at: Timestamp,
    ) -> Result<Option<PasswordSet>, StoreError>;

    /// Changes the name that others see. `None` if there is no such member.
    async fn set_name(
        &self,
        member: MemberId,
        name: MemberName,
        by: &Actor,
        at: Timestamp,
    ) -> Result<Option<Member>, StoreError>;

    /// Changes a member's email, which is not verified then.
    async fn set_email(
        &self,
        email: &Email,
        new: &Email,
        by: &Actor,
        at: Timestamp,
    ) -> Result<EmailChange, StoreError>;

    /// Suspends a member, which ends the sessions and the link, or lets them in again. What the member granted stays, and is
    /// refused meanwhile. It is refused if no host were left who can act, as with [`Members::set_role`].
    async fn set_suspended(
        &self,
        email: &Email,
        suspended: bool,
        by: &Actor,
        at: Timestamp,
    ) -> Result<MemberChange, StoreError>;

    /// Removes a member with sessions and grants, unless that would leave no host, as with [`Members::set_role`].
    async fn remove_member(
        &self,
        email: &Email,
        by: &Actor,
        at: Timestamp,
    ) -> Result<MemberChange, StoreError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_keeps_a_host() {
        let member = |id, role| Member {
            id: MemberId(id),
            email: "ada@example.com".parse().unwrap(),
            email_verified: false,
            name: MemberName::parse("Ada").unwrap(),
            role,
            joined_at: Timestamp::from_millis(0),
            suspended_at: None,
            second_factor: false,
        };
        let is_last = |id, role, hosts: &[i64]| {
            let hosts: Vec<_> = hosts.iter().copied().map(MemberId).collect();
            is_last_host(&member(id, role), &hosts)
        };
        assert!(is_last(1, Role::Host, &[1]));
        assert!(!is_last(1, Role::Host, &[1, 2]));
        // Suspended: another one acts.
        assert!(!is_last(1, Role::Host, &[2]));
        assert!(!is_last(3, Role::Moderator, &[1]));
        assert!(!is_last(3, Role::Member, &[]));
    }
}
