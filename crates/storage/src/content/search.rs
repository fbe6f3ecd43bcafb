//! Full-text search.

use async_trait::async_trait;
use latchkey_domain::content::{CommentId, CourseId, EventId, PostId, SpaceId, Viewer};

use super::{Position, Slice};
use crate::StoreError;

/// What can be found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ItemKind {
    Post,
    Comment,
    Event,
    Space,
    Course,
}

impl ItemKind {
    /// Every kind.
    pub const ALL: &[Self] = &[Self::Post, Self::Comment, Self::Event, Self::Space, Self::Course];
}

/// What was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Item {
    Post(PostId),
    Comment(CommentId),
    Event(EventId),
    Space(SpaceId),
    Course(CourseId),
}

/// What is searched for. All words have to be there; the last one may be the beginning of a word, and so may any that
/// ends in `*`. Text in quotation marks is found as it is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct SearchRequest {
    /// The words.
    pub query: String,
    /// Among what.
    pub kinds: Vec<ItemKind>,
    /// Behind which hit; from the best if there is none.
    pub after: Option<Position>,
    /// The most hits.
    pub limit: u32,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    /// What was found.
    pub item: Item,
    /// How well it matches: larger is better.
    pub score: f64,
    /// Its title; empty for a comment.
    pub title: String,
    /// The words around those that were found, as plain text. Each found word is between [`Hit::OPEN`] and
    /// [`Hit::CLOSE`].
    pub snippet: String,
}

impl Hit {
    /// Stands before a found word. A character for private use, so that it is not taken for the text's own.
    pub const OPEN: char = '\u{E000}';
    /// Stands behind a found word.
    pub const CLOSE: char = '\u{E001}';
}

/// Searching.
#[async_trait]
pub trait Search: Send + Sync {
    /// What `viewer` may see and matches, the best first.
    async fn search(&self, viewer: Viewer, request: SearchRequest) -> Result<Slice<Hit>, StoreError>;

    /// How much of what `viewer` may see matches.
    async fn count_hits(&self, viewer: Viewer, request: SearchRequest) -> Result<u64, StoreError>;
}
