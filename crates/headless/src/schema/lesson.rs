//! Lessons, with the progress of the member whose token it is.

use async_graphql::{Context, ID, Object};
use latchkey_domain::content::{CourseId, LessonId, LessonProgress};
use latchkey_domain::{MemberId, Scope};
use latchkey_storage::StoreError;
use latchkey_storage::content::{SliceRequest, Slices};

use super::identified::Identified;
use crate::access::Extent::Own;
use crate::access::{self, Gate, ObjectScopes, Open, any_token};
use crate::context::{caller, store};
use crate::error::ApiError;
use crate::id::global;
use crate::kind::Kind;
use crate::loaders::{Batch, Parent, read_texts};
use crate::time::DateTime;

impl access::Object for LessonProgress {
    const SCOPES: ObjectScopes = &[(Scope::ReadCourses, Own)];

    /// The store returns lessons only to members who take the course.
    fn is_own(&self, _member: MemberId) -> bool {
        true
    }
}

/// The lessons of a course.
impl Parent for CourseId {
    type Row = LessonProgress;

    async fn rows(
        batch: &Batch,
        courses: Vec<Self>,
        part: SliceRequest,
    ) -> Result<Slices<Self, LessonProgress>, StoreError> {
        let member = batch.viewer.member;
        batch.store.lessons_of_courses(member, courses, part).await
    }
}

pub(crate) struct LessonNode(pub(crate) Open<LessonProgress>);

impl Identified for LessonNode {
    type Content = LessonProgress;

    async fn find(ctx: &Context<'_>, number: i64) -> Result<Option<Self>, ApiError> {
        let (store, me) = (store(ctx)?, caller(ctx)?.member.id);
        let ask = || store.lessons_of_by_id(me, vec![LessonId(number)]);
        let found = read_texts(ctx, ask, |lesson| &lesson.lesson.body).await?;
        Ok(Gate::of(ctx)?.find_readable(found).map(Self))
    }
}

/// A lesson of a course that you take. `read:courses` opens it.
#[Object(name = "Lesson")]
impl LessonNode {
    /// The global id.
    #[graphql(directive = any_token::apply())]
    pub(super) async fn id(&self) -> ID {
        global(Kind::Lesson, self.0.lesson.id.0)
    }

    /// The number in the global id.
    #[graphql(directive = any_token::apply())]
    async fn resource_id(&self) -> String {
        self.0.lesson.id.to_string()
    }

    /// Its place in the course, from 1.
    #[graphql(directive = any_token::apply())]
    async fn position(&self) -> u32 {
        self.0.lesson.position
    }

    /// The title.
    #[graphql(directive = any_token::apply())]
    async fn title(&self) -> &str {
        self.0.lesson.title.as_str()
    }

    /// The text, in HTML that is safe to show.
    #[graphql(directive = any_token::apply())]
    async fn body(&self) -> &str {
        self.0.lesson.body.html()
    }

    /// How long it takes, in minutes.
    #[graphql(directive = any_token::apply())]
    async fn minutes(&self) -> u32 {
        self.0.lesson.minutes
    }

    /// Whether you have completed it.
    #[graphql(directive = any_token::apply())]
    async fn completed(&self) -> bool {
        self.0.completed_at.is_some()
    }

    /// When you completed it.
    #[graphql(directive = any_token::apply())]
    async fn completed_at(&self) -> Option<DateTime> {
        self.0.completed_at.map(DateTime)
    }
}
