//! What programs that sign people in learn of a member, besides name, email and role (OpenID Connect Core section 5.1).

use async_trait::async_trait;
use latchkey_domain::content::Picture;
use latchkey_domain::{Actor, MemberId, Slug, Timestamp, Username};

use crate::{Logo, StoreError};

/// The most spaces of a member that are named: an ID token goes through addresses.
pub const MOST_SPACES: u32 = 50;

/// What programs learn of a member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignInProfile {
    /// The name for programs: made when it is first asked for, and kept.
    pub username: Username,
    pub picture: Picture,
    /// When name, email, picture or role last changed, or when the member joined.
    pub changed_at: Timestamp,
    /// The spaces that the member joined, by name in URLs, at most [`MOST_SPACES`].
    pub spaces: Vec<Slug>,
}

/// Reading and changing them.
#[async_trait]
pub trait SignInProfiles: Send + Sync {
    /// What programs learn of this member; `None` if there is no such member.
    async fn sign_in_profile(&self, member: MemberId) -> Result<Option<SignInProfile>, StoreError>;

    /// Sets or removes the picture of a member; whether there is such a member.
    async fn set_picture(
        &self,
        member: MemberId,
        picture: Option<Logo>,
        by: &Actor,
        at: Timestamp,
    ) -> Result<bool, StoreError>;
}
