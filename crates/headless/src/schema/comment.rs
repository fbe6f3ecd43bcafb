//! Comments.

use async_graphql::{Context, ID, Object, Result};
use latchkey_domain::Scope;
use latchkey_domain::content::{Comment, CommentId, Post, PostId};
use latchkey_storage::StoreError;
use latchkey_storage::content::{SliceRequest, Slices};

use super::identified::Identified;
use super::member::MemberNode;
use super::post::PostNode;
use crate::access::Extent::{All, Own, Readable, Written};
use crate::access::{self, Gate, ObjectScopes, Open, any_token, or_null, requires_scope, scope_of};
use crate::context::{caller, store};
use crate::counts::count;
use crate::error::ApiError;
use crate::id::global;
use crate::kind::Kind;
use crate::loaders::{Batch, Parent, load, read_texts};
use crate::time::DateTime;

/// Whether a comment is the member's own depends on its post: see [`Gate::open_comment`].
impl access::Object for Comment {
    const SCOPES: ObjectScopes = &[
        (Scope::HostReadNetworkPosts, All),
        (Scope::ReadSearch, Readable),
        (Scope::ReadPosts, Own),
        (Scope::WriteComments, Written),
    ];
}

/// The comments on a post.
impl Parent for PostId {
    type Row = Comment;

    async fn rows(
        batch: &Batch,
        posts: Vec<Self>,
        part: SliceRequest,
    ) -> Result<Slices<Self, Comment>, StoreError> {
        batch.store.comments_of_posts(posts, part).await
    }
}

count!(CommentsOn(PostId) = count_comments_of_posts);

pub(crate) struct CommentNode(pub(crate) Open<Comment>);

impl Identified for CommentNode {
    type Content = Comment;

    async fn find(ctx: &Context<'_>, number: i64) -> Result<Option<Self>, ApiError> {
        let (store, viewer) = (store(ctx)?, caller(ctx)?.viewer());
        let ask = || store.readable_comments(viewer, vec![CommentId(number)]);
        let Some(comment) = read_texts(ctx, ask, |comment| &comment.body)
            .await?
            .into_iter()
            .next()
        else {
            return Ok(None);
        };
        let post = load(ctx, comment.post).await?;
        let comment = Gate::of(ctx)?.open_comment(comment, post.as_deref());
        Ok(comment.ok().map(Self))
    }
}

/// A member's answer to a post. `host:read:network_posts` opens all comments, `read:search` those that you may read,
/// `read:posts` those under your posts, and `write:comments` the one that a mutation wrote, in its payload.
#[Object(name = "Comment")]
impl CommentNode {
    /// The global id.
    #[graphql(directive = any_token::apply())]
    pub(super) async fn id(&self) -> ID {
        global(Kind::Comment, self.0.id.0)
    }

    /// The number in the global id.
    #[graphql(directive = any_token::apply())]
    async fn resource_id(&self) -> String {
        self.0.id.to_string()
    }

    /// The text, in HTML that is safe to show.
    #[graphql(directive = any_token::apply())]
    async fn body(&self) -> &str {
        self.0.body.html()
    }

    /// When it was written.
    #[graphql(directive = any_token::apply())]
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.created_at)
    }

    /// When it was last changed.
    #[graphql(directive = any_token::apply())]
    async fn updated_at(&self) -> DateTime {
        DateTime(self.0.updated_at)
    }

    /// Who wrote it; null if they left the network.
    #[graphql(directive = any_token::apply())]
    async fn author(&self, ctx: &Context<'_>) -> Result<Option<MemberNode>> {
        let author = access::author(ctx, &self.0, |comment| comment.author).await?;
        Ok(author.map(MemberNode))
    }

    /// The post that it answers; null if you may not read it any more. It needs a scope that opens this very post:
    /// `read:posts` opens those that you wrote.
    #[graphql(
        directive = requires_scope::apply(scope_of::<Post>(All)),
        directive = requires_scope::apply(scope_of::<Post>(Own)),
        directive = requires_scope::apply(scope_of::<Post>(Readable))
    )]
    async fn post(&self, ctx: &Context<'_>) -> Result<Option<PostNode>> {
        let Some(post) = load(ctx, self.0.post).await? else {
            return Ok(None);
        };
        let post = Gate::of(ctx)?.open_readable(post);
        Ok(or_null(ctx, post).map(PostNode))
    }
}
