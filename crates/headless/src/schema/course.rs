//! Courses, with the progress of the member whose token it is.

use async_graphql::{Context, ID, Object, Result};
use latchkey_domain::content::{CourseId, EnrolledCourse, LessonProgress};
use latchkey_domain::{MemberId, Scope};

use super::identified::Identified;
use super::lesson::LessonNode;
use super::sort::SortOrder;
use crate::access::Extent::Own;
use crate::access::{self, Gate, ObjectScopes, Open, any_token, requires_scope, scope_of};
use crate::connection::Connection;
use crate::context::{caller, store};
use crate::counts::count;
use crate::error::ApiError;
use crate::id::global;
use crate::kind::Kind;
use crate::page::Page;
use crate::time::DateTime;

/// The sort of lessons.
const BY_PLACE: &str = "PLACE";

impl access::Object for EnrolledCourse {
    const SCOPES: ObjectScopes = &[(Scope::ReadCourses, Own), (Scope::ReadSearch, Own)];

    /// The store returns courses only to members who take them.
    fn is_own(&self, _member: MemberId) -> bool {
        true
    }
}

count!(OwnCourses = |batch| batch.store.count_courses_of(batch.viewer.member));

pub(crate) struct CourseNode(pub(crate) Open<EnrolledCourse>);

impl Identified for CourseNode {
    type Content = EnrolledCourse;

    async fn find(ctx: &Context<'_>, number: i64) -> Result<Option<Self>, ApiError> {
        let me = caller(ctx)?.member.id;
        let found = store(ctx)?.courses_of_by_id(me, vec![CourseId(number)]).await?;
        Ok(Gate::of(ctx)?.find_readable(found).map(Self))
    }
}

/// A course that you take, and your progress. `read:courses` opens it, and `read:search` all but the progress and the
/// lessons.
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

    /// The title.
    #[graphql(directive = any_token::apply())]
    async fn title(&self) -> &str {
        self.0.course.title.as_str()
    }

    /// The name in URLs.
    #[graphql(directive = any_token::apply())]
    async fn slug(&self) -> &str {
        self.0.course.slug.as_str()
    }

    /// What it teaches.
    #[graphql(directive = any_token::apply())]
    async fn description(&self) -> &str {
        &self.0.course.description
    }

    /// When it was created.
    #[graphql(directive = any_token::apply())]
    async fn created_at(&self) -> DateTime {
        DateTime(self.0.course.created_at)
    }

    /// When you started it.
    #[graphql(directive = requires_scope::apply(scope_of::<EnrolledCourse>(Own)))]
    async fn enrolled_at(&self) -> Option<DateTime> {
        Some(DateTime(self.0.progress.enrolled_at))
    }

    /// How many lessons it has.
    #[graphql(directive = any_token::apply())]
    async fn lesson_count(&self) -> u32 {
        self.0.progress.lessons
    }

    /// How many of them you have completed.
    #[graphql(directive = requires_scope::apply(scope_of::<EnrolledCourse>(Own)))]
    async fn completed_lesson_count(&self) -> Option<u32> {
        Some(self.0.progress.completed)
    }

    /// How much of it you have completed, in percent.
    #[graphql(directive = requires_scope::apply(scope_of::<EnrolledCourse>(Own)))]
    async fn progress(&self) -> Option<u32> {
        Some(self.0.progress.percent())
    }

    /// When you completed the last lesson; null until then.
    #[graphql(directive = requires_scope::apply(scope_of::<EnrolledCourse>(Own)))]
    async fn completed_at(&self) -> Option<DateTime> {
        self.0.progress.completed_at.map(DateTime)
    }

    /// The lessons, in their order.
    #[graphql(directive = requires_scope::apply(scope_of::<LessonProgress>(Own)))]
    async fn lessons(
        &self,
        ctx: &Context<'_>,
        #[graphql(desc = "How many rows, at most 25.")] first: Option<i32>,
        #[graphql(desc = "The `endCursor` of the page before.")] after: Option<String>,
    ) -> Result<Option<Connection<LessonNode>>> {
        let page = Page::of_nested_list(first, after.as_deref(), BY_PLACE, SortOrder::Ascending)?;
        let lessons = Gate::of(ctx)?.rows(page.below(ctx, self.0.course.id).await?)?;
        let count = u64::from(self.0.progress.lessons);
        Ok(Some(page.connection(lessons, count, LessonNode)))
    }
}
