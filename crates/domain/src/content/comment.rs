//! What members answer.

use super::id::id;
use super::{PostId, RichText};
use crate::{MemberId, Timestamp};

id! {
    /// A comment.
    CommentId
}

/// A comment under a post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    pub id: CommentId,
    /// Under which post.
    pub post: PostId,
    /// The author; `None` if they left the network.
    pub author: Option<MemberId>,
    pub body: RichText,
    /// When it was written.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}
