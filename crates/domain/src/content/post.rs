//! What members write for all in a space.

use super::{PostId, RichText, SpaceId, Title};
use crate::{MemberId, Timestamp};

/// A post in a space.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Post {
    /// Its number.
    pub id: PostId,
    /// Where it stands.
    pub space: SpaceId,
    /// Who wrote it; `None` if they are gone.
    pub author: Option<MemberId>,
    /// What it is called.
    pub title: Title,
    /// What it says.
    pub body: RichText,
    /// When it was written.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}
