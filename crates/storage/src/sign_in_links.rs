//! Links with which a member chooses how to sign in: an invitation, or the way back in.

use async_trait::async_trait;
use latchkey_domain::{Actor, Member, MemberId, Timestamp};

use crate::{PasswordHash, PasswordSet, StoreError};

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
    /// Whether it goes to the member's address: who uses it then can read mail there.
    pub by_mail: bool,
}

/// What the audit trail says of links for these many members, if it is more than one.
pub fn invited_detail(count: usize) -> String {
    format!("{count} members")
}

/// Making and using links. A member has one at most. It ends when the password or the role changes.
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

    /// Stores a link that is about to be mailed, in place of the one mailed before.
    async fn add_mailed_link(&self, link: NewSignInLink, at: Timestamp) -> Result<(), StoreError>;

    /// Whose link it is, if it works at `at`.
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

    /// The members who have never chosen how to sign in and are not suspended, by number. Without `again` only those who have
    /// no link that works at `at`.
    async fn members_without_sign_in(&self, again: bool, at: Timestamp) -> Result<Vec<Member>, StoreError>;
}
