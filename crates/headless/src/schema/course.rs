//! Courses, with the progress of the member whose token it is.

use async_graphql::{Context, ID, Object, Result};
use latchkey_domain::Scope;
use latchkey_domain::content::EnrolledCourse;

use super::SortOrder;
use super::lesson::LessonNode;
use crate::access::{any_token, requires_scope};
use crate::connection::{Connection, MAX_NESTED_PAGE, slice};
use crate::id::{Kind, global};
use crate::loaders::{Below, Count, load};
use crate::open::{Gate, Open};
use crate::time::DateTime;

/// The sort of lessons.
const BY_PLACE: &str = "PLACE";

/// A course that the member takes.
pub(crate) struct CourseNode(pub(crate) Open<EnrolledCourse>);

/// A course that you take, and how far you are.
#[Object(name = "Course")]
impl CourseNode {
    /// The global id.
    #[graphql(directive = any_token::apply())]
    pub(super) async fn id(&self) -> ID {
        global(Kind::Course, self.0.course.id.0)
    }

    /// The number in the global id.
    #[graphql(directive = any_token::apply())]
    async fn resource_id(&self) -> String {
        self.0.course.id.to_string()
    }

    /// What it is called.
    #[graphql(directive = any_token::apply())]
    async fn title(&self) -> &str {
        self.0.course.title.as_str()
    }

    /// What stands in addresses.
    #[graphql(directive = any_token::apply())]
    async fn slug(&self) -> &str {
        self.0.course.slug.as_str()
    }

    /// What it teaches.
    #[graphql(directive = any_token::apply())]
    async fn description(&self) -> &str {
        &self.0.course.description
    }

    /// Since when.
    #[graphql(directive = any_token::apply())]
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.course.created_at)
    }

    /// When you began.
    #[graphql(directive = requires_scope::apply(Scope::ReadCourses.to_string()))]
    async fn enrolled_at(&self) -> Option<DateTime> {
        Some(DateTime(self.0.progress.enrolled_at))
    }

    /// How many lessons it has.
    #[graphql(directive = any_token::apply())]
    async fn lesson_count(&self) -> u32 {
        self.0.progress.lessons
    }

    /// How many of them you have completed.
    #[graphql(directive = requires_scope::apply(Scope::ReadCourses.to_string()))]
    async fn completed_lesson_count(&self) -> Option<u32> {
        Some(self.0.progress.completed)
    }

    /// How much of it you have completed, in per cent.
    #[graphql(directive = requires_scope::apply(Scope::ReadCourses.to_string()))]
    async fn progress(&self) -> Option<u32> {
        Some(self.0.progress.percent())
    }

    /// When you completed the last lesson; null while one is open.
    #[graphql(directive = requires_scope::apply(Scope::ReadCourses.to_string()))]
    async fn completed_at(&self) -> Option<DateTime> {
        self.0.progress.completed_at.map(DateTime)
    }

    /// The lessons, in their order.
    #[graphql(directive = requires_scope::apply(Scope::ReadCourses.to_string()))]
    async fn lessons(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many rows, at most 25.")] first: Option<i32>,
        #[graphql(desc = "The `endCursor` of the page before.")] after: Option<String>,
    ) -> Result<Option<Connection<LessonNode>>> {
        let request = slice(
            (first, MAX_NESTED_PAGE),
            after.as_deref(),
            SortOrder::Asc.into(),
            BY_PLACE,
        )?;
        let lessons = load(ctx, Below(self.0.course.id, request.clone()))
            .await?
            .unwrap_or_default();
        let lessons = Gate::of(ctx)?.rows(lessons)?;
        let count = Count::Known(self.0.progress.lessons.into());
        Ok(Some(Connection::new(
            lessons, &request, BY_PLACE, count, LessonNode,
        )))
    }
}
