//! Spaces.

use std::collections::HashSet;

use async_graphql::{Context, Enum, ID, Object, Result};
use latchkey_domain::Scope;
use latchkey_domain::content::{Post, Space, SpaceId, SpaceVisibility};

use super::identified::Identified;
use super::post::{PostNode, PostsIn};
use super::sort::{BY_AGE, SortOrder};
use crate::access::Extent::{All, Readable};
use crate::access::{self, Gate, ObjectScopes, Open, any_token, or_null, requires_scope, scope_of};
use crate::connection::Connection;
use crate::context::{caller, store};
use crate::counts::count;
use crate::error::ApiError;
use crate::id::global;
use crate::kind::Kind;
use crate::loaders::{Batch, Key, Loaded, load};
use crate::page::Page;
use crate::time::DateTime;

impl access::Object for Space {
    const SCOPES: ObjectScopes = &[(Scope::HostReadNetworkSpaces, All), (Scope::ReadSearch, Readable)];
}

/// A space, and whether the member may read in it.
impl Key for SpaceId {
    type Value = (Space, bool);

    async fn load(batch: &Batch, ids: &[Self]) -> Loaded<Self, (Space, bool)> {
        let found = batch.store.spaces_by_id(ids.to_vec()).await?;
        let is_open =
            |space: &Space| batch.viewer.sees_all_spaces || space.visibility == SpaceVisibility::Public;
        let doubtful: Vec<_> = found
            .iter()
            .filter(|space| !is_open(space))
            .map(|space| space.id)
            .collect();
        let mut readable = HashSet::new();
        if !doubtful.is_empty() {
            let spaces = batch.store.readable_spaces(batch.viewer, doubtful).await?;
            readable.extend(spaces.into_iter().map(|space| space.id));
        }
        Ok(found
            .into_iter()
            .map(|space| {
                let may_read = is_open(&space) || readable.contains(&space.id);
                (space.id, (space, may_read))
            })
            .collect())
    }
}

count!(AllSpaces = |batch| batch.store.count_spaces());
count!(MembersOf(SpaceId) = count_members_of_spaces);

/// Who may read in a space.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
#[graphql(remote = "SpaceVisibility")]
pub(crate) enum Visibility {
    /// Every member of the network.
    Public,
    /// Its members, and hosts.
    Private,
}

pub(crate) struct SpaceNode(pub(crate) Open<Space>);

impl Identified for SpaceNode {
    type Content = Space;

    async fn find(ctx: &Context<'_>, number: i64) -> Result<Option<Self>, ApiError> {
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
        or_null(ctx, self.0.details()).map(|space| space.visibility.into())
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
        #[graphql(default_with = "Some(SortOrder::Descending)")] sort_order: Option<SortOrder>,
    ) -> Result<Option<Connection<PostNode>>> {
        let order = sort_order.unwrap_or(SortOrder::Descending);
        let page = Page::of_nested_list(first, after.as_deref(), BY_AGE, order)?;
        let space = self.0.id;
        let posts = Gate::of(ctx)?.rows(page.below(ctx, space).await?)?;
        Ok(Some(page.connection(posts, PostsIn(space), PostNode)))
    }
}
