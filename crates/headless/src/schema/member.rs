//! Members as others see them.

use async_graphql::{Context, Enum, ID, Object};
use latchkey_domain::content::Profile;
use latchkey_domain::{Email, MemberId, Scope};
use latchkey_storage::content::RosterSort;

use super::identified::Identified;
use super::role::RoleName;
use crate::access::Extent::All;
use crate::access::{self, Gate, ObjectScopes, Open, any_token, requires_scope, scope_of};
use crate::context::{public_url, store};
use crate::counts::count;
use crate::error::ApiError;
use crate::id::global;
use crate::kind::Kind;
use crate::loaders::{Batch, Key, Loaded, load};
use crate::time::DateTime;

impl access::Object for Profile {
    const SCOPES: ObjectScopes = &[(Scope::HostReadNetworkMembers, All)];
}

impl Key for MemberId {
    type Value = Profile;

    async fn load(batch: &Batch, ids: &[Self]) -> Loaded<Self, Profile> {
        let found = batch.store.profiles_by_id(ids.to_vec()).await?;
        Ok(found
            .into_iter()
            .map(|profile| (profile.member.id, profile))
            .collect())
    }
}

count!(AllMembers = |batch| batch.store.count_members());

/// The sort of the roster.
#[derive(Clone, Copy, Debug, Enum, PartialEq, Eq)]
#[graphql(remote = "RosterSort")]
pub(crate) enum MemberSort {
    /// When members joined, which never changes: a client that pages by it skips and repeats nobody.
    #[graphql(name = "DATE_JOINED")]
    Joined,
    /// When members last visited.
    LastVisit,
    /// The name.
    Name,
}

impl MemberSort {
    /// The name that its cursors carry.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Joined => "DATE_JOINED",
            Self::LastVisit => "LAST_VISIT",
            Self::Name => "NAME",
        }
    }
}

pub(crate) struct MemberNode(pub(crate) Open<Profile>);

impl Identified for MemberNode {
    type Content = Profile;

    async fn find(ctx: &Context<'_>, number: i64) -> Result<Option<Self>, ApiError> {
        let found = load(ctx, MemberId(number)).await?;
        Self::open(ctx, found)
    }
}

impl MemberNode {
    pub(super) async fn find_by_email(ctx: &Context<'_>, email: &Email) -> Result<Option<Self>, ApiError> {
        let found = store(ctx)?.profile_by_email(email).await?;
        Self::open(ctx, found)
    }

    fn open(ctx: &Context<'_>, found: Option<Profile>) -> Result<Option<Self>, ApiError> {
        let gate = Gate::of(ctx)?;
        Ok(found.map(|profile| gate.open(profile)).transpose()?.map(Self))
    }
}

/// The address of the picture: of one that was uploaded, on this server.
pub(super) fn picture(ctx: &Context<'_>, profile: &Profile) -> Option<String> {
    let server = public_url(ctx).unwrap_or_default();
    profile.picture.url(server.trim_end_matches('/'))
}

/// A member of the network. `host:read:network_members` opens it. A token that may read a post, a comment or an event
/// may also read the name and the picture of who made it.
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

    /// The name without its last word.
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
    async fn avatar_url(&self, ctx: &Context<'_>) -> Option<String> {
        picture(ctx, &self.0)
    }

    /// The email.
    #[graphql(directive = requires_scope::apply(scope_of::<Profile>(All)))]
    async fn email(&self) -> Option<&str> {
        Some(self.0.member.email.as_str())
    }

    /// The role in the network.
    #[graphql(directive = requires_scope::apply(scope_of::<Profile>(All)))]
    async fn role(&self) -> Option<RoleName> {
        Some(self.0.member.role.into())
    }

    /// The same as `role`, under the name that clients of the hosted product use.
    #[graphql(directive = requires_scope::apply(scope_of::<Profile>(All)))]
    async fn network_role(&self) -> Option<RoleName> {
        Some(self.0.member.role.into())
    }

    /// When the member joined.
    #[graphql(directive = requires_scope::apply(scope_of::<Profile>(All)))]
    async fn joined_at(&self) -> Option<DateTime> {
        Some(DateTime(self.0.member.joined_at))
    }

    /// When the member last visited, to the minute; null if never.
    #[graphql(directive = requires_scope::apply(scope_of::<Profile>(All)))]
    async fn last_active_at(&self) -> Option<DateTime> {
        self.0.last_active_at.map(DateTime)
    }
}
