//! Posts.

use std::collections::HashMap;
use std::time::Duration;

use async_trait::async_trait;
use latchkey_domain::content::{Post, PostId, RichText, SpaceId, Title, Viewer};
use latchkey_domain::{MemberId, Timestamp};

use super::{Slice, SliceRequest, Slices};
use crate::StoreError;

/// A post to be written.
#[derive(Clone, Debug)]
pub struct NewPost {
    /// Where.
    pub space: SpaceId,
    /// What it is called.
    pub title: Title,
    /// What it says.
    pub body: RichText,
}

/// What to change of a post; `None` leaves as it is.
#[derive(Clone, Debug, Default)]
pub struct PostChange {
    /// What it is called.
    pub title: Option<Title>,
    /// What it says.
    pub body: Option<RichText>,
}

impl NewPost {
    /// How many bytes it counts for what a member may write.
    pub fn bytes(&self) -> usize {
        self.title.as_str().len() + self.body.html().len()
    }
}

impl PostChange {
    /// How many bytes it counts for what a member may write.
    pub fn bytes(&self) -> usize {
        self.title.as_ref().map_or(0, |title| title.as_str().len())
            + self.body.as_ref().map_or(0, |body| body.html().len())
    }

    /// The post after the change.
    pub fn apply(&self, post: Post, at: Timestamp) -> Post {
        Post {
            title: self.title.clone().unwrap_or(post.title),
            body: self.body.clone().unwrap_or(post.body),
            updated_at: at,
            ..post
        }
    }
}

/// The outcome of writing something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Created<T> {
    /// It was written; as it is.
    Done(T),
    /// There is nothing of that number that the member may see.
    NotFound,
    /// The member has written as much as one may for now; how long to wait.
    OverQuota(Duration),
}

impl<T> Created<T> {
    /// What was written, if it was.
    pub fn done(self) -> Option<T> {
        match self {
            Self::Done(written) => Some(written),
            Self::NotFound | Self::OverQuota(_) => None,
        }
    }
}

/// The outcome of changing or deleting something that only its author may.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Edited<T> {
    /// It was done; as it is now, or was last.
    Done(T),
    /// There is nothing of that number that the member may see.
    NotFound,
    /// It is someone else's.
    NotYours,
    /// The member has written as much as one may for now; how long to wait. Nothing is ever in the way of deleting.
    OverQuota(Duration),
}

impl<T> Edited<T> {
    /// Whether `member` may change what was `found`, which is what the member may see.
    pub fn by_author(
        found: Option<T>,
        author: impl FnOnce(&T) -> Option<MemberId>,
        member: MemberId,
    ) -> Self {
        match found {
            Some(found) if author(&found) == Some(member) => Self::Done(found),
            Some(_) => Self::NotYours,
            None => Self::NotFound,
        }
    }
}

/// Reading and writing posts.
#[async_trait]
pub trait Posts: Send + Sync {
    /// All posts, by age.
    async fn posts(&self, slice: SliceRequest) -> Result<Slice<Post>, StoreError>;

    async fn count_posts(&self) -> Result<u64, StoreError>;

    /// What a member wrote, by age.
    async fn posts_of(&self, author: MemberId, slice: SliceRequest) -> Result<Slice<Post>, StoreError>;

    /// How many posts a member wrote.
    async fn count_posts_of(&self, author: MemberId) -> Result<u64, StoreError>;

    /// The posts in each of these spaces, by age.
    async fn posts_of_spaces(
        &self,
        spaces: Vec<SpaceId>,
        slice: SliceRequest,
    ) -> Result<Slices<SpaceId, Post>, StoreError>;

    /// How many posts there are in each of these spaces.
    async fn count_posts_of_spaces(&self, spaces: Vec<SpaceId>) -> Result<HashMap<SpaceId, u64>, StoreError>;

    /// Those of these posts that `viewer` may read: one's own, and those in spaces that one may read in.
    async fn readable_posts(&self, viewer: Viewer, ids: Vec<PostId>) -> Result<Vec<Post>, StoreError>;

    /// Writes a post, within what a member may write in an hour. Not found if there is no such space that `author` may
    /// read in: those who may read may write.
    async fn create_post(
        &self,
        author: Viewer,
        post: NewPost,
        at: Timestamp,
    ) -> Result<Created<Post>, StoreError>;

    /// Changes one of `author`'s own posts, within what a member may write in an hour.
    async fn update_post(
        &self,
        author: Viewer,
        id: PostId,
        change: PostChange,
        at: Timestamp,
    ) -> Result<Edited<Post>, StoreError>;

    /// Deletes one of `author`'s own posts with the comments under it.
    async fn delete_post(&self, author: Viewer, id: PostId) -> Result<Edited<Post>, StoreError>;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_its_author_changes_something() {
        let edited =
            |found: Option<Option<i64>>| Edited::by_author(found, |author| author.map(MemberId), MemberId(1));
        assert_eq!(edited(Some(Some(1))), Edited::Done(Some(1)));
        assert_eq!(edited(Some(Some(2))), Edited::NotYours);
        assert_eq!(edited(Some(None)), Edited::NotYours, "its author was removed");
        assert_eq!(edited(None), Edited::NotFound);
    }

    #[test]
    fn a_change_leaves_the_rest_and_counts_what_is_new() {
        let at = Timestamp::from_millis;
        let post = Post {
            id: PostId(1),
            space: SpaceId(1),
            author: None,
            title: Title::parse("Old").unwrap(),
            body: RichText::kept("<p>Body</p>".to_owned(), "Body".to_owned()),
            created_at: at(1),
            updated_at: at(1),
        };
        let change = PostChange {
            title: Some(Title::parse("Newer").unwrap()),
            body: None,
        };
        assert_eq!(change.bytes(), 5);
        let expected = Post {
            title: Title::parse("Newer").unwrap(),
            updated_at: at(2),
            ..post.clone()
        };
        assert_eq!(change.apply(post, at(2)), expected);
    }
}
