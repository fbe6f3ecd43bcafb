//! Courses, for those who take them.

use async_trait::async_trait;
use latchkey_domain::MemberId;
use latchkey_domain::content::{CourseId, EnrolledCourse, LessonId, LessonProgress};

use super::{Slice, SliceRequest, Slices};
use crate::StoreError;

/// Reading courses.
#[async_trait]
pub trait Courses: Send + Sync {
    /// The courses that a member takes, by when they began.
    async fn courses_of(
        &self,
        member: MemberId,
        slice: SliceRequest,
    ) -> Result<Slice<EnrolledCourse>, StoreError>;

    /// How many courses a member takes.
    async fn count_courses_of(&self, member: MemberId) -> Result<u64, StoreError>;

    /// Those of these courses that the member takes.
    async fn courses_of_by_id(
        &self,
        member: MemberId,
        ids: Vec<CourseId>,
    ) -> Result<Vec<EnrolledCourse>, StoreError>;

    /// The lessons of each of these courses in their order, with the member's progress.
    async fn lessons_of_courses(
        &self,
        member: MemberId,
        courses: Vec<CourseId>,
        slice: SliceRequest,
    ) -> Result<Slices<CourseId, LessonProgress>, StoreError>;

    /// Those of these lessons that belong to courses that the member takes.
    async fn lessons_of_by_id(
        &self,
        member: MemberId,
        ids: Vec<LessonId>,
    ) -> Result<Vec<LessonProgress>, StoreError>;
}
