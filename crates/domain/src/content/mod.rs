//! What members read and write: spaces, events, plans, posts, comments and courses. The page does not use it; the
//! Headless API, the demonstration and imports do.

mod comment;
mod course;
mod event;
mod id;
mod membership_plan;
mod post;
mod profile;
mod rich_text;
mod space;
mod title;
mod viewer;

pub use self::comment::{Comment, CommentId};
pub use self::course::{Course, CourseId, CourseProgress, EnrolledCourse, Lesson, LessonId, LessonProgress};
pub use self::event::{Event, EventId};
pub use self::membership_plan::{BillingInterval, Currency, CurrencyError, MembershipPlan, MembershipPlanId};
pub use self::post::{Post, PostId};
pub use self::profile::{AvatarUrl, AvatarUrlError, Picture, Profile};
pub use self::rich_text::{RichText, RichTextError};
pub use self::space::{Space, SpaceId, SpaceVisibility};
pub use self::title::Title;
pub use self::viewer::Viewer;
