//! What members answer.

use super::{CommentId, PostId, RichText};
use crate::{MemberId, Timestamp};

/// A comment under a post.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// Its number.
    pub id: CommentId,
    /// Under which post.
    pub post: PostId,
    /// Who wrote it; `None` if they are gone.
    pub author: Option<MemberId>,
    /// What it says.
    pub body: RichText,
    /// When it was written.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}
