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
    let no_member = |field: &str, email| {
        format!("{field}: there is no member {email}, neither in the network nor in this file")
    };
    let no_space = |slug| format!("space: there is no space {slug}, neither in the network nor in this file");
    let (lines, index, message) = match conflict {
        Conflict::EmailTaken(index, email) => {
            let message = format!("email: {email} is a member already; remove this line");
            (Some(&lines.members), index, message)
        }
        Conflict::SpaceTaken(index, slug) => {
            let message = format!("slug: the space {slug} already exists");
            (Some(&lines.spaces), index, message)
        }
        Conflict::PlanTaken(index, name) => {
            let message = format!("name: the plan “{name}” already exists");
            (Some(&lines.plans), index, message)
        }
        Conflict::CourseTaken(index, slug) => {
            let message = format!("slug: the course {slug} already exists");
            (Some(&lines.courses), index, message)
        }
        Conflict::SpaceNeedsMember(index, email) => (Some(&lines.spaces), index, no_member("members", email)),
        Conflict::EventNeedsSpace(index, slug) => (Some(&lines.events), index, no_space(slug)),
        Conflict::EventNeedsMember(index, email) => {
            (Some(&lines.events), index, no_member("organizer", email))
        }
        Conflict::PostNeedsSpace(index, slug) => (Some(&lines.posts), index, no_space(slug)),
        Conflict::PostNeedsMember(index, None, email) => {
            (Some(&lines.posts), index, no_member("author", email))
        }
        Conflict::PostNeedsMember(post, Some(index), email) => {
            (lines.comments.get(*post), index, no_member("author", email))
        }
        Conflict::CourseNeedsMember(index, email) => {
            (Some(&lines.courses), index, no_member("enrolments", email))
        }
    };
    let line = lines.and_then(|lines| lines.get(*index));
    Fault {
        line: line.copied().unwrap_or(1),
        message,
    }
}
