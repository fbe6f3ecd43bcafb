//! Posts: what members write for everybody in a space.

use super::id::id;
use super::{RichText, SpaceId, Title};
use crate::{MemberId, Timestamp};

id! {
    /// A post.
    PostId
}

/// A post in a space.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Post {
    pub id: PostId,
    /// The space that it is in.
    pub space: SpaceId,
    /// The author; `None` if they left the network.
    pub author: Option<MemberId>,
    pub title: Title,
    pub body: RichText,
    /// When it was written.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}
