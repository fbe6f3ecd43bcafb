//! What does not fit into the network, as text with its line.

use latchkey_storage::content::Conflict;

use super::{Fault, Lines};

/// Whether a name is taken; otherwise something refers to what does not exist.
pub(super) fn is_taken(conflict: &Conflict) -> bool {
    matches!(
        conflict,
        Conflict::EmailTaken(..)
            | Conflict::SpaceTaken(..)
            | Conflict::PlanTaken(..)
            | Conflict::CourseTaken(..)
    )
}

pub(super) fn fault(conflict: &Conflict, lines: &Lines) -> Fault {
    let at = |lines: &[usize], index: usize| lines.get(index).copied().unwrap_or(1);
    let no_member = |field: &str, email| {
        format!("{field}: there is no member {email}, neither in the network nor in this file")
    };
    let no_space = |slug| format!("space: there is no space {slug}, neither in the network nor in this file");
    match conflict {
        Conflict::EmailTaken(index, email) => Fault::new(
            at(&lines.members, *index),
            format!("email: {email} is a member already; remove this line"),
        ),
        Conflict::SpaceTaken(index, slug) => Fault::new(
            at(&lines.spaces, *index),
            format!("slug: the space {slug} already exists"),
        ),
        Conflict::PlanTaken(index, name) => Fault::new(
            at(&lines.plans, *index),
            format!("name: the plan “{name}” already exists"),
        ),
        Conflict::CourseTaken(index, slug) => Fault::new(
            at(&lines.courses, *index),
            format!("slug: the course {slug} already exists"),
        ),
        Conflict::SpaceNeedsMember(index, email) => {
            Fault::new(at(&lines.spaces, *index), no_member("members", email))
        }
        Conflict::EventNeedsSpace(index, slug) => Fault::new(at(&lines.events, *index), no_space(slug)),
        Conflict::EventNeedsMember(index, email) => {
            Fault::new(at(&lines.events, *index), no_member("organizer", email))
        }
        Conflict::PostNeedsSpace(index, slug) => Fault::new(at(&lines.posts, *index), no_space(slug)),
        Conflict::PostNeedsMember(index, None, email) => {
            Fault::new(at(&lines.posts, *index), no_member("author", email))
        }
        Conflict::PostNeedsMember(index, Some(place), email) => {
            let line = lines.comments.get(*index).map_or(1, |lines| at(lines, *place));
            Fault::new(line, no_member("author", email))
        }
        Conflict::CourseNeedsMember(index, email) => {
            Fault::new(at(&lines.courses, *index), no_member("enrolments", email))
        }
    }
}
