//! The member for whom content is read.

use crate::{Member, MemberId};

/// The member for whom content is read. Its members and hosts read a private space; those who take a course read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Viewer {
    pub member: MemberId,
    /// Whether the member may read in every space.
    pub sees_all_spaces: bool,
}

impl Viewer {
    /// The viewer for a member, by their role.
    pub fn of(member: &Member) -> Self {
        Self {
            member: member.id,
            sees_all_spaces: member.role.is_host(),
        }
    }
}
