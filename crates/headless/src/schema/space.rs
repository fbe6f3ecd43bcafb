//! Spaces.

use async_graphql::{Context, Enum, ID, Object, Result};
use latchkey_domain::Scope;
use latchkey_domain::content::{Space, SpaceVisibility};

use super::post::PostNode;
use super::{BY_AGE, SortOrder};
use crate::access::{any_token, requires_scope};
use crate::connection::{Connection, MAX_NESTED_PAGE, slice};
use crate::id::{Kind, global};
use crate::loaders::{Below, Count, MembersOf, load};
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
pub(crate) struct SpaceNode(pub(crate) Space);

/// Where posts stand. The name is open to who may read a post in it.
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
    async fn description(&self) -> Option<&str> {
        Some(&self.0.description)
    }

    /// Who may read in it.
    #[graphql(
        directive = requires_scope::apply(Scope::HostReadNetworkSpaces.to_string()),
        directive = requires_scope::apply(Scope::ReadSearch.to_string())
    )]
    async fn visibility(&self) -> Option<Visibility> {
        Some(match self.0.visibility {
            SpaceVisibility::Public => Visibility::Public,
            SpaceVisibility::Private => Visibility::Private,
        })
    }

    /// Since when.
    #[graphql(
        directive = requires_scope::apply(Scope::HostReadNetworkSpaces.to_string()),
        directive = requires_scope::apply(Scope::ReadSearch.to_string())
    )]
    async fn created_at(&self) -> Option<DateTime> {
        Some(DateTime(self.0.created_at))
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
        #[graphql(default_with = "Some(SortOrder::Desc)")] sort_order: Option<SortOrder>,
    ) -> Result<Option<Connection<PostNode>>> {
        let request = slice(
            (first, MAX_NESTED_PAGE),
            after.as_deref(),
            sort_order.unwrap_or(SortOrder::Desc).into(),
            BY_AGE,
        )?;
        let space = self.0.id;
        let posts = load(ctx, Below(space, request.clone()))
            .await?
            .unwrap_or_default();
        Ok(Some(Connection::new(
            posts,
            &request,
            BY_AGE,
            Count::PostsIn(space),
            PostNode,
        )))
    }
}
