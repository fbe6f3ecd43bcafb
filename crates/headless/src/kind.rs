//! The types whose objects have global ids.

use latchkey_domain::named;

named! {
    /// A type whose objects have global ids, by its name in the schema.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(crate) enum Kind: "a type with global ids" {
        Network = "Network",
        Member = "Member",
        Space = "Space",
        Event = "Event",
        Plan = "Plan",
        Post = "Post",
        Comment = "Comment",
        Course = "Course",
        Lesson = "Lesson",
    }
}
