//! The list of members that hosts see.

use super::{Member, Role};
use crate::{Timestamp, named};

/// What a host asks of the list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MembersQuery {
    /// Keeps members whose name or email contains it; blank keeps all.
    pub search: String,
    pub role: Option<Role>,
    pub state: Option<MemberState>,
}

named! {
    /// Whether a member can get in.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum MemberState: "a state of a member" {
        CanSignIn = "can-sign-in" "Can sign in",
        /// Has not chosen how to sign in, and has a link that works.
        Invited = "invited" "Invited",
        /// Has neither.
        NotInvited = "not-invited" "Not invited yet",
        /// A host keeps the member out.
        Suspended = "suspended" "Suspended",
    }
}

/// A member as the list shows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ListedMember {
    pub member: Member,
    /// Whether the member has chosen how to sign in.
    pub can_sign_in: bool,
    /// Until when the member's link works, if there is one.
    pub link_until: Option<Timestamp>,
    /// When the member was last here; `None`: never.
    pub last_active_at: Option<Timestamp>,
}

impl ListedMember {
    /// The member's state. A link of someone who can sign in changes nothing.
    pub fn state(&self) -> MemberState {
        match (self.member.is_suspended(), self.can_sign_in, self.link_until) {
            (true, ..) => MemberState::Suspended,
            (false, true, _) => MemberState::CanSignIn,
            (false, false, Some(_)) => MemberState::Invited,
            (false, false, None) => MemberState::NotInvited,
        }
    }
}
