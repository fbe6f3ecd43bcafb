//! Whose token it is.

use async_graphql::{Context, ID, Object, Result};
use latchkey_domain::{Member, Scope};

use super::BY_AGE;
use super::SortOrder;
use super::course::CourseNode;
use super::post::PostNode;
use super::role::RoleName;
use crate::access::{any_token, requires_scope};
use crate::connection::{Connection, MAX_PAGE, slice};
use crate::id::{Kind, global};
use crate::loaders::{Count, list, load, store};
use crate::open::Gate;
use crate::time::DateTime;

/// Whose token it is.
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

    /// What of the name stands before the last word.
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

    /// What you may do.
    #[graphql(directive = any_token::apply())]
    async fn role(&self) -> RoleName {
        self.0.role.into()
    }

    /// The same as `role`, under the name that clients of the hosted product use.
    #[graphql(directive = any_token::apply())]
    async fn network_role(&self) -> RoleName {
        self.0.role.into()
    }

    /// When you were last here, to the minute; null if never.
    #[graphql(directive = requires_scope::apply(Scope::HostReadNetworkMembers.to_string()))]
    async fn last_active_at(&self, ctx: &Context<'_>) -> Result<Option<DateTime>> {
        let profile = load(ctx, self.0.id).await?;
        Ok(profile.and_then(|profile| profile.last_active_at).map(DateTime))
    }

    /// Since when you are a member.
    #[graphql(directive = any_token::apply())]
    async fn joined_at(&self) -> DateTime {
        DateTime(self.0.joined_at)
    }

    /// The address of your picture.
    #[graphql(directive = any_token::apply())]
    async fn avatar_url(&self, ctx: &Context<'_>) -> Result<Option<String>> {
        let profile = load(ctx, self.0.id).await?;
        Ok(profile
            .and_then(|profile| profile.avatar_url)
            .map(|url| url.as_str().to_owned()))
    }

    /// The posts that you wrote, by age.
    #[graphql(directive = requires_scope::apply(Scope::ReadPosts.to_string()))]
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
        let me = self.0.id;
        let store = store(ctx)?;
        let posts = list(ctx, &request, |part| store.posts_of(me, part)).await?;
        let posts = Gate::of(ctx)?.rows(posts)?;
        Ok(Some(Connection::new(
            posts,
            &request,
            BY_AGE,
            Count::PostsBy(me),
            PostNode,
        )))
    }

    /// The courses that you take, by when you began.
    #[graphql(directive = requires_scope::apply(Scope::ReadCourses.to_string()))]
    async fn courses(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many rows, at most 50.")] first: Option<i32>,
        #[graphql(desc = "The `endCursor` of the page before.")] after: Option<String>,
    ) -> Result<Option<Connection<CourseNode>>> {
        let request = slice((first, MAX_PAGE), after.as_deref(), SortOrder::Asc.into(), BY_AGE)?;
        let me = self.0.id;
        let store = store(ctx)?;
        let courses = list(ctx, &request, |part| store.courses_of(me, part)).await?;
        let courses = Gate::of(ctx)?.rows(courses)?;
        Ok(Some(Connection::new(
            courses,
            &request,
            BY_AGE,
            Count::CoursesOf(me),
            CourseNode,
        )))
    }
}
