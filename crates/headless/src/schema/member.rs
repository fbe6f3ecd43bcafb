//! Members as others see them.

use async_graphql::{Enum, ID, Object};
use latchkey_domain::Scope;
use latchkey_domain::content::{AvatarUrl, Profile};
use latchkey_storage::content::RosterSort;

use super::role::RoleName;
use crate::access::{any_token, requires_scope};
use crate::id::{Kind, global};
use crate::open::Open;
use crate::time::DateTime;

/// By what the roster is sorted.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
pub(crate) enum MemberSort {
    /// When members joined, which never changes: a client that pages by it skips and repeats nobody.
    DateJoined,
    /// When members were last here.
    LastVisit,
    /// The name.
    Name,
}

impl MemberSort {
    /// What its cursors are marked with.
    pub(super) const fn mark(self) -> &'static str {
        match self {
            Self::DateJoined => "DATE_JOINED",
            Self::LastVisit => "LAST_VISIT",
            Self::Name => "NAME",
        }
    }
}

impl From<MemberSort> for RosterSort {
    fn from(sort: MemberSort) -> Self {
        match sort {
            MemberSort::DateJoined => Self::Joined,
            MemberSort::LastVisit => Self::LastVisit,
            MemberSort::Name => Self::Name,
        }
    }
}

/// A member.
pub(crate) struct MemberNode(pub(crate) Open<Profile>);

/// A member of the network. Beside a post, a comment or an event that a token may read, it reads the name and the picture
/// of who made it. The rest, and members by themselves, need `host:read:network_members`.
#[Object(name = "Member")]
impl MemberNode {
    /// The global id.
    #[graphql(directive = any_token::apply())]
    pub(super) async fn id(&self) -> ID {
        global(Kind::Member, self.0.member.id.0)
    }

    /// The number in the global id.
    #[graphql(directive = any_token::apply())]
    async fn resource_id(&self) -> String {
        self.0.member.id.to_string()
    }

    /// The whole name.
    #[graphql(directive = any_token::apply())]
    async fn name(&self) -> &str {
        self.0.member.name.as_str()
    }

    /// What of the name stands before the last word.
    #[graphql(directive = any_token::apply())]
    async fn first_name(&self) -> &str {
        self.0.member.name.first()
    }

    /// The last word of the name; empty if the name is one word.
    #[graphql(directive = any_token::apply())]
    async fn last_name(&self) -> &str {
        self.0.member.name.last()
    }

    /// The address of the picture.
    #[graphql(directive = any_token::apply())]
    async fn avatar_url(&self) -> Option<&str> {
        self.0.avatar_url.as_ref().map(AvatarUrl::as_str)
    }

    /// The email.
    #[graphql(directive = requires_scope::apply(Scope::HostReadNetworkMembers.to_string()))]
    async fn email(&self) -> Option<&str> {
        Some(self.0.member.email.as_str())
    }

    /// What the member may do.
    #[graphql(directive = requires_scope::apply(Scope::HostReadNetworkMembers.to_string()))]
    async fn role(&self) -> Option<RoleName> {
        Some(self.0.member.role.into())
    }

    /// The same as `role`, under the name that clients of the hosted product use.
    #[graphql(directive = requires_scope::apply(Scope::HostReadNetworkMembers.to_string()))]
    async fn network_role(&self) -> Option<RoleName> {
        Some(self.0.member.role.into())
    }

    /// Since when.
    #[graphql(directive = requires_scope::apply(Scope::HostReadNetworkMembers.to_string()))]
    async fn joined_at(&self) -> Option<DateTime> {
        Some(DateTime(self.0.member.joined_at))
    }

    /// When the member was last here, to the minute; null if never.
    #[graphql(directive = requires_scope::apply(Scope::HostReadNetworkMembers.to_string()))]
    async fn last_active_at(&self) -> Option<DateTime> {
        self.0.last_active_at.map(DateTime)
    }
}
