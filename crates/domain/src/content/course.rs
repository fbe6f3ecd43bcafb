//! Courses, and the progress of members.

use super::id::id;
use super::{RichText, Title};
use crate::{Slug, Timestamp};

id! {
    /// A course.
    CourseId
}

id! {
    /// A lesson.
    LessonId
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Course {
    pub id: CourseId,
    /// The name in URLs; unique.
    pub slug: Slug,
    pub title: Title,
    /// What it teaches, as plain text.
    pub description: String,
    /// When it was created.
    pub created_at: Timestamp,
}

/// A member's progress in a course.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CourseProgress {
    /// When the member started.
    pub enrolled_at: Timestamp,
    /// How many lessons the course has.
    pub lessons: u32,
    /// How many of them the member has completed.
    pub completed: u32,
    /// When the last lesson was completed; `None` until then.
    pub completed_at: Option<Timestamp>,
}

impl CourseProgress {
    /// The completed part, in whole percent; 100 only when all is completed.
    pub fn percent(&self) -> u32 {
        (u64::from(self.completed) * 100)
            .checked_div(u64::from(self.lessons))
            .and_then(|percent| u32::try_from(percent).ok())
            .unwrap_or(0)
    }
}

/// A course of a member, with that member's progress.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EnrolledCourse {
    pub course: Course,
    pub progress: CourseProgress,
}

/// A lesson of a course.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lesson {
    pub id: LessonId,
    /// The course that it belongs to.
    pub course: CourseId,
    /// Its place in the course, from 1.
    pub position: u32,
    pub title: Title,
    pub body: RichText,
    /// How long it takes, in minutes.
    pub minutes: u32,
}

/// A lesson, and whether a member has completed it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LessonProgress {
    pub lesson: Lesson,
    /// When the member completed it.
    pub completed_at: Option<Timestamp>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_is_a_hundred_and_less_never_is() {
        let percent = |completed, lessons| {
            CourseProgress {
                enrolled_at: Timestamp::default(),
                lessons,
                completed,
                completed_at: None,
            }
            .percent()
        };
        assert_eq!(
            [
                percent(0, 0),
                percent(0, 3),
                percent(1, 3),
                percent(299, 300),
                percent(3, 3)
            ],
            [0, 0, 33, 99, 100]
        );
    }
}
