//! The network.

use async_graphql::{Context, ID, Object, Result};
use latchkey_domain::{Email, MemberId, Scope};

use super::event::EventNode;
use super::member::{MemberNode, MemberSort};
use super::plan::PlanNode;
use super::post::PostNode;
use super::space::SpaceNode;
use super::{BY_AGE, SortOrder};
use crate::access::{any_token, requires_scope};
use crate::connection::{Connection, MAX_PAGE, slice};
use crate::error::ApiError;
use crate::id::{Kind, global, number};
use crate::loaders::{Count, list, load, store};
use crate::open::Gate;

/// The sort of events.
const BY_START: &str = "START";

/// Where people reach the network.
#[derive(Clone)]
pub(crate) struct PublicUrl(pub(crate) std::sync::Arc<str>);

/// The network.
pub(crate) struct Network(pub(crate) latchkey_domain::Network);

/// The network.
#[Object]
impl Network {
    /// The global id.
    #[graphql(directive = any_token::apply())]
    pub(super) async fn id(&self) -> ID {
        global(Kind::Network, self.0.id)
    }

    /// The number in the global id.
    #[graphql(directive = any_token::apply())]
    async fn resource_id(&self) -> String {
        self.0.id.to_string()
    }

    /// What people see.
    #[graphql(directive = any_token::apply())]
    async fn name(&self) -> &str {
        self.0.name.as_str()
    }

    /// The same as `name`, under the name that clients of the hosted product use.
    #[graphql(directive = any_token::apply())]
    async fn title(&self) -> &str {
        self.0.name.as_str()
    }

