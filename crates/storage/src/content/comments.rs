//! Comments.

use std::collections::HashMap;

use async_trait::async_trait;
use latchkey_domain::Timestamp;
use latchkey_domain::content::{Comment, CommentId, PostId, RichText, Viewer};

use super::{Created, Edited, SliceRequest, Slices};
use crate::StoreError;

/// A comment to be written.
#[derive(Clone, Debug)]
pub struct NewComment {
    /// Under which post.
    pub post: PostId,
    /// What it says.
    pub body: RichText,
}

/// Reading and writing comments.
#[async_trait]
pub trait Comments: Send + Sync {
    /// The comments under each of these posts, by age.
    async fn comments_of_posts(
        &self,
        posts: Vec<PostId>,
        slice: SliceRequest,
    ) -> Result<Slices<PostId, Comment>, StoreError>;

    /// How many comments there are under each of these posts.
    async fn count_comments_of_posts(&self, posts: Vec<PostId>) -> Result<HashMap<PostId, u64>, StoreError>;

    /// Those of these comments that `viewer` may read: one's own, and those under posts that one may read.
    async fn readable_comments(
        &self,
        viewer: Viewer,
        ids: Vec<CommentId>,
    ) -> Result<Vec<Comment>, StoreError>;

    /// Writes a comment, within what a member may write in an hour. Not found if there is no such post that `author` may
    /// read.
    async fn create_comment(
        &self,
        author: Viewer,
        comment: NewComment,
        at: Timestamp,
    ) -> Result<Created<Comment>, StoreError>;

    /// Changes one of `author`'s own comments, within what a member may write in an hour.
    async fn update_comment(
        &self,
        author: Viewer,
        id: CommentId,
        body: RichText,
        at: Timestamp,
    ) -> Result<Edited<Comment>, StoreError>;

    /// Deletes one of `author`'s own comments.
    async fn delete_comment(&self, author: Viewer, id: CommentId) -> Result<Edited<Comment>, StoreError>;
}
