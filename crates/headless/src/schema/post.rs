//! Posts.

use async_graphql::{Context, ID, Object, Result};
use latchkey_domain::Scope;
use latchkey_domain::content::Post;

use super::comment::CommentNode;
use super::member::MemberNode;
use super::space::SpaceNode;
use super::{BY_AGE, SortOrder};
use crate::access::{any_token, requires_scope};
use crate::connection::{Connection, MAX_NESTED_PAGE, slice};
use crate::id::{Kind, global};
use crate::loaders::{Below, Count, load};
use crate::open::{self, Gate, Open};
use crate::time::DateTime;

/// A post.
pub(crate) struct PostNode(pub(crate) Open<Post>);

/// What a member wrote for all in a space. `host:read:network_posts` opens all posts, `read:search` those that you may
/// read, `read:posts` those that you wrote, and `write:posts` the one that a mutation wrote, in its payload.
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

    /// What it is called.
    #[graphql(directive = any_token::apply())]
    async fn title(&self) -> &str {
        self.0.title.as_str()
    }

    /// What it says, in HTML that is safe to show.
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

    /// Where it stands.
    #[graphql(directive = any_token::apply())]
    async fn space(&self, ctx: &Context<'_>) -> Result<Option<SpaceNode>> {
        Ok(open::space(ctx, &self.0).await?.map(SpaceNode))
    }

    /// Who wrote it; null if they are gone.
    #[graphql(directive = any_token::apply())]
    async fn author(&self, ctx: &Context<'_>) -> Result<Option<MemberNode>> {
        Ok(open::author(ctx, &self.0).await?.map(MemberNode))
    }

    /// The comments under it, by age.
    #[graphql(
        directive = requires_scope::apply(Scope::HostReadNetworkPosts.to_string()),
        directive = requires_scope::apply(Scope::ReadPosts.to_string()),
        directive = requires_scope::apply(Scope::ReadSearch.to_string())
    )]
    async fn comments(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many rows, at most 25.")] first: Option<i32>,
        #[graphql(desc = "The `endCursor` of the page before.")] after: Option<String>,
        #[graphql(default_with = "SortOrder::Asc")] sort_order: SortOrder,
    ) -> Result<Option<Connection<CommentNode>>> {
        let request = slice(
            (first, MAX_NESTED_PAGE),
            after.as_deref(),
            sort_order.into(),
            BY_AGE,
        )?;
        let post = self.0.id;
        let comments = load(ctx, Below(post, request.clone())).await?.unwrap_or_default();
        let comments = Gate::of(ctx)?.comments(&self.0, comments)?;
        Ok(Some(Connection::new(
            comments,
            &request,
            BY_AGE,
            Count::CommentsUnder(post),
            CommentNode,
        )))
    }
}
