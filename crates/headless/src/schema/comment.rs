//! Comments.

use async_graphql::{Context, ID, Object, Result};
use latchkey_domain::Scope;
use latchkey_domain::content::Comment;

use super::member::MemberNode;
use super::post::PostNode;
use crate::access::{any_token, or_null, requires_scope};
use crate::id::{Kind, global};
use crate::loaders::load;
use crate::open::{self, Gate, Open};
use crate::time::DateTime;

/// A comment.
pub(crate) struct CommentNode(pub(crate) Open<Comment>);

/// What a member answered under a post. `host:read:network_posts` opens all comments, `read:search` those that you may
/// read, `read:posts` those under your posts, and `write:comments` the one that a mutation wrote, in its payload.
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

    /// Who wrote it; null if they are gone.
    #[graphql(directive = any_token::apply())]
    async fn author(&self, ctx: &Context<'_>) -> Result<Option<MemberNode>> {
        Ok(open::author(ctx, &self.0).await?.map(MemberNode))
    }

    /// The post that it stands under; null if you may not read it any more. It needs a scope that opens this very post:
    /// `read:posts` opens those that you wrote.
    #[graphql(
        directive = requires_scope::apply(Scope::HostReadNetworkPosts.to_string()),
        directive = requires_scope::apply(Scope::ReadPosts.to_string()),
        directive = requires_scope::apply(Scope::ReadSearch.to_string())
    )]
    async fn post(&self, ctx: &Context<'_>) -> Result<Option<PostNode>> {
        let Some(post) = load(ctx, self.0.post).await? else {
            return Ok(None);
        };
        let post = Gate::of(ctx)?.open_readable(post);
        Ok(or_null(ctx, post).map(PostNode))
    }
}
