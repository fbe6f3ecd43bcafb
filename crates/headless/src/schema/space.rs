//! Spaces.

use async_graphql::{Context, Enum, ID, Object, Result};
use latchkey_domain::Scope;
use latchkey_domain::content::{Space, SpaceVisibility};

use super::post::PostNode;
use super::{BY_AGE, SortOrder};
use crate::access::{any_token, or_null, requires_scope};
use crate::connection::{Connection, MAX_NESTED_PAGE, slice};
use crate::id::{Kind, global};
use crate::loaders::{Below, Count, MembersOf, load};
use crate::open::{Gate, Open};
use crate::time::DateTime;

/// Who may read in a space.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
pub(crate) enum Visibility {
    /// Every member of the network.
    Public,
    /// Those who belong to it, and hosts.
    Private,
}

/// A space.
pub(crate) struct SpaceNode(pub(crate) Open<Space>);

/// Where posts stand. Beside a post or an event that you may read, a token reads the name. The rest needs
/// `host:read:network_spaces`, or `read:search` and a space that you may read in.
#[Object(name = "Space")]
impl SpaceNode {
    /// The global id.
    #[graphql(directive = any_token::apply())]
    pub(super) async fn id(&self) -> ID {
        global(Kind::Space, self.0.id.0)
    }

    /// The number in the global id.
    #[graphql(directive = any_token::apply())]
    async fn resource_id(&self) -> String {
        self.0.id.to_string()
    }

    /// What it is called.
    #[graphql(directive = any_token::apply())]
    async fn name(&self) -> &str {
        self.0.name.as_str()
    }

    /// What stands in addresses.
    #[graphql(directive = any_token::apply())]
    async fn slug(&self) -> &str {
        self.0.slug.as_str()
    }

    /// What it is for.
    #[graphql(
        directive = requires_scope::apply(Scope::HostReadNetworkSpaces.to_string()),
        directive = requires_scope::apply(Scope::ReadSearch.to_string())
    )]
    async fn description(&self, ctx: &Context<'_>) -> Option<&str> {
        or_null(ctx, self.0.details()).map(|space| space.description.as_str())
    }

    /// Who may read in it.
    #[graphql(
        directive = requires_scope::apply(Scope::HostReadNetworkSpaces.to_string()),
        directive = requires_scope::apply(Scope::ReadSearch.to_string())
    )]
    async fn visibility(&self, ctx: &Context<'_>) -> Option<Visibility> {
        or_null(ctx, self.0.details()).map(|space| match space.visibility {
            SpaceVisibility::Public => Visibility::Public,
            SpaceVisibility::Private => Visibility::Private,
        })
    }

    /// Since when.
    #[graphql(
        directive = requires_scope::apply(Scope::HostReadNetworkSpaces.to_string()),
        directive = requires_scope::apply(Scope::ReadSearch.to_string())
    )]
    async fn created_at(&self, ctx: &Context<'_>) -> Option<DateTime> {
        or_null(ctx, self.0.details()).map(|space| DateTime(space.created_at))
    }

    /// How many members belong to it.
    #[graphql(directive = requires_scope::apply(Scope::HostReadNetworkSpaces.to_string()))]
    async fn member_count(&self, ctx: &Context<'_>) -> Result<Option<u64>> {
        Ok(Some(load(ctx, MembersOf(self.0.id)).await?.unwrap_or(0)))
    }

    /// The posts in it, by age.
    #[graphql(directive = requires_scope::apply(Scope::HostReadNetworkPosts.to_string()))]
    async fn posts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many rows, at most 25.")] first: Option<i32>,
        #[graphql(desc = "The `endCursor` of the page before.")] after: Option<String>,
        #[graphql(default_with = "SortOrder::Desc")] sort_order: SortOrder,
    ) -> Result<Option<Connection<PostNode>>> {
        let request = slice(
            (first, MAX_NESTED_PAGE),
            after.as_deref(),
            sort_order.into(),
            BY_AGE,
        )?;
        let space = self.0.id;
        let posts = load(ctx, Below(space, request.clone()))
            .await?
            .unwrap_or_default();
        let posts = Gate::of(ctx)?.rows(posts)?;
        Ok(Some(Connection::new(
            posts,
            &request,
            BY_AGE,
            Count::PostsIn(space),
            PostNode,
        )))
    }
}
