//! The network.

use async_graphql::{Context, ID, Object, Result};
use latchkey_domain::Email;
use latchkey_domain::content::{Event, MembershipPlan, Post, Profile, Space};
use latchkey_storage::content::{Events, MembershipPlans, Posts, Spaces};

use super::event::{AllEvents, EventNode};
use super::identified::Identified;
use super::member::{AllMembers, MemberNode, MemberSort};
use super::plan::{AllPlans, PlanNode};
use super::post::{AllPosts, PostNode};
use super::sort::{BY_AGE, SortOrder};
use super::space::{AllSpaces, SpaceNode};
use crate::access::Extent::All;
use crate::access::{self, ObjectScopes, any_token, requires_scope, scope_of};
use crate::connection::Connection;
use crate::context;
use crate::error::ApiError;
use crate::id::{global, number};
use crate::kind::Kind;
use crate::page::Page;

/// The sort of events.
const BY_START: &str = "START";

/// Any token opens it.
impl access::Object for latchkey_domain::Network {
    const SCOPES: ObjectScopes = &[];
}

pub(crate) struct Network(pub(crate) latchkey_domain::Network);

impl Identified for Network {
    type Content = latchkey_domain::Network;

    async fn find(ctx: &Context<'_>, number: i64) -> Result<Option<Self>, ApiError> {
        let network = context::network(ctx).await?;
        Ok((network.id == number).then_some(Self(network)))
    }
}

/// The network. Any token opens it.
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

    /// The name.
    #[graphql(directive = any_token::apply())]
    async fn name(&self) -> &str {
        self.0.name.as_str()
    }

    /// The same as `name`, under the name that clients of the hosted product use.
    #[graphql(directive = any_token::apply())]
    async fn title(&self) -> &str {
        self.0.name.as_str()
    }

    /// The address that people open.
    #[graphql(directive = any_token::apply())]
    async fn url<'c>(&self, ctx: &Context<'c>) -> Option<&'c str> {
        context::public_url(ctx)
    }

    /// The name in URLs.
    #[graphql(directive = any_token::apply())]
    async fn slug(&self) -> &str {
        self.0.slug.as_str()
    }

    /// The roster.
    #[graphql(directive = requires_scope::apply(scope_of::<Profile>(All)))]
    async fn members(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many rows, at most 50.")] first: Option<i32>,
        #[graphql(desc = "The `endCursor` of the page before, with the same sort.")] after: Option<String>,
        #[graphql(default_with = "Some(MemberSort::Joined)")] sort: Option<MemberSort>,
        #[graphql(default_with = "Some(SortOrder::Ascending)")] sort_order: Option<SortOrder>,
    ) -> Result<Option<Connection<MemberNode>>> {
        let sort = sort.unwrap_or(MemberSort::Joined);
        let order = sort_order.unwrap_or(SortOrder::Ascending);
        let page = Page::of_list(first, after.as_deref(), sort.name(), order)?;
        page.read(
            ctx,
            |store, part| store.profiles(sort.into(), part),
            AllMembers,
            MemberNode,
        )
        .await
    }

    /// The member with this id or resourceId; null if there is none.
    #[graphql(directive = requires_scope::apply(scope_of::<Profile>(All)))]
    async fn member(&self, ctx: &Context<'_>, id: ID) -> Result<Option<MemberNode>> {
        Ok(MemberNode::find(ctx, number(&id, Kind::Member)?).await?)
    }

    /// The member with this email; null if there is none.
    #[graphql(directive = requires_scope::apply(scope_of::<Profile>(All)))]
    async fn member_by_email(&self, ctx: &Context<'_>, email: String) -> Result<Option<MemberNode>> {
        let email: Email = email
            .parse()
            .map_err(|error: latchkey_domain::member::EmailError| {
                ApiError::BadInput(format!("email: {error}"))
            })?;
        Ok(MemberNode::find_by_email(ctx, &email).await?)
    }

    /// All events, by when they start.
    #[graphql(directive = requires_scope::apply(scope_of::<Event>(All)))]
    async fn events(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many rows, at most 50.")] first: Option<i32>,
        #[graphql(desc = "The `endCursor` of the page before.")] after: Option<String>,
        #[graphql(default_with = "Some(SortOrder::Ascending)")] sort_order: Option<SortOrder>,
    ) -> Result<Option<Connection<EventNode>>> {
        let order = sort_order.unwrap_or(SortOrder::Ascending);
        let page = Page::of_list(first, after.as_deref(), BY_START, order)?;
        page.read(ctx, Events::events, AllEvents, EventNode).await
    }

    /// All spaces, by age.
    #[graphql(directive = requires_scope::apply(scope_of::<Space>(All)))]
    async fn spaces(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many rows, at most 50.")] first: Option<i32>,
        #[graphql(desc = "The `endCursor` of the page before.")] after: Option<String>,
        #[graphql(default_with = "Some(SortOrder::Ascending)")] sort_order: Option<SortOrder>,
    ) -> Result<Option<Connection<SpaceNode>>> {
        let order = sort_order.unwrap_or(SortOrder::Ascending);
        let page = Page::of_list(first, after.as_deref(), BY_AGE, order)?;
        page.read(ctx, Spaces::spaces, AllSpaces, SpaceNode).await
    }

    /// The plans that members can be on, by age.
    #[graphql(directive = requires_scope::apply(scope_of::<MembershipPlan>(All)))]
    async fn plans(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many rows, at most 50.")] first: Option<i32>,
        #[graphql(desc = "The `endCursor` of the page before.")] after: Option<String>,
        #[graphql(default_with = "Some(SortOrder::Ascending)")] sort_order: Option<SortOrder>,
    ) -> Result<Option<Connection<PlanNode>>> {
        let order = sort_order.unwrap_or(SortOrder::Ascending);
        let page = Page::of_list(first, after.as_deref(), BY_AGE, order)?;
        page.read(ctx, MembershipPlans::membership_plans, AllPlans, PlanNode)
            .await
    }

    /// All posts, by age.
    #[graphql(directive = requires_scope::apply(scope_of::<Post>(All)))]
    async fn posts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many rows, at most 50.")] first: Option<i32>,
        #[graphql(desc = "The `endCursor` of the page before.")] after: Option<String>,
        #[graphql(default_with = "Some(SortOrder::Descending)")] sort_order: Option<SortOrder>,
    ) -> Result<Option<Connection<PostNode>>> {
        let order = sort_order.unwrap_or(SortOrder::Descending);
        let page = Page::of_list(first, after.as_deref(), BY_AGE, order)?;
        page.read(ctx, Posts::posts, AllPosts, PostNode).await
    }
}
