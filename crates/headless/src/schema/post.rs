//! Posts.

use std::collections::HashMap;
use std::sync::Arc;

use async_graphql::{Context, ID, Object, Result};
use latchkey_domain::content::{Comment, Post, PostId, SpaceId};
use latchkey_domain::{MemberId, Scope};
use latchkey_storage::StoreError;
use latchkey_storage::content::{SliceRequest, Slices};

use super::comment::{CommentNode, CommentsOn};
use super::identified::Identified;
use super::member::MemberNode;
use super::sort::{BY_AGE, SortOrder};
use super::space::SpaceNode;
use crate::access::Extent::{All, Own, Readable, Written};
use crate::access::{self, Gate, ObjectScopes, Open, any_token, requires_scope, scope_of};
use crate::connection::Connection;
use crate::context::{caller, store};
use crate::counts::count;
use crate::error::ApiError;
use crate::id::global;
use crate::kind::Kind;
use crate::loaders::{Batch, Key, Loaded, Parent, read_texts, text_bytes};
use crate::page::Page;
use crate::time::DateTime;

/// How many posts are read at once if their length is unknown.
const AT_ONCE: usize = 10;

impl access::Object for Post {
    const SCOPES: ObjectScopes = &[
        (Scope::HostReadNetworkPosts, All),
        (Scope::ReadSearch, Readable),
        (Scope::ReadPosts, Own),
        (Scope::WritePosts, Written),
    ];

    fn is_own(&self, member: MemberId) -> bool {
        self.author == Some(member)
    }
}

impl Key for PostId {
    // Many comments can belong to the same post.
    type Value = Arc<Post>;

    async fn load(batch: &Batch, ids: &[Self]) -> Loaded<Self, Arc<Post>> {
        let mut all = HashMap::new();
        for some in ids.chunks(AT_ONCE) {
            let ask = |_| batch.store.readable_posts(batch.viewer, some.to_vec());
            let bytes = |posts: &Vec<Post>| posts.iter().map(|post| text_bytes(&post.body)).sum();
            let found = batch.meter.read(ask, bytes).await?;
            all.extend(found.into_iter().map(|post| (post.id, Arc::new(post))));
        }
        Ok(all)
    }
}

/// The posts in a space.
impl Parent for SpaceId {
    type Row = Post;

    async fn rows(
        batch: &Batch,
        spaces: Vec<Self>,
        part: SliceRequest,
    ) -> Result<Slices<Self, Post>, StoreError> {
        batch.store.posts_of_spaces(spaces, part).await
    }
}

count!(AllPosts = |batch| batch.store.count_posts());
count!(OwnPosts = |batch| batch.store.count_posts_of(batch.viewer.member));
count!(PostsIn(SpaceId) = count_posts_of_spaces);

pub(crate) struct PostNode(pub(crate) Open<Post>);

impl Identified for PostNode {
    type Content = Post;

    async fn find(ctx: &Context<'_>, number: i64) -> Result<Option<Self>, ApiError> {
        let (store, viewer) = (store(ctx)?, caller(ctx)?.viewer());
        let ask = || store.readable_posts(viewer, vec![PostId(number)]);
        let found = read_texts(ctx, ask, |post| &post.body).await?;
        Ok(Gate::of(ctx)?.find_readable(found).map(Self))
    }
}

/// What a member wrote for everybody in a space. `host:read:network_posts` opens all posts, `read:search` those that you
/// may read, `read:posts` those that you wrote, and `write:posts` the one that a mutation wrote, in its payload.
#[Object(name = "Post")]
impl PostNode {
    /// The global id.
    #[graphql(directive = any_token::apply())]
    pub(super) async fn id(&self) -> ID {
        global(Kind::Post, self.0.id.0)
    }

    /// The number in the global id.
    #[graphql(directive = any_token::apply())]
    async fn resource_id(&self) -> String {
        self.0.id.to_string()
    }

    /// The title.
    #[graphql(directive = any_token::apply())]
    async fn title(&self) -> &str {
        self.0.title.as_str()
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

    /// The space that it is in.
    #[graphql(directive = any_token::apply())]
    async fn space(&self, ctx: &Context<'_>) -> Result<Option<SpaceNode>> {
        let space = access::space(ctx, &self.0, |post| Some(post.space)).await?;
        Ok(space.map(SpaceNode))
    }

    /// Who wrote it; null if they left the network.
    #[graphql(directive = any_token::apply())]
    async fn author(&self, ctx: &Context<'_>) -> Result<Option<MemberNode>> {
        let author = access::author(ctx, &self.0, |post| post.author).await?;
        Ok(author.map(MemberNode))
    }

    /// The comments on it, by age.
    #[graphql(
        directive = requires_scope::apply(scope_of::<Comment>(All)),
        directive = requires_scope::apply(scope_of::<Comment>(Own)),
        directive = requires_scope::apply(scope_of::<Comment>(Readable))
    )]
    async fn comments(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many rows, at most 25.")] first: Option<i32>,
        #[graphql(desc = "The `endCursor` of the page before.")] after: Option<String>,
        #[graphql(default_with = "Some(SortOrder::Ascending)")] sort_order: Option<SortOrder>,
    ) -> Result<Option<Connection<CommentNode>>> {
        let order = sort_order.unwrap_or(SortOrder::Ascending);
        let page = Page::of_nested_list(first, after.as_deref(), BY_AGE, order)?;
        let post = self.0.id;
        let comments = Gate::of(ctx)?.comments(&self.0, page.below(ctx, post).await?)?;
        Ok(Some(page.connection(comments, CommentsOn(post), CommentNode)))
    }
}
