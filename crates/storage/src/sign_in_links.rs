//! Links with which a member chooses how to sign in: an invitation, or the way back in.

use async_trait::async_trait;
use latchkey_domain::{Actor, Email, Member, MemberId, Timestamp, counted};

use crate::{EmailChange, NewPasskey, PasswordHash, PasswordSet, StoreError};

/// The key of a link: the SHA-256 of its token, so that the database alone lets nobody in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct LinkKey(pub [u8; 32]);

/// A link to be stored.
#[derive(Clone, Debug)]
pub struct NewSignInLink {
    pub key: LinkKey,
    pub member: MemberId,
    /// When it stops working.
    pub expires_at: Timestamp,
    pub purpose: LinkPurpose,
}

/// What a link does, and how it reaches the member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum LinkPurpose {
    /// A password is chosen with it. A host sends it.
    ByHand,
    /// The same, and it goes to the member's address: who uses it can read mail there.
    ByMail,
    /// It makes this the member's email. It goes there.
    NewEmail(Email),
}

impl LinkPurpose {
    /// Its name at rest.
    pub const fn id(&self) -> &'static str {
        match self {
            Self::ByHand => "by_hand",
            Self::ByMail => "by_mail",
            Self::NewEmail(_) => "new_email",
        }
    }

    /// The email that it confirms.
    pub const fn new_email(&self) -> Option<&Email> {
        match self {
            Self::NewEmail(email) => Some(email),
            Self::ByHand | Self::ByMail => None,
        }
    }
}

/// What the audit trail says of links for these many members, if it is more than one.
pub fn invited_detail(count: usize) -> String {
    counted(count, "member")
}

/// Making and using links. A member has one of each purpose at most. They end when the password, the email or the role
/// changes.
#[async_trait]
pub trait SignInLinks: Send + Sync {
    /// Stores links, in one transaction; an earlier link of the same member ends. `about` is what the audit trail names.
    async fn add_links(
        &self,
        links: Vec<NewSignInLink>,
        about: String,
        by: &Actor,
        at: Timestamp,
    ) -> Result<(), StoreError>;

    /// Stores a link that is about to be mailed, in place of the one of this purpose that was mailed before.
    async fn add_mailed_link(&self, link: NewSignInLink, at: Timestamp) -> Result<(), StoreError>;

    /// Whose link for a password it is, if it works at `at`.
    async fn member_of_link(&self, key: LinkKey, at: Timestamp) -> Result<Option<Member>, StoreError>;

    /// Uses a link up and sets the member's password, as [`set_password`](crate::Members::set_password) does, in one
    /// transaction. The member is the actor; `origin` says from where. `None`, and nothing changed, if the link does not work.
    async fn use_link(
        &self,
        key: LinkKey,
        password: PasswordHash,
        origin: &Actor,
        at: Timestamp,
    ) -> Result<Option<PasswordSet>, StoreError>;

    /// Uses a link up with a passkey in place of a password, in one transaction; sessions end as with a password. The member, or
    /// `None`, and nothing changed, if the link or the passkey does not work.
    async fn use_link_for_passkey(
        &self,
        key: LinkKey,
        passkey: NewPasskey,
        origin: &Actor,
        at: Timestamp,
    ) -> Result<Option<Member>, StoreError>;

    /// Whose link for an email it is, and that email, if it works at `at`.
    async fn email_of_link(&self, key: LinkKey, at: Timestamp)
    -> Result<Option<(Member, Email)>, StoreError>;

    /// Uses a link for an email up: the member has that one from now on, verified, and a mail to the old one waits. The
    /// member is the actor; `origin` says from where.
    async fn use_email_link(
        &self,
        key: LinkKey,
        origin: &Actor,
        at: Timestamp,
    ) -> Result<EmailChange, StoreError>;

    /// The members who have never chosen how to sign in and are not suspended, by number. Without `again` only those who have
    /// no link that works at `at`.
    async fn members_without_sign_in(&self, again: bool, at: Timestamp) -> Result<Vec<Member>, StoreError>;
}
