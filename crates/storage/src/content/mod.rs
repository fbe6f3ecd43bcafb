//! What members read and write. A trait per kind of content, an operation per question; whatever hangs below many
//! things is asked for all of them at once.

mod comments;
mod community;
pub mod conflicts;
mod courses;
mod events;
mod membership_plans;
mod posts;
mod profiles;
pub mod quota;
mod search;
pub mod slice;
mod spaces;
pub mod words;

pub use self::comments::{Comments, NewComment};
pub use self::community::{
    Added, Communities, Community, Conflict, NewCommunityPost, NewCourse, NewEnrolment, NewEvent, NewLesson,
    NewMembershipPlan, NewProfile, NewReply, NewSpace, ProgressReport, TellProgress,
};
pub use self::courses::Courses;
pub use self::events::Events;
pub use self::membership_plans::MembershipPlans;
pub use self::posts::{Created, Edited, NewPost, PostChange, Posts};
pub use self::profiles::{Profiles, RosterSort};
pub use self::search::{Hit, Item, ItemKind, Search, SearchRequest};
pub use self::slice::{Direction, Position, Slice, SliceRequest, Slices, SortKey};
pub use self::spaces::Spaces;

/// All content, behind one value.
pub trait Content:
    Profiles + Spaces + Events + MembershipPlans + Posts + Comments + Courses + Search + Communities
{
}

impl<T> Content for T where
    T: Profiles + Spaces + Events + MembershipPlans + Posts + Comments + Courses + Search + Communities
{
}
