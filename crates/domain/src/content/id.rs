//! The numbers by which content is known. They are never given twice.

use std::fmt;

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

ids! {
    /// A space.
    SpaceId;
    /// An event.
    EventId;
    /// A plan that members can be on.
    MembershipPlanId;
    /// A post.
    PostId;
    /// A comment.
    CommentId;
    /// A course.
    CourseId;
    /// A lesson.
    LessonId;
}
