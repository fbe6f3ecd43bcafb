//! The member who owns the token.

use async_graphql::{Context, ID, Object, Result};
use latchkey_domain::content::{EnrolledCourse, Post, Profile};
use latchkey_domain::{Member, Scope};

use super::course::{CourseNode, OwnCourses};
use super::member::picture;
use super::post::{OwnPosts, PostNode};
use super::role::RoleName;
use super::sort::{BY_AGE, SortOrder};
use crate::access::Extent::{All, Own};
use crate::access::{any_token, requires_scope, scope_of};
use crate::connection::Connection;
use crate::id::global;
use crate::kind::Kind;
use crate::loaders::load;
use crate::page::Page;
use crate::time::DateTime;

pub(crate) struct Me(pub(crate) Member);

/// The member whose token it is.
#[Object]
impl Me {
    /// The global id.
    #[graphql(directive = any_token::apply())]
    async fn id(&self) -> ID {
        global(Kind::Member, self.0.id.0)
    }

    /// The number in the global id.
    #[graphql(directive = any_token::apply())]
    async fn resource_id(&self) -> String {
        self.0.id.to_string()
    }

    /// The whole name.
    #[graphql(directive = any_token::apply())]
    async fn name(&self) -> &str {
        self.0.name.as_str()
    }

    /// The name without its last word.
    #[graphql(directive = any_token::apply())]
    async fn first_name(&self) -> &str {
        self.0.name.first()
    }

    /// The last word of the name; empty if the name is one word.
    #[graphql(directive = any_token::apply())]
    async fn last_name(&self) -> &str {
        self.0.name.last()
    }

    /// The email.
    #[graphql(directive = requires_scope::apply(Scope::ReadUserinfo.to_string()))]
    async fn email(&self) -> Option<&str> {
        Some(self.0.email.as_str())
    }

    /// Your role in the network.
    #[graphql(directive = any_token::apply())]
    async fn role(&self) -> RoleName {
        self.0.role.into()
    }

    /// The same as `role`, under the name that clients of the hosted product use.
    #[graphql(directive = any_token::apply())]
    async fn network_role(&self) -> RoleName {
        self.0.role.into()
    }

    /// When you last visited, to the minute; null if never.
    #[graphql(directive = requires_scope::apply(scope_of::<Profile>(All)))]
    async fn last_active_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime>> {
        let profile = load(ctx, self.0.id).await?;
        Ok(profile.and_then(|profile| profile.last_active_at).map(DateTime))
    }

    /// When you joined.
    #[graphql(directive = any_token::apply())]
    async fn joined_at(&self) -> DateTime {
        DateTime(self.0.joined_at)
    }

    /// The address of your picture.
    #[graphql(directive = any_token::apply())]
    async fn avatar_url(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        let profile = load(ctx, self.0.id).await?;
        Ok(profile.and_then(|profile| picture(ctx, &profile)))
    }

    /// The posts that you wrote, by age.
    #[graphql(directive = requires_scope::apply(scope_of::<Post>(Own)))]
    async fn posts(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many rows, at most 50.")] first: Option<i32>,
        #[graphql(desc = "The `endCursor` of the page before.")] after: Option<String>,
        #[graphql(default_with = "Some(SortOrder::Descending)")] sort_order: Option<SortOrder>,
    ) -> Result<Option<Connection<PostNode>>> {
        let order = sort_order.unwrap_or(SortOrder::Descending);
        let page = Page::of_list(first, after.as_deref(), BY_AGE, order)?;
        let me = self.0.id;
        page.read(ctx, |store, part| store.posts_of(me, part), OwnPosts, PostNode)
            .await
    }

    /// The courses that you take, by when you started them.
    #[graphql(directive = requires_scope::apply(scope_of::<EnrolledCourse>(Own)))]
    async fn courses(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many rows, at most 50.")] first: Option<i32>,
        #[graphql(desc = "The `endCursor` of the page before.")] after: Option<String>,
    ) -> Result<Option<Connection<CourseNode>>> {
        let page = Page::of_list(first, after.as_deref(), BY_AGE, SortOrder::Ascending)?;
        let me = self.0.id;
        page.read(
            ctx,
            |store, part| store.courses_of(me, part),
            OwnCourses,
            CourseNode,
        )
        .await
    }
}
