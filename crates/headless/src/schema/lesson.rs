//! Lessons, with the progress of the member whose token it is.

use async_graphql::{ID, Object};
use latchkey_domain::content::LessonProgress;

use crate::access::any_token;
use crate::id::{Kind, global};
use crate::open::Open;
use crate::time::DateTime;

/// A lesson of a course that the member takes.
pub(crate) struct LessonNode(pub(crate) Open<LessonProgress>);

/// A lesson of a course that you take.
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

    /// What it is called.
    #[graphql(directive = any_token::apply())]
    async fn title(&self) -> &str {
        self.0.lesson.title.as_str()
    }

    /// What it says, in HTML that is safe to show.
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
