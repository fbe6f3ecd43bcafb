//! Courses, for those who take them.

use async_trait::async_trait;
use latchkey_domain::content::{
    Course, CourseId, CourseProgress, EnrolledCourse, Lesson, LessonId, LessonProgress, Title,
};
use latchkey_domain::{MemberId, Slug, Timestamp};

use super::keyset::List;
use super::{distinct, rich_text};
use crate::{Columns, Database, Param, SqlStore, rows};
use latchkey_storage::StoreError;
use latchkey_storage::content::{Courses, Slice, SliceRequest, Slices};

/// What [`read_course`] reads, of `enrolments t JOIN courses c`.
macro_rules! course_columns {
    () => {
        "c.id, c.slug, c.title, c.description, c.created_at, t.enrolled_at, \
         (SELECT count(*) FROM lessons l WHERE l.course_id = c.id), \
         (SELECT count(*) FROM completions d JOIN lessons l ON l.id = d.lesson_id \
          WHERE d.member_id = t.member_id AND l.course_id = c.id), \
         (SELECT max(d.completed_at) FROM completions d JOIN lessons l ON l.id = d.lesson_id \
          WHERE d.member_id = t.member_id AND l.course_id = c.id)"
    };
}

fn read_course(columns: &mut Columns<'_>) -> Result<EnrolledCourse, StoreError> {
    columns.table("courses");
    let course = Course {
        id: CourseId(columns.get("id")?),
        slug: columns.parsed("slug", str::parse::<Slug>)?,
        title: columns.parsed("title", Title::parse)?,
        description: columns.get("description")?,
        created_at: columns.time("created_at")?,
    };
    let enrolled_at = columns.table("enrolments").time("enrolled_at")?;
    let (lessons, completed) = (columns.get("lessons")?, columns.get("completed")?);
    let last: Option<Timestamp> = columns.optional_time("completed_at")?;
    Ok(EnrolledCourse {
        course,
        progress: CourseProgress {
            enrolled_at,
            lessons,
            completed,
            completed_at: last.filter(|_| completed == lessons),
        },
    })
}

static OF_MEMBER: List = List {
    columns: course_columns!(),
    from: "enrolments t JOIN courses c ON c.id = t.course_id",
    filter: "t.member_id = ?1",
    key: "t.enrolled_at",
    id: "t.course_id",
    by_text: false,
};

/// What [`read_lesson`] reads, of `lessons t` with the member's completion `d` of it.
macro_rules! lesson_columns {
    () => {
        "t.id, t.course_id, t.position, t.title, t.body, t.body_text, t.minutes, d.completed_at"
    };
}

fn read_lesson(columns: &mut Columns<'_>) -> Result<LessonProgress, StoreError> {
    columns.table("lessons");
    Ok(LessonProgress {
        lesson: Lesson {
            id: LessonId(columns.get("id")?),
            course: CourseId(columns.get("course_id")?),
            position: columns.get("position")?,
            title: columns.parsed("title", Title::parse)?,
            body: rich_text(columns)?,
            minutes: columns.get("minutes")?,
        },
        completed_at: columns.optional_time("completed_at")?,
    })
}

/// `?2` is the member.
static LESSONS: List = List {
    columns: lesson_columns!(),
    from: "lessons t LEFT JOIN completions d ON d.lesson_id = t.id AND d.member_id = ?2",
    filter: "EXISTS (SELECT 1 FROM enrolments e WHERE e.member_id = ?2 AND e.course_id = t.course_id)",
    key: "t.position",
    id: "t.id",
    by_text: false,
};

#[async_trait]
impl<D: Database> Courses for SqlStore<D> {
    async fn courses_of(
        &self,
        member: MemberId,
        slice: SliceRequest,
    ) -> Result<Slice<EnrolledCourse>, StoreError> {
        self.scan((member, slice), |db, (member, slice)| {
            Box::pin(OF_MEMBER.slice(db, vec![Param::from(member.0)], slice, read_course))
        })
        .await
    }

    async fn count_courses_of(&self, member: MemberId) -> Result<u64, StoreError> {
        self.look_up([Param::from(member.0)], |db, parameters| {
            let sql = "SELECT count(*) FROM enrolments WHERE member_id = ?1";
            Box::pin(rows::count(db, sql, parameters))
        })
        .await
    }

    async fn courses_of_by_id(
        &self,
        member: MemberId,
        ids: Vec<CourseId>,
    ) -> Result<Vec<EnrolledCourse>, StoreError> {
        let ids = distinct(ids.into_iter().map(|id| id.0));
        let parameters = [Param::from(member.0), Param::from(ids)];
        self.look_up(parameters, |db, parameters| {
            let sql = concat!(
                "SELECT ",
                course_columns!(),
                " FROM enrolments t JOIN courses c ON c.id = t.course_id \
                      WHERE t.member_id = ?1 AND t.course_id = ANY(?2)"
            );
            Box::pin(rows::all(db, sql, parameters, read_course))
        })
        .await
    }

    async fn lessons_of_courses(
        &self,
        member: MemberId,
        courses: Vec<CourseId>,
        slice: SliceRequest,
    ) -> Result<Slices<CourseId, LessonProgress>, StoreError> {
        let courses = distinct(courses.into_iter().map(|id| id.0));
        self.scan((member, courses, slice), |db, (member, courses, slice)| {
            let member = vec![Param::from(member.0)];
            Box::pin(LESSONS.slices(db, ("course_id", courses), CourseId, member, slice, read_lesson))
        })
        .await
    }

    async fn lessons_of_by_id(
        &self,
        member: MemberId,
        ids: Vec<LessonId>,
    ) -> Result<Vec<LessonProgress>, StoreError> {
        let ids = distinct(ids.into_iter().map(|id| id.0));
        let parameters = [Param::from(member.0), Param::from(ids)];
        self.look_up(parameters, |db, parameters| {
                let sql = concat!(
                    "SELECT ",
                    lesson_columns!(),
                    " FROM lessons t LEFT JOIN completions d ON d.lesson_id = t.id AND d.member_id = ?1 \
                      WHERE t.id = ANY(?2) \
                      AND EXISTS (SELECT 1 FROM enrolments e WHERE e.member_id = ?1 AND e.course_id = t.course_id)"
                );
                Box::pin(rows::all(db, sql, parameters, read_lesson))
            })
            .await
    }
}
