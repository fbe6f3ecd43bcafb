//! Through whose eyes content is read.

use crate::{Member, MemberId};

/// Whose eyes: what a private space holds is for those who belong to it and for hosts, a course for who takes it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Viewer {
    /// Who reads.
    pub member: MemberId,
    /// Whether they may read in every space.
    pub sees_all_spaces: bool,
}

impl Viewer {
    /// A member, with what their role opens.
    pub fn of(member: &Member) -> Self {
        Self {
            member: member.id,
            sees_all_spaces: member.role.is_host(),
        }
    }
}
