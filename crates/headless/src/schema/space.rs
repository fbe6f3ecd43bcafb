//! Spaces.

use async_graphql::{Context, Enum, ID, Object, Result};
use latchkey_domain::Scope;
use latchkey_domain::content::{Post, Space, SpaceId, SpaceVisibility};

use super::post::PostNode;
use super::sort::{BY_AGE, SortOrder};
use crate::access::Extent::{All, Readable};
use crate::access::{self, Gate, ObjectScopes, Open, any_token, or_null, requires_scope, scope_of};
use crate::connection::Connection;
use crate::context::{caller, store};
use crate::counts::Count;
use crate::error::ApiError;
use crate::id::{Kind, global};
use crate::loaders::{MembersOf, load};
use crate::page::Page;
use crate::time::DateTime;

impl access::Object for Space {
    const SCOPES: ObjectScopes = &[(Scope::HostReadNetworkSpaces, All), (Scope::ReadSearch, Readable)];
}

/// Who may read in a space.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
pub(crate) enum Visibility {
    /// Every member of the network.
    Public,
    /// Its members, and hosts.
    Private,
}

pub(crate) struct SpaceNode(pub(crate) Open<Space>);

impl SpaceNode {
    pub(super) async fn find(ctx: &Context<'_>, number: i64) -> Result<Option<Self>, ApiError> {
        let viewer = caller(ctx)?.viewer();
        let found = store(ctx)?.readable_spaces(viewer, vec![SpaceId(number)]).await?;
        Ok(Gate::of(ctx)?.find_readable(found).map(Self))
    }
}

/// A place for posts. `host:read:network_spaces` opens all spaces, `read:search` those that you may read in. A token that
/// may read a post or an event may also read the name of its space.
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

    /// The name.
    #[graphql(directive = any_token::apply())]
    async fn name(&self) -> &str {
        self.0.name.as_str()
    }

    /// The name in URLs.
    #[graphql(directive = any_token::apply())]
    async fn slug(&self) -> &str {
        self.0.slug.as_str()
    }

    /// What it is for.
    #[graphql(
        directive = requires_scope::apply(scope_of::<Space>(All)),
        directive = requires_scope::apply(scope_of::<Space>(Readable))
    )]
    async fn description(&self, ctx: &Context<'_>) -> Option<&str> {
        or_null(ctx, self.0.details()).map(|space| space.description.as_str())
    }

    /// Who may read in it.
    #[graphql(
        directive = requires_scope::apply(scope_of::<Space>(All)),
        directive = requires_scope::apply(scope_of::<Space>(Readable))
    )]
    async fn visibility(&self, ctx: &Context<'_>) -> Option<Visibility> {
        or_null(ctx, self.0.details()).map(|space| match space.visibility {
            SpaceVisibility::Public => Visibility::Public,
            SpaceVisibility::Private => Visibility::Private,
        })
    }

    /// When it was created.
    #[graphql(
        directive = requires_scope::apply(scope_of::<Space>(All)),
        directive = requires_scope::apply(scope_of::<Space>(Readable))
    )]
    async fn created_at(&self, ctx: &Context<'_>) -> Option<DateTime> {
        or_null(ctx, self.0.details()).map(|space| DateTime(space.created_at))
    }

    /// How many members belong to it.
    #[graphql(directive = requires_scope::apply(scope_of::<Space>(All)))]
    async fn member_count(&self, ctx: &Context<'_>) -> Result<Option<u64>> {
        Ok(Some(load(ctx, MembersOf(self.0.id)).await?.unwrap_or(0)))
    }

    /// The posts in it, by age.
    #[graphql(directive = requires_scope::apply(scope_of::<Post>(All)))]
    async fn posts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many rows, at most 25.")] first: Option<i32>,
        #[graphql(desc = "The `endCursor` of the page before.")] after: Option<String>,
        #[graphql(default_with = "Some(SortOrder::Desc)")] sort_order: Option<SortOrder>,
    ) -> Result<Option<Connection<PostNode>>> {
        let order = sort_order.unwrap_or(SortOrder::Desc);
        let page = Page::of_nested_list(first, after.as_deref(), BY_AGE, order)?;
        let space = self.0.id;
        let posts = Gate::of(ctx)?.rows(page.below(ctx, space).await?)?;
        Ok(Some(page.connection(posts, Count::PostsIn(space), PostNode)))
    }
}