    /// Where people reach it.
    #[graphql(directive = any_token::apply())]
    async fn url<'c>(&self, ctx: &Context<'c>) -> Option<&'c str> {
        ctx.data_opt::<PublicUrl>().map(|url| &*url.0)
    }

    /// What stands in addresses.
    #[graphql(directive = any_token::apply())]
    async fn slug(&self) -> &str {
        self.0.slug.as_str()
    }

    /// The roster.
    #[graphql(directive = requires_scope::apply(Scope::HostReadNetworkMembers.to_string()))]
    async fn members(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many rows, at most 50.")] first: Option<i32>,
        #[graphql(desc = "The `endCursor` of the page before, with the same sort.")] after: Option<String>,
        #[graphql(default_with = "Some(MemberSort::DateJoined)")] sort: Option<MemberSort>,
        #[graphql(default_with = "Some(SortOrder::Asc)")] sort_order: Option<SortOrder>,
    ) -> Result<Option<Connection<MemberNode>>> {
        let sort = sort.unwrap_or(MemberSort::DateJoined);
        let mark = sort.mark();
        let request = slice(
            (first, MAX_PAGE),
            after.as_deref(),
            sort_order.unwrap_or(SortOrder::Asc).into(),
            mark,
        )?;
        let store = store(ctx)?;
        let members = list(ctx, &request, |part| store.profiles(sort.into(), part)).await?;
        let members = Gate::of(ctx)?.rows(members)?;
        Ok(Some(Connection::new(
            members,
            &request,
            mark,
            Count::Members,
            MemberNode,
        )))
    }

    /// The member with this id or resourceId; null if there is none.
    #[graphql(directive = requires_scope::apply(Scope::HostReadNetworkMembers.to_string()))]
    async fn member(&self, ctx: &Context<'_>, id: ID) -> Result<Option<MemberNode>> {
        let id = MemberId(number(&id, Kind::Member)?);
        let found = load(ctx, id).await?;
        let gate = Gate::of(ctx)?;
        Ok(found.map(|one| gate.open(one)).transpose()?.map(MemberNode))
    }

    /// The member with this email; null if there is none.
    #[graphql(directive = requires_scope::apply(Scope::HostReadNetworkMembers.to_string()))]
    async fn member_by_email(&self, ctx: &Context<'_>, email: String) -> Result<Option<MemberNode>> {
        let email: Email = email
            .parse()
            .map_err(|error: latchkey_domain::member::EmailError| {
                ApiError::BadInput(format!("email: {error}"))
            })?;
        let found = store(ctx)?
            .profile_by_email(&email)
            .await
            .map_err(ApiError::from)?;
        let gate = Gate::of(ctx)?;
        Ok(found.map(|one| gate.open(one)).transpose()?.map(MemberNode))
    }

    /// All events, by when they begin.
    #[graphql(directive = requires_scope::apply(Scope::HostReadNetworkEvents.to_string()))]
    async fn events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many rows, at most 50.")] first: Option<i32>,
        #[graphql(desc = "The `endCursor` of the page before.")] after: Option<String>,
        #[graphql(default_with = "Some(SortOrder::Asc)")] sort_order: Option<SortOrder>,
    ) -> Result<Option<Connection<EventNode>>> {
        let request = slice(
            (first, MAX_PAGE),
            after.as_deref(),
            sort_order.unwrap_or(SortOrder::Asc).into(),
            BY_START,
        )?;
        let store = store(ctx)?;
        let events = list(ctx, &request, |part| store.events(part)).await?;
        let events = Gate::of(ctx)?.rows(events)?;
        Ok(Some(Connection::new(
            events,
            &request,
            BY_START,
            Count::Events,
            EventNode,
        )))
    }

    /// All spaces, by age.
    #[graphql(directive = requires_scope::apply(Scope::HostReadNetworkSpaces.to_string()))]
    async fn spaces(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many rows, at most 50.")] first: Option<i32>,
        #[graphql(desc = "The `endCursor` of the page before.")] after: Option<String>,
        #[graphql(default_with = "Some(SortOrder::Asc)")] sort_order: Option<SortOrder>,
    ) -> Result<Option<Connection<SpaceNode>>> {
        let request = slice(
            (first, MAX_PAGE),
            after.as_deref(),
            sort_order.unwrap_or(SortOrder::Asc).into(),
            BY_AGE,
        )?;
        let store = store(ctx)?;
        let spaces = list(ctx, &request, |part| store.spaces(part)).await?;
        let spaces = Gate::of(ctx)?.rows(spaces)?;
        Ok(Some(Connection::new(
            spaces,
            &request,
            BY_AGE,
            Count::Spaces,
            SpaceNode,
        )))
    }

    /// The plans that members can be on, by age.
    #[graphql(directive = requires_scope::apply(Scope::HostReadNetworkPlans.to_string()))]
    async fn plans(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many rows, at most 50.")] first: Option<i32>,
        #[graphql(desc = "The `endCursor` of the page before.")] after: Option<String>,
        #[graphql(default_with = "Some(SortOrder::Asc)")] sort_order: Option<SortOrder>,
    ) -> Result<Option<Connection<PlanNode>>> {
        let request = slice(
            (first, MAX_PAGE),
            after.as_deref(),
            sort_order.unwrap_or(SortOrder::Asc).into(),
            BY_AGE,
        )?;
        let store = store(ctx)?;
        let plans = list(ctx, &request, |part| store.membership_plans(part)).await?;
        let plans = Gate::of(ctx)?.rows(plans)?;
        Ok(Some(Connection::new(
            plans,
            &request,
            BY_AGE,
            Count::Plans,
            PlanNode,
        )))
    }

    /// All posts, by age.
    #[graphql(directive = requires_scope::apply(Scope::HostReadNetworkPosts.to_string()))]
    async fn posts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many rows, at most 50.")] first: Option<i32>,
        #[graphql(desc = "The `endCursor` of the page before.")] after: Option<String>,
        #[graphql(default_with = "Some(SortOrder::Desc)")] sort_order: Option<SortOrder>,
    ) -> Result<Option<Connection<PostNode>>> {
        let request = slice(
            (first, MAX_PAGE),
            after.as_deref(),
            sort_order.unwrap_or(SortOrder::Desc).into(),
            BY_AGE,
        )?;
        let store = store(ctx)?;
        let posts = list(ctx, &request, |part| store.posts(part)).await?;
        let posts = Gate::of(ctx)?.rows(posts)?;
        Ok(Some(Connection::new(
            posts,
            &request,
            BY_AGE,
            Count::Posts,
            PostNode,
        )))
    }
}
